import type { CommandContext, CommandOption, OptionValues } from '../../src/chat/command.ts';
import type { Provider } from '../../src/senders/sender.ts';
import { isProductError, ProductError } from '../../src/text/product-error.ts';
import type { TextKey } from '../../src/text/text.ts';
import { typedValue } from '../options/typed-value.ts';
import type { CommandServices } from '../services.ts';

type CredentialOption = CommandOption<CommandServices>;

const address: CredentialOption = {
  name: 'endereco',
  description: 'option.provider_address',
  required: false,
  example: 'https://whatsapp.minhaempresa.com.br',
};
const phoneNumberId: CredentialOption = {
  name: 'numero',
  description: 'option.phone_number_id',
  required: false,
  example: '106540352242922',
};
const accessToken: CredentialOption = {
  name: 'token',
  description: 'option.access_token',
  required: false,
  example: 'EAAGm0PX4ZCps',
};
const verifyToken: CredentialOption = {
  name: 'verificacao',
  description: 'option.verify_token',
  required: false,
  example: 'uma-palavra-inventada',
};
const apiKey: CredentialOption = {
  name: 'chave',
  description: 'option.api_key',
  required: false,
  example: '429683C4C977415CAAFCCE10F7D57E11',
};
const session: CredentialOption = {
  name: 'sessao',
  description: 'option.evolution_instance',
  required: false,
  example: 'atendimento',
};
const secret: CredentialOption = {
  name: 'segredo',
  description: 'option.provider_secret',
  required: false,
  example: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
};

/** Every option that is told to some provider. None of them is ever shown again. */
export const CREDENTIAL_OPTIONS = [address, phoneNumberId, accessToken, verifyToken, apiKey, session, secret];

interface CredentialField {
  option: CredentialOption;
  /** What the provider's schema calls it. */
  field: string;
  /** What a form of this provider calls it, where several share the option. */
  label?: TextKey;
  example?: string;
  required: boolean;
}

/** What each provider has to be told, in the order in which a form asks for it. */
const FIELDS: Record<Provider, readonly CredentialField[]> = {
  log: [],
  'whatsapp-cloud': [
    { option: phoneNumberId, field: 'phoneNumberId', required: true },
    { option: accessToken, field: 'accessToken', required: true },
    {
      option: secret,
      field: 'appSecret',
      label: 'credential.app_secret',
      example: '0123456789abcdef0123456789abcdef',
      required: true,
    },
    { option: verifyToken, field: 'verifyToken', required: true },
    {
      option: address,
      field: 'baseUrl',
      label: 'credential.graph_address',
      example: 'https://graph.facebook.com',
      required: false,
    },
  ],
  evolution: [
    { option: address, field: 'baseUrl', label: 'credential.evolution_address', required: true },
    { option: apiKey, field: 'apiKey', required: true },
    { option: session, field: 'instanceName', required: true },
    {
      option: secret,
      field: 'webhookSecret',
      label: 'credential.webhook_secret',
      example: 'uma-palavra-inventada',
      required: false,
    },
  ],
  http: [
    {
      option: address,
      field: 'url',
      label: 'credential.http_address',
      example: 'https://minhaempresa.com.br/mensagens',
      required: true,
    },
    { option: secret, field: 'secret', label: 'credential.http_secret', required: true },
  ],
};

export function credentialFields(provider: Provider): readonly CredentialField[] {
  return FIELDS[provider];
}

/** What was typed of a provider's credentials, by its own names. What another provider would need is left out. */
export function typedCredentials(provider: Provider, options: OptionValues): Record<string, string> {
  return Object.fromEntries(
    FIELDS[provider].flatMap(({ option, field }) => {
      const typed = typedValue(options, option.name);
      return typed === undefined ? [] : [[field, typed] as const];
    }),
  );
}

/** True when something is missing that the provider cannot do without. */
export function lacksCredentials(provider: Provider, options: OptionValues): boolean {
  return FIELDS[provider].some(({ option, required }) => required && typedValue(options, option.name) === undefined);
}

/** Does something with a provider's credentials; a refusal names them as people were asked for them. @throws ProductError `instance_credentials` */
export async function withNamedCredentials<T>(
  { translate }: CommandContext<CommandServices>,
  provider: Provider,
  action: () => Promise<T>,
): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (!isProductError(error, 'instance_credentials')) throw error;
    const refused = new Set(String(error.values?.fields).split(', '));
    const labels = FIELDS[provider]
      .filter(({ field }) => refused.has(field))
      .map(({ label, option }) => `“${translate(label ?? option.description)}”`);
    const values = { provider: translate(`provider.${provider}`), fields: labels.join(', ') };
    throw new ProductError('instance_credentials', values, { cause: error });
  }
}
