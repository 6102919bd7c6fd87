import type { CommandContext } from '../../src/chat/command.ts';
import { commandLine } from '../../src/chat/command-line.ts';
import type { Block, Field } from '../../src/chat/message.ts';
import type { Instance } from '../../src/instances/instance-service.ts';
import { limitOf } from '../../src/instances/sending-pace.ts';
import { sendFailureText } from '../../src/senders/send-failure-text.ts';
import { type ConnectionState, SEND_FAILURES } from '../../src/senders/sender.ts';
import { formatCount } from '../../src/text/count.ts';
import { localDay } from '../../src/text/local-time.ts';
import type { Translate } from '../../src/text/text.ts';
import { instanceReference } from '../options/instance-option.ts';
import { storeReference } from '../options/store-option.ts';
import type { RoleButton } from '../role-buttons.ts';
import type { CommandServices } from '../services.ts';
import { hoursLabel } from './working-hours.ts';

/** More stores than this are no longer a choice of buttons. */
const MAXIMUM_LINK_BUTTONS = 5;

type Context = CommandContext<CommandServices>;

/** The names of the stores that send through an instance. */
export async function storeNames({ services, workspaceId }: Context, { storeIds }: Instance): Promise<string[]> {
  const stores = await services.stores.list(workspaceId);
  return stores.filter(({ id }) => storeIds.includes(id)).map(({ name }) => name);
}

export function connectionLabel({ translate }: Context, { connection }: Instance): string {
  return translate(`connection.${connection}`);
}

export function intervalLabel({ translate }: Context, { intervalMilliseconds }: Instance): string {
  if (intervalMilliseconds === 0) return translate('instance.no_interval');
  return translate('instance.seconds', { count: intervalMilliseconds / 1_000 });
}

/** An instance's settings; its credentials are never among them. */
export async function instanceFields(context: Context, instance: Instance): Promise<Field[]> {
  const { translate, locale, now } = context;
  const names = await storeNames(context, instance);
  const limit = limitOf(instance, localDay(now, instance.timezone));
  return [
    { label: translate('instance.provider'), value: translate(`provider.${instance.provider}`) },
    { label: translate('instance.connection'), value: connectionLabel(context, instance) },
    { label: translate('instance.stores'), value: names.join(', ') || translate('instance.no_stores') },
    { label: translate('instance.interval'), value: intervalLabel(context, instance) },
    {
      label: translate('instance.daily_limit'),
      value: Number.isFinite(limit) ? formatCount(limit, locale) : translate('instance.no_limit'),
    },
    { label: translate('instance.hours'), value: hoursLabel(context, instance.hours) },
    { label: translate('instance.warm_up'), value: translate(instance.warmUp ? 'store.on' : 'store.off') },
    { label: translate('store.timezone'), value: instance.timezone },
  ];
}

/** Where the provider has to report to, with how to tell it; nothing for providers that report nothing. */
export function webhookBlocks({ translate }: Context, { provider, webhookUrl }: Instance): Block[] {
  if (provider !== 'whatsapp-cloud' && provider !== 'evolution') return [];
  return [
    { type: 'paragraph', text: translate(`webhook_how.${provider}`) },
    { type: 'copy', label: translate('store.webhook_label'), value: webhookUrl },
  ];
}

/** What the provider said about the connection: nothing when all is well, a QR code, or the reason with its remedy. */
export function connectionBlocks({ translate }: Context, connection: ConnectionState): Block[] {
  if (connection.state === 'connected') return [];
  if (connection.qrCode === null) {
    return [{ type: 'paragraph', text: connectionReason(connection.reason, translate) }];
  }
  return [
    { type: 'paragraph', text: translate('instance.scan') },
    {
      type: 'image',
      contentType: 'image/png',
      base64: connection.qrCode,
      alternative: translate('instance.qr_code'),
    },
  ];
}

function connectionReason(reason: string, translate: Translate): string {
  const failure = SEND_FAILURES.find((known) => known === reason) ?? 'instance_disconnected';
  return sendFailureText(failure, translate);
}

/** A QR code is valid for less than a minute; after it was scanned, the same button shows that the number is connected. */
function refreshLabel({ connectionReason }: Instance, translate: Translate): string {
  return translate(connectionReason === 'qr_code' ? 'button.new_qr_code' : 'button.check_connection');
}

/** What one does next with an instance. One that no store uses yet is offered the stores. */
export async function instanceButtons(context: Context, instance: Instance): Promise<RoleButton[]> {
  const { translate, services, workspaceId } = context;
  const instancia = instanceReference(instance);
  const button = (label: string, verb: string, role: RoleButton['role'], loja?: string): RoleButton => ({
    label,
    command: commandLine(`/instancia ${verb}`, { instancia, loja }),
    style: 'secondary',
    role,
  });
  const stores = instance.storeIds.length === 0 ? await services.stores.list(workspaceId) : [];
  return [
    ...(instance.connection === 'disconnected' ? [button(refreshLabel(instance, translate), 'ver', 'viewer')] : []),
    button(translate('button.queue'), 'fila', 'viewer'),
    button(translate('button.test'), 'testar', 'operator'),
    ...stores
      .slice(0, MAXIMUM_LINK_BUTTONS)
      .map((store) =>
        button(translate('button.link', { store: store.name }), 'vincular', 'admin', storeReference(store)),
      ),
    button(translate('button.edit'), 'editar', 'admin'),
  ];
}
