import { APPLICATION_ID, GUILD_ID, type Json } from './loopback-discord.ts';

/** How an interaction reaches the product. */
export type Deliver = (interaction: Json) => Promise<void>;

export interface Place {
  guild?: string | null;
  /** A text channel, unless it says otherwise. */
  channel?: { id: string; name: string; type?: number; parent_id?: string };
  /** Whom a slash command names, as Discord describes them. */
  resolved?: Json;
  /** The language of the person's Discord. */
  locale?: string;
}

/** What a person does in Discord. Each resolves with the interaction's token once it is delivered. */
export interface DiscordPerson {
  /** Sends a slash command: `loja ver` and its options. */
  run(name: string, options?: Record<string, string>, place?: Place): Promise<string>;
  /** Types into an option. */
  typeInto(name: string, options: Record<string, string>, focused: string, place?: Place): Promise<string>;
  /** Presses a button. */
  press(customId: string, place?: Place): Promise<string>;
  /** Chooses from a list below a message. */
  choose(customId: string, values: string[], place?: Place): Promise<string>;
  /** Sends a modal with what is in its fields, and what is filled in instead. */
  submit(modal: Json, filled?: Record<string, string | string[]>, place?: Place): Promise<string>;
}

export const SALES = { id: '400000000000000001', name: 'vendas' };

let interactions = 700_000_000_000_000_000n;

/** @param person.permissions as Discord counts them; `8` is Administrator */
export function discordPerson(
  deliver: Deliver,
  person: { id: string; name: string; permissions: string },
  hasVerbs: (command: string) => boolean,
): DiscordPerson {
  async function send(type: number, data: Json, { guild = GUILD_ID, channel = SALES, locale = 'pt-BR' }: Place = {}) {
    interactions += 1n;
    const id = String(interactions);
    const token = `interaction-token-${id}`;
    const user = { id: person.id, username: person.name.toLowerCase(), global_name: person.name, discriminator: '0' };
    const who = guild === null ? { user } : { guild_id: guild, member: memberOf(user, person.permissions) };
    await deliver({
      id,
      token,
      type,
      data,
      application_id: APPLICATION_ID,
      channel: { type: 0, ...channel },
      channel_id: channel.id,
      locale,
      version: 1,
      ...who,
    });
    return token;
  }

  function commandData(name: string, options: Record<string, string>, focused?: string): Json {
    const [command = '', verb] = name.split(' ');
    const typed = Object.entries(options).map(([option, value]) => ({
      name: option,
      type: 3,
      value,
      ...(option === focused ? { focused: true } : {}),
    }));
    const isNested = verb !== undefined && hasVerbs(command);
    const nested = isNested ? [{ name: verb, type: 1, options: typed }] : typed;
    return { id: '500000000000000001', name: command, type: 1, options: nested };
  }

  return {
    run: (name, options = {}, place = {}) =>
      send(2, { ...commandData(name, options), resolved: place.resolved }, place),
    typeInto: (name, options, focused, place = {}) => send(4, commandData(name, options, focused), place),
    press: (customId, place = {}) => send(3, { custom_id: customId, component_type: 2 }, place),
    choose: (customId, values, place = {}) => send(3, { custom_id: customId, component_type: 3, values }, place),
    submit(modal, filled = {}, place = {}) {
      const components = modal.components.map(({ component }: Json) => ({
        type: 18,
        component: submitted(component, filled[component.custom_id]),
      }));
      return send(5, { custom_id: modal.custom_id, components }, place);
    },
  };
}

function memberOf(user: Json, permissions: string): Json {
  return {
    user,
    permissions,
    nick: null,
    roles: [],
    joined_at: '2026-01-01T00:00:00Z',
    deaf: false,
    mute: false,
    flags: 0,
  };
}

/** A field as Discord sends it: with what was in it, unless something else was filled in. */
function submitted({ type, custom_id, value = '', options = [] }: Json, filled: string | string[] | undefined): Json {
  if (type === 4) return { type, custom_id, value: filled ?? value };
  const chosen = options.filter((option: Json) => option.default).map((option: Json) => option.value);
  return { type, custom_id, values: filled === undefined ? chosen : [filled].flat() };
}
