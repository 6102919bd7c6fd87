import { foldCase } from '../../src/chat/arguments.ts';
import type { CommandContext, CommandOption, CommandVerb, OptionValues } from '../../src/chat/command.ts';
import { commandLine } from '../../src/chat/command-line.ts';
import type { FormField, Reply } from '../../src/chat/message.ts';
import { type Instance, type InstanceChanges, instanceChangesSchema } from '../../src/instances/instance-service.ts';
import { type ErrorCode, ProductError } from '../../src/text/product-error.ts';
import { editField } from '../edit-field.ts';
import { chosenInstance, instanceOption, instanceReference } from '../options/instance-option.ts';
import { timezoneOption } from '../options/timezone-option.ts';
import { typedValue } from '../options/typed-value.ts';
import { yesNoOption, yesOrNo } from '../options/yes-no.ts';
import type { CommandServices } from '../services.ts';
import { CREDENTIAL_OPTIONS, credentialFields, typedCredentials, withNamedCredentials } from './credential-options.ts';
import { instanceFields } from './instance-blocks.ts';
import { readWorkingHours, typedHours } from './working-hours.ts';

type Context = CommandContext<CommandServices>;

const NO_LIMIT: ReadonlySet<string> = new Set(['nenhum', 'sem limite']);
const SECONDS_OF_UNIT: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600 };

const newName: CommandOption<CommandServices> = {
  name: 'nome',
  description: 'option.new_name',
  required: false,
  maximumLength: 60,
};
const interval: CommandOption<CommandServices> = {
  name: 'intervalo',
  description: 'option.interval',
  required: false,
  example: '20s',
};
const dailyLimit: CommandOption<CommandServices> = {
  name: 'limite',
  description: 'option.daily_limit',
  required: false,
  example: '200',
};
const hours: CommandOption<CommandServices> = {
  name: 'horario',
  description: 'option.hours',
  required: false,
  example: 'seg-sex 08:00-18:00',
};
const warmUp = yesNoOption('aquecimento', 'option.warm_up');
const CHANGES = [newName, interval, dailyLimit, hours, warmUp, timezoneOption];

/** Changes an instance's settings or credentials; with nothing to change named, opens a form. */
export const editar: CommandVerb<CommandServices> = {
  name: 'editar',
  description: 'command.instancia.editar',
  role: 'admin',
  options: [instanceOption, ...CHANGES, ...CREDENTIAL_OPTIONS],
  async run(context, options) {
    const { translate, services, workspaceId } = context;
    const instance = await chosenInstance(context, options);
    const changes = changesOf(options);
    const credentials = typedCredentials(instance.provider, options);
    const hasCredentials = Object.keys(credentials).length > 0;
    if (Object.keys(changes).length === 0 && !hasCredentials) return await editForm(context, instance);
    if (hasCredentials) {
      await withNamedCredentials(context, instance.provider, () =>
        services.instances.changeCredentials(workspaceId, instance.id, credentials),
      );
    }
    const changed = await services.instances.update(workspaceId, instance.id, changes);
    return {
      title: translate('instance.edited', { instance: changed.name }),
      tone: 'success',
      visibility: 'private',
      blocks: [{ type: 'fields', fields: await instanceFields(context, changed) }],
    };
  },
};

function changesOf(options: OptionValues): InstanceChanges {
  const read: { [Name in keyof InstanceChanges]: InstanceChanges[Name] | undefined } = {
    name: typedValue(options, newName.name),
    intervalMilliseconds: changeOf(options, interval, {
      read: milliseconds,
      schema: instanceChangesSchema.shape.intervalMilliseconds,
      refusal: 'interval_unknown',
    }),
    dailyLimit: changeOf(options, dailyLimit, {
      read: limit,
      schema: instanceChangesSchema.shape.dailyLimit,
      refusal: 'daily_limit_unknown',
    }),
    hours: changeOf(options, hours, {
      read: readWorkingHours,
      schema: instanceChangesSchema.shape.hours,
      refusal: 'hours_unknown',
    }),
    warmUp: yesOrNo(options, warmUp.name),
    timezone: timezoneOf(options),
  };
  return Object.fromEntries(Object.entries(read).filter(([, value]) => value !== undefined));
}

function changeOf<Value>(
  options: OptionValues,
  option: CommandOption<CommandServices>,
  {
    read,
    schema,
    refusal,
  }: {
    read(typed: string): unknown;
    schema: { safeParse(value: unknown): { success: true; data: Value } | { success: false } };
    /** Says what is allowed. */
    refusal: ErrorCode;
  },
): Value | undefined {
  const typed = typedValue(options, option.name);
  if (typed === undefined) return undefined;
  const value = read(typed);
  const checked = value === undefined ? null : schema.safeParse(value);
  if (!checked?.success) throw new ProductError(refusal, { value: typed });
  return checked.data;
}

function milliseconds(typed: string): number | undefined {
  const [, count, unit = 's'] = /^(\d{1,5})\s*(s|m|h)?(?:eg|egundos?|in|inutos?|oras?)?$/.exec(foldCase(typed)) ?? [];
  return count === undefined ? undefined : Number(count) * (SECONDS_OF_UNIT[unit] ?? 1) * 1_000;
}

function limit(typed: string): number | null | undefined {
  if (NO_LIMIT.has(foldCase(typed))) return null;
  return /^\d{1,7}$/.test(typed) ? Number(typed) : undefined;
}

function timezoneOf(options: OptionValues): string | undefined {
  const typed = typedValue(options, timezoneOption.name);
  if (typed !== undefined && !instanceChangesSchema.shape.timezone.safeParse(typed).success) {
    throw new ProductError('timezone_unknown', { timezone: typed });
  }
  return typed;
}

async function editForm(context: Context, instance: Instance): Promise<Reply> {
  const { translate } = context;
  const current: Record<string, string> = {
    [newName.name]: instance.name,
    [interval.name]: `${instance.intervalMilliseconds / 1_000}s`,
    [dailyLimit.name]: instance.dailyLimit === null ? 'nenhum' : String(instance.dailyLimit),
    [hours.name]: typedHours(instance.hours),
    [warmUp.name]: instance.warmUp ? 'sim' : 'não',
    [timezoneOption.name]: instance.timezone,
  };
  const settings = await Promise.all(CHANGES.map((option) => editField(context, option, current[option.name])));
  const credentials = await Promise.all(
    credentialFields(instance.provider).map(
      async ({ option }): Promise<FormField> => await editField(context, option, undefined),
    ),
  );
  return {
    title: translate('store.edit', { store: instance.name }),
    tone: 'neutral',
    visibility: 'private',
    blocks: [
      { type: 'paragraph', text: translate('store.edit_how') },
      {
        type: 'form',
        title: translate('form.instance_edit'),
        command: commandLine('/instancia editar', { instancia: instanceReference(instance) }),
        fields: [...settings, ...credentials],
        submitLabel: translate('button.save'),
      },
    ],
  };
}
