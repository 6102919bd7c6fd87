import { expect, it } from 'vitest';
import { alertMessage } from '../../src/alerts/alert-message.ts';

it('is read at a glance, however long the name of a product or a campaign', () => {
  const message = alertMessage(
    {
      kind: 'purchase_approved',
      amount: 9_700,
      currency: 'BRL',
      productName: 'Curso de Violão '.repeat(400),
      buyer: 'Joana',
      paymentMethod: 'card',
      installments: 3,
      source: 'campanha'.repeat(600),
      storeName: 'Loja',
    },
    'pt-BR',
  );
  expect(message.title).toBe('Compra aprovada · R$ 97,00');
  const fields = message.blocks.flatMap((block) => (block.type === 'fields' ? block.fields : []));
  expect(fields.map(({ label }) => label)).toEqual(['Produto', 'Comprador', 'Pagamento', 'Origem', 'Loja']);
  for (const { value } of fields) expect(value.length).toBeLessThanOrEqual(120);
  expect(fields[0]?.value).toMatch(/^Curso de Violão .*…$/);
});
