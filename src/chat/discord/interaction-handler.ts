import { type APIInteractionResponse, InteractionResponseType, InteractionType, MessageFlags } from 'discord.js';
import type { Logger } from 'pino';
import { type Locale, translator } from '../../text/text.ts';
import type { OptionValues } from '../command.ts';
import type { CommandDispatcher, CommandRequest } from '../dispatcher.ts';
import type { HandledInteractions } from '../handled-interactions.ts';
import { privateText, type Reply } from '../message.ts';
import type { Role } from '../permissions.ts';
import type { ActionStore } from './action-store.ts';
import { type CustomId, decodeCustomId } from './custom-id.ts';
import { DISCORD_CODES, discordCode } from './discord-rest.ts';
import { escapeMarkdown, shorten } from './discord-text.ts';
import { englishLine } from './english-lines.ts';
import {
  type Asker,
  askerOf,
  type Interaction,
  interactionSchema,
  localeOf,
  submittedFields,
  typedCommand,
} from './interaction.ts';
import type { InteractionReplies } from './interaction-replies.ts';
import type { KeptForm } from './kept-action.ts';
import { DISCORD_LIMITS } from './limits.ts';
import type { NamedPeople } from './named-people.ts';
import { renderModal } from './render-form.ts';
import { renderMessage } from './render-message.ts';

/** Discord redelivers at once; what comes later is stopped by the database. */
const REMEMBERED_INTERACTIONS = 10_000;

/** Always private: whether the answer is for everybody is known only when it is there, and a secret must not flash up before. */
const DEFERRED: APIInteractionResponse = {
  type: InteractionResponseType.DeferredChannelMessageWithSource,
  data: { flags: MessageFlags.Ephemeral },
};

/** Gives Discord the first answer to an interaction, by whichever way it came. */
export type Respond = (response: APIInteractionResponse, interaction: Interaction) => Promise<void>;
type RespondToThis = (response: APIInteractionResponse) => Promise<void>;

export interface InteractionHandler {
  /**
   * Handles an interaction: acknowledges it before anything that waits, then does the work. Never throws.
   * @param raw as Discord sent it
   */
  handle(raw: unknown, respond: Respond): Promise<void>;
  /** Resolves once no interaction is being worked on. */
  idle(): Promise<void>;
}

/** What an interaction asks for, once its button or form has been looked up. */
type Wanted = { line: string; options?: OptionValues } | { answer: Reply };

/** Runs what people do in Discord as commands: slash commands, buttons, lists, forms. */
export function createInteractionHandler(dependencies: {
  dispatcher: CommandDispatcher;
  roleOf(person: { workspaceId: string; userId: string; platformAdmin: boolean }): Promise<Role>;
  /** The owner of a guild, where it is known. */
  ownerOf(guildId: string): string | null;
  handled: HandledInteractions;
  named: NamedPeople;
  actions: ActionStore;
  replies: InteractionReplies;
  locale: Locale;
  log: Logger;
}): InteractionHandler {
  const { dispatcher, roleOf, ownerOf, handled, named, actions, replies, locale: defaultLocale, log } = dependencies;
  const seen = new Set<string>();
  const running = new Set<Promise<void>>();

  function isFirst(id: string): boolean {
    if (seen.has(id)) return false;
    seen.add(id);
    const [oldest] = seen;
    if (seen.size > REMEMBERED_INTERACTIONS && oldest !== undefined) seen.delete(oldest);
    return true;
  }

  async function requestOf(interaction: Interaction, asker: Asker, line: string): Promise<CommandRequest> {
    const { workspaceId, guildId, channel, user, isAdministrator } = asker;
    const platformAdmin = isAdministrator || ownerOf(guildId) === user.id;
    const role = await roleOf({ workspaceId, userId: user.id, platformAdmin });
    return { workspaceId, channel, user: { ...user, role }, locale: localeOf(interaction, defaultLocale), line };
  }

  async function suggest(interaction: Interaction, asker: Asker, respond: RespondToThis): Promise<void> {
    const typed = typedCommand(interaction);
    let choices: { name: string; value: string }[] = [];
    try {
      if (typed?.focused) {
        const request = await requestOf(interaction, asker, typed.line);
        const suggestions = await dispatcher.suggest(request, typed.focused, typed.options[typed.focused] ?? '');
        choices = suggestions
          .filter(({ value }) => value.length <= DISCORD_LIMITS.choiceText)
          .slice(0, DISCORD_LIMITS.choices)
          .map(({ value, label }) => ({
            // The help's topics are commands.
            name: shorten(request.locale === 'en' ? englishLine(label) : label, DISCORD_LIMITS.choiceText),
            value,
          }));
      }
    } catch (error) {
      log.warn({ err: error }, 'Discord was offered no completions, because they could not be read');
    }
    await respond({ type: InteractionResponseType.ApplicationCommandAutocompleteResult, data: { choices } });
  }

  /** Whether the work is ours to do: Discord took our acknowledgement, and nobody did it before. */
  async function acknowledge(interaction: Interaction, asker: Asker, respond: RespondToThis): Promise<boolean> {
    try {
      await respond(DEFERRED);
      return true;
    } catch (error) {
      if (discordCode(error) === DISCORD_CODES.alreadyAcknowledged) return false;
      log.warn(
        { err: error, interaction: interaction.id },
        'A command was not done, because Discord did not wait for it',
      );
      if (asker.channel) {
        const user = escapeMarkdown(asker.user.name);
        const translate = translator(localeOf(interaction, defaultLocale));
        await replies.say(asker.channel.id, translate('discord.too_late', { user }));
      }
      return false;
    }
  }

  async function wantedOf(interaction: Interaction, { workspaceId }: Asker, id: CustomId | null): Promise<Wanted> {
    const typed = typedCommand(interaction);
    if (typed) return { line: typed.line, options: typed.options };
    if (id?.type === 'line') return { line: id.line };
    const translate = translator(localeOf(interaction, defaultLocale));
    const action = id ? await actions.find(workspaceId, id.key) : null;
    if (action?.type === 'line') return { line: action.line };
    if (action === null || id === null)
      return { answer: privateText('attention', translate('discord.press_forgotten')) };
    switch (id.type) {
      case 'choose':
        return { line: action.command, options: chosenValue(interaction, action) };
      case 'submitForm':
        return { line: action.command, options: submittedFields(interaction) };
      default:
        return { answer: formAgain(action, translate('discord.form_again')) };
    }
  }

  async function work(interaction: Interaction, asker: Asker, id: CustomId | null): Promise<void> {
    if (!(await handled.claim(`discord ${interaction.id}`))) return;
    const wanted = await wantedOf(interaction, asker, id);
    if ('answer' in wanted) return await answer(interaction, asker, wanted.answer);
    named.note(interaction);
    const request = await requestOf(interaction, asker, wanted.line);
    const { options } = wanted;
    await answer(interaction, asker, await dispatcher.run({ ...request, ...(options ? { options } : {}) }));
  }

  async function answer(interaction: Interaction, asker: Asker, reply: Reply): Promise<void> {
    const locale = localeOf(interaction, defaultLocale);
    const rendered = renderMessage(reply, locale);
    await actions.keep(asker.workspaceId, rendered.kept);
    if (await replies.answer(interaction, reply.visibility, rendered)) return;
    log.warn({ interaction: interaction.id }, 'A command was done, but Discord did not wait for its answer');
    if (asker.channel) {
      const user = escapeMarkdown(asker.user.name);
      await replies.say(asker.channel.id, translator(locale)('discord.answer_too_late', { user }));
    }
  }

  /** The person was promised an answer, so a fault is one too. */
  async function workOrApologise(interaction: Interaction, asker: Asker, id: CustomId | null): Promise<void> {
    try {
      await work(interaction, asker, id);
    } catch (error) {
      log.error(
        { err: error, interaction: interaction.id },
        'An interaction failed; the person was asked to try again',
      );
      const locale = localeOf(interaction, defaultLocale);
      const apology = renderMessage(privateText('danger', translator(locale)('error.unexpected')), locale);
      await replies.answer(interaction, 'private', apology);
    }
  }

  async function handleKnown(interaction: Interaction, respond: RespondToThis): Promise<void> {
    if (interaction.type === InteractionType.Ping) return await respond({ type: InteractionResponseType.Pong });
    const asker = askerOf(interaction);
    if (!asker) return await respond(serversOnly(localeOf(interaction, defaultLocale)));
    if (interaction.type === InteractionType.ApplicationCommandAutocomplete) {
      return await suggest(interaction, asker, respond);
    }
    const id = decodeCustomId(interaction.data?.custom_id ?? '');
    const modal = id?.type === 'openForm' ? modalOf(actions.remembered(asker.workspaceId, id.key), id.page) : null;
    if (modal) return await respond(modal);
    const first = isFirst(interaction.id);
    const isOurs = await acknowledge(interaction, asker, respond);
    if (first && isOurs) await workOrApologise(interaction, asker, id);
  }

  return {
    async handle(raw, respond) {
      const parsed = interactionSchema.safeParse(raw);
      if (!parsed.success) {
        const path = parsed.error.issues[0]?.path.join('.');
        log.warn({ path }, 'Discord sent an interaction that could not be read');
        return;
      }
      const interaction = parsed.data;
      const respondToThis: RespondToThis = (response) => respond(response, interaction);
      const handling = handleKnown(interaction, respondToThis).catch((error: unknown) => {
        log.error({ err: error, interaction: interaction.id }, 'An interaction could not be answered');
      });
      running.add(handling);
      await handling;
      running.delete(handling);
    },

    async idle() {
      await Promise.all(running);
    },
  };
}

function chosenValue({ data }: Interaction, { fields }: KeptForm): OptionValues {
  const name = fields[0]?.name;
  return name === undefined ? {} : { [name]: (data?.values ?? []).join(',') };
}

function formAgain({ title, command, fields }: KeptForm, sentence: string): Reply {
  return {
    title,
    tone: 'neutral',
    visibility: 'private',
    blocks: [
      { type: 'paragraph', text: sentence },
      { type: 'form', command, fields, submitLabel: title },
    ],
  };
}

function modalOf(action: ReturnType<ActionStore['remembered']>, page: number): APIInteractionResponse | null {
  const data = action?.type === 'form' ? renderModal(action, page) : null;
  return data && { type: InteractionResponseType.Modal, data };
}

function serversOnly(locale: Locale): APIInteractionResponse {
  return {
    type: InteractionResponseType.ChannelMessageWithSource,
    data: {
      content: translator(locale)('discord.servers_only'),
      flags: MessageFlags.Ephemeral,
      allowed_mentions: { parse: [] },
    },
  };
}
