export const sendFailures = {
  'send_failure.rate_limited':
    'O WhatsApp pediu para enviar mais devagar. O Sininho tenta de novo sozinho; se repetir, aumente o intervalo da instância.',
  'send_failure.recipient_rate_limited':
    'Foram muitas mensagens seguidas para este comprador. O Sininho espera um pouco e tenta de novo sozinho.',
  'send_failure.window_closed':
    'O comprador não escreve há mais de 24 horas, e aí a Meta só aceita modelo aprovado. Escolha um modelo para esta notificação.',
  'send_failure.not_on_whatsapp':
    'Este número não recebe mensagens no WhatsApp. Confira o telefone com o comprador ou fale com ele por e-mail.',
  'send_failure.template_rejected':
    'A Meta não aceitou o modelo. Confira no Gerenciador do WhatsApp se ele está aprovado e tem as mesmas variáveis.',
  'send_failure.token_refused':
    'O provedor não aceitou as credenciais. Gere um novo token ou chave e atualize a instância.',
  'send_failure.account_restricted':
    'A Meta bloqueou ou limitou a conta. Veja no Gerenciador do WhatsApp se há aviso de política ou pagamento pendente.',
  'send_failure.instance_disconnected':
    'O número está desconectado do provedor. Conecte-o de novo; no WhatsApp Web, leia o QR code com o celular.',
  'send_failure.address_not_allowed':
    'Este endereço não está entre os permitidos. Peça a quem cuida do servidor para incluí-lo na lista.',
  'send_failure.provider_unavailable':
    'O provedor está fora do ar ou não foi encontrado. O Sininho tenta de novo sozinho; se continuar, confira o endereço dele.',
  'send_failure.provider_unreadable':
    'A resposta não parece ser do provedor. Confira o endereço da instância e se há um proxy no caminho.',
  'send_failure.provider_refused':
    'O provedor recusou a mensagem. Confira o texto, a imagem e o telefone e envie um teste.',
  'send_failure.no_answer':
    'O provedor não respondeu a tempo, e a mensagem pode ter chegado. Confira a conversa antes de enviar de novo.',
} as const;
