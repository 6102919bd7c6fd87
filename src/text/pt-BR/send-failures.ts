export const sendFailures = {
  'send_failure.rate_limited':
    'O WhatsApp pediu para enviar mais devagar. Espere alguns minutos; se repetir, aumente o intervalo da instância.',
  'send_failure.recipient_rate_limited':
    'Foram muitas mensagens seguidas para este comprador. A próxima precisa esperar alguns segundos.',
  'send_failure.window_closed':
    'Fora da janela de 24 horas e sem modelo aprovado: a Meta só deixa escrever livremente a quem respondeu há pouco. Escolha um com /notificacoes modelo.',
  'send_failure.not_on_whatsapp':
    'Este número não recebe mensagens no WhatsApp. Confira o telefone com o comprador ou fale com ele por e-mail.',
  'send_failure.template_unknown':
    'A Meta não tem esse modelo aprovado nesse idioma. Confira o nome e o idioma no Gerenciador do WhatsApp e corrija com /notificacoes modelo.',
  'send_failure.template_paused':
    'A Meta pausou ou desativou o modelo porque teve má avaliação. Escolha outro com /notificacoes modelo.',
  'send_failure.template_parameters':
    "As variáveis não são as que o modelo pede. Ponha-as na ordem de '{{1}}', '{{2}}' com /notificacoes modelo.",
  'send_failure.template_rejected':
    'A Meta não aceitou o modelo. Confira no Gerenciador do WhatsApp se ele está aprovado e tem as mesmas variáveis.',
  'send_failure.token_refused':
    'O provedor não aceitou as credenciais. Gere um novo token ou chave e atualize a instância.',
  'send_failure.account_restricted':
    'A Meta bloqueou ou limitou a conta. Resolva no Gerenciador do WhatsApp o aviso de política ou o pagamento pendente e envie um teste com /instancia testar.',
  'send_failure.instance_disconnected':
    'O número está desconectado do provedor. Conecte-o de novo; no WhatsApp Web, leia o QR code com o celular.',
  'send_failure.address_not_allowed':
    'Este endereço não está entre os permitidos. Peça a quem cuida do servidor para incluí-lo na lista.',
  'send_failure.provider_unavailable':
    'O provedor está fora do ar ou não foi encontrado. Espere um pouco; se continuar, confira o endereço dele.',
  'send_failure.provider_unreadable':
    'A resposta não parece ser do provedor. Confira o endereço da instância e se há um proxy no caminho.',
  'send_failure.provider_refused':
    'O provedor recusou a mensagem. Confira o texto, a imagem e o telefone e envie um teste.',
  'send_failure.no_answer':
    'O provedor não respondeu a tempo, e a mensagem pode ter chegado. Confira a conversa antes de enviar de novo.',
  'send_failure.answer_lost':
    'O provedor falhou no meio do envio, e a mensagem pode ter chegado. Confira a conversa antes de enviar de novo.',
} as const;
