import { commandLine } from '../../src/chat/command-line.ts';
import type { Field, Reply } from '../../src/chat/message.ts';
import type { Preview } from '../../src/messages/notification-preview.ts';
import type { NotificationSettings } from '../../src/messages/notification-settings.ts';
import type { Store } from '../../src/stores/store-service.ts';
import { storeReference } from '../options/store-option.ts';
import { type RoleButton, roleButtons } from '../role-buttons.ts';
import { delayLabel } from './delay.ts';
import { type Context, notificationName } from './notification-options.ts';

/** How a step reads to a buyer: each of its texts, with the last real event of the store or a sample. */
export async function previewReply(
  context: Context,
  store: Store,
  settings: NotificationSettings,
  { position, productId, title }: { position: number; productId: string | null; title: string },
): Promise<Reply> {
  const { translate, services, locale } = context;
  const { type } = settings;
  const step = settings.steps[position];
  const preview = await services.preview(store, settings, { position, productId, locale });
  const needsTemplate = (await services.instances.ofStore(store.id)).some(
    ({ provider }) => provider === 'whatsapp-cloud',
  );
  const notificacao = notificationName(type, translate);
  const loja = storeReference(store);
  const etapa = String(position + 1);
  return {
    title,
    tone: isComplete(preview, needsTemplate) ? 'neutral' : 'attention',
    visibility: 'private',
    blocks: [
      {
        type: 'paragraph',
        text: translate(preview.isReal ? 'notifications.preview_real' : 'notifications.preview_sample'),
      },
      {
        type: 'fields',
        fields: [
          ...preview.texts.map((rendered, index) => ({
            label: translate('notifications.variant', { number: preview.texts.length > 1 ? index + 1 : 0 }),
            value: rendered.ok
              ? rendered.text
              : translate('message_reason.variable_missing', { variable: rendered.missing }),
          })),
          ...templateFields(context, preview, needsTemplate),
        ],
      },
      {
        type: 'paragraph',
        text: translate('notifications.preview_when', {
          state: translate(settings.enabled ? 'notifications.on' : 'notifications.off'),
          when: step ? delayLabel(step.delay, translate) : '',
          image: step?.imageUrl ?? 'none',
        }),
      },
      ...roleButtons(context, [
        {
          label: translate('button.test'),
          command: commandLine('/notificacoes testar', { notificacao, etapa, loja }),
          style: 'secondary',
          role: 'operator',
        },
        {
          label: translate('button.edit_text'),
          command: commandLine('/notificacoes texto', { notificacao, etapa, loja }),
          style: 'secondary',
          role: 'admin',
        },
        ...(needsTemplate || preview.template ? [templateButton(context, { notificacao, etapa, loja })] : []),
        {
          label: translate(settings.enabled ? 'button.turn_off' : 'button.turn_on'),
          command: commandLine(`/notificacoes ${settings.enabled ? 'desligar' : 'ligar'}`, { notificacao, loja }),
          style: 'secondary',
          role: 'admin',
        },
      ]),
    ],
  };
}

function templateButton({ translate }: Context, values: Record<string, string>): RoleButton {
  return {
    label: translate('button.choose_template'),
    command: commandLine('/notificacoes modelo', values),
    style: 'secondary',
    role: 'admin',
  };
}

function isComplete({ texts, template }: Preview, needsTemplate: boolean): boolean {
  return texts.every(({ ok }) => ok) && (template ? template.ok : !needsTemplate);
}

/** What goes out where only a template may; nothing where no instance of the store asks for one and none is chosen. */
function templateFields({ translate }: Context, { template }: Preview, needsTemplate: boolean): Field[] {
  const label = translate('notifications.outside_window');
  if (!template) return needsTemplate ? [{ label, value: translate('notifications.no_template') }] : [];
  if (!template.ok) {
    return [{ label, value: translate('message_reason.template_variable_missing', { variable: template.missing }) }];
  }
  const { name, language, parameters, imageUrl } = template.template;
  const values = parameters.map((value, index) => `{{${index + 1}}} ${value}`);
  const image = imageUrl === null ? [] : [translate('notifications.template_image', { address: imageUrl })];
  return [{ label, value: [translate('notifications.template', { name, language }), ...image, ...values].join('\n') }];
}
