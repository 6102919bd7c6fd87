import { delayLabel } from '../../commands/notificacoes/delay.ts';
import { variablesOfType } from '../../src/messages/message-variables.ts';
import { NOTIFICATION_CATALOGUE, recognisedBy } from '../../src/messages/notification-catalogue.ts';
import { translator } from '../../src/text/text.ts';

const translate = translator('pt-BR');
const PLATFORM = 'assiny';

/** docs/notificacoes-assiny.md, for sellers: the table of the help article and each notification's text, from the catalogue. */
export function notificationTable(): string {
  const rows = NOTIFICATION_CATALOGUE.map(({ type, rank, delay, enabled }) =>
    row([
      rank === null ? '–' : String(rank),
      translate(`notification.${type}`),
      recognisedBy(type, PLATFORM)
        .map((name) => `\`${name}\``)
        .join(', '),
      delayLabel(delay, translate),
      enabled ? 'ligada' : 'desligada',
    ]),
  );
  const columns = ['priority', 'name', 'recognised', 'when'] as const;
  return [
    '# Notificações da Assiny',
    'O que o Sininho pode enviar a quem compra por um checkout da Assiny. Cada loja muda o texto, o momento e o que está ligado com `/notificacoes`.',
    [
      row([...columns.map((column) => translate(`notifications.${column}`)), 'No início']),
      row(columns.map(() => '---').concat('---')),
      ...rows,
    ].join('\n'),
    'No **caminho feliz**, quem avança na compra não recebe mais as mensagens de prioridade menor. Vale também entre compras da mesma pessoa (mesmo telefone ou e-mail): o carrinho de um produto que ela leva em outra compra, mesmo como order bump, não gera mais mensagem; o que conta é o produto principal do carrinho. As notificações sem prioridade (–) encerram o caminho: o que ainda esperava por aquela compra é cancelado.',
    'Uma renovação chega como `approved_purchase` e uma assinatura atrasada como `pix_expired`, com o ciclo da assinatura acima de 1.',
    '## Textos',
    ...NOTIFICATION_CATALOGUE.flatMap(({ type, text }) => [
      `### ${translate(`notification.${type}`)}`,
      ['```', text, '```'].join('\n'),
      `Variáveis: ${variablesOfType(type)
        .map((name) => `\`{{${name}}}\``)
        .join(', ')}, \`{{tracking.utm_source}}\` e os outros parâmetros do link.`,
    ]),
  ]
    .join('\n\n')
    .concat('\n');
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}
