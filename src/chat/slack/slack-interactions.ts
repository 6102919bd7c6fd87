import type { App, BlockAction, ViewSubmitAction } from '@slack/bolt';
import type { Logger } from 'pino';
import { isProductError } from '../../text/product-error.ts';
import { type Locale, type Translate, translator } from '../../text/text.ts';
import { foldCase, quoteArgument } from '../arguments.ts';
import type { CommandDispatcher, CommandRequest } from '../dispatcher.ts';
import type { HandledInteractions } from '../handled-interactions.ts';
import { type Block, privateText, type Reply } from '../message.ts';
import type { Role } from '../permissions.ts';
import type { Channel } from '../surface.ts';
import { type Asked, askedByButton, askedByCommand, askedByForm, metadataFor, readMetadata } from './asked.ts';
import { blankFields, formValues } from './form-values.ts';
import { COMMAND_ACTION, FORM_ACTION } from './render-message.ts';
import { FIELD_ACTION, FORM_VIEW, formView, homeView, OPTIONS_LIMIT, optionOf, waitingView } from './render-view.ts';
import type { SlackAnswers } from './slack-answers.ts';
import type { SlackApi } from './slack-api.ts';
import type { SlackPeople } from './slack-people.ts';
import { slackWorkspaceId } from './slack-surface.ts';
import { typedLine } from './typed-line.ts';

type Form = Extract<Block, { type: 'form' }>;

/** Every slash command: which ones there are is for the dispatcher to say. */
const ANY_COMMAND = /^\//;
/** More stores than this are listed, but their checklists have to be asked for. */
const HOME_STORES = 8;

export interface SlackInteractions {
  /** Resolves once nothing is being answered. */
  settled(): Promise<void>;
}

export interface SlackInteractionOptions {
  app: App;
  api: SlackApi;
  people: SlackPeople;
  answers: SlackAnswers;
  handled: HandledInteractions;
  dispatcher: CommandDispatcher;
  access: { roleOf(person: { workspaceId: string; userId: string; platformAdmin: boolean }): Promise<Role> };
  /** The stores of a workspace, as a command line names them. */
  storeReferences(workspaceId: string): Promise<string[]>;
  channels(workspaceId: string): Promise<Channel[]>;
  locale: Locale;
  log: Logger;
  now: () => Date;
}

/**
 * Turns what people do in Slack into commands. Whatever comes is acknowledged before anything else; a loss of that acknowledgement makes Slack deliver
 * again, which the unique id of each interaction stops.
 */
export function listenToSlack(options: SlackInteractionOptions): SlackInteractions {
  const { app, api, people, answers, handled, dispatcher, access, storeReferences, channels, log, now } = options;
  const answering = new Set<Promise<void>>();

  interface Who {
    request: Omit<CommandRequest, 'line'>;
    translate: Translate;
  }

  /** A channel's name as we know it: Slack does not tell those of private channels with a command. */
  async function namedChannel(workspaceId: string, channel: Channel | null): Promise<Channel | null> {
    if (channel === null || channel.name !== channel.id) return channel;
    return (await channels(workspaceId)).find(({ id }) => id === channel.id) ?? channel;
  }

  async function whoAsked({ teamId, userId, channel }: Pick<Asked, 'teamId' | 'userId' | 'channel'>): Promise<Who> {
    // Slack tells only of our own team's people: nobody is an admin of another team's workspace by that.
    const person = teamId === api.teamId() ? await people.find(userId) : null;
    const otherTeamId = person?.otherTeamId ?? null;
    // Who comes from another team, by a channel that both share, stays in the workspace of that team.
    const workspaceId = slackWorkspaceId(otherTeamId ?? teamId);
    const platformAdmin = otherTeamId === null && (person?.platformAdmin ?? false);
    const role = await access.roleOf({ workspaceId, userId, platformAdmin });
    const locale = person?.locale ?? options.locale;
    const user = { id: userId, name: person?.name ?? userId, role };
    const request = { workspaceId, channel: await namedChannel(workspaceId, channel), user, locale };
    return { request, translate: translator(locale) };
  }

  /** Does once what was asked, and always answers. Slack was told before that it arrived. */
  function handle(asked: Asked, work: (who: Who) => Promise<void>): Promise<void> {
    const running = (async () => {
      try {
        if (!(await handled.claim(`slack:${asked.id}`))) return;
        await work(await whoAsked(asked));
      } catch (error) {
        await apologise(asked, error);
      }
    })();
    answering.add(running);
    return running.finally(() => answering.delete(running));
  }

  async function apologise(asked: Asked, error: unknown): Promise<void> {
    log.error(
      { err: error, workspaceId: slackWorkspaceId(asked.teamId) },
      'A person in Slack could not be answered as asked',
    );
    const translate = translator(options.locale);
    const reply = isProductError(error, 'slack_scope_missing')
      ? privateText('attention', translate(`error.${error.code}`, error.values))
      : privateText('danger', translate('error.unexpected'));
    await answers.deliver(asked, reply, '', translate).catch((failure: unknown) => {
      log.error({ err: failure }, 'A person in Slack got no answer at all');
    });
  }

  async function runLine(asked: Asked, line: string, options?: { wantsForm: boolean }): Promise<void> {
    await handle(asked, async ({ request, translate }) => {
      await answers.deliver(asked, await dispatcher.run({ ...request, line }), line, translate, options);
    });
  }

  async function submitForm(asked: Asked, command: string, values: Record<string, string>): Promise<void> {
    await handle(asked, async ({ request, translate }) => {
      const reply = await dispatcher.run({ ...request, line: command, options: values });
      const problem = refusalOf(reply);
      if (problem !== null && (await showAgain(asked, command, values, problem, { request, translate }))) return;
      await answers.deliver(asked, reply, lineWith(command, values), translate);
    });
  }

  /** The form as it was filled in, with what is wrong above it. */
  async function showAgain(
    asked: Asked,
    command: string,
    values: Record<string, string>,
    problem: string,
    { request, translate }: Who,
  ): Promise<boolean> {
    const reply = await dispatcher.run({ ...request, line: command });
    const form = formOf(reply);
    if (!form || asked.view === null) return false;
    const fields = form.fields.map((field) => {
      const value = values[field.name];
      return value === undefined ? field : { ...field, value: field.kind === 'multiselect' ? value.split(',') : value };
    });
    const metadata = metadataFor(asked, { command, line: command });
    const view = formView(reply, { ...form, fields }, { translate, metadata, problem });
    return await answers.showModal(asked, view);
  }

  async function showHome(asked: Asked): Promise<void> {
    await handle(asked, async ({ request, translate }) => {
      const run = (line: string) => dispatcher.run({ ...request, line });
      const stores = await storeReferences(request.workspaceId);
      const replies: Reply[] = [];
      for (const store of stores.slice(0, HOME_STORES))
        replies.push(await run(`/checklist loja:${quoteArgument(store)}`));
      if (stores.length > 1) replies.unshift(await run('/loja listar'));
      replies.push(await run('/ajuda'));
      await api.call((slack) => slack.views.publish({ user_id: asked.userId, view: homeView(replies, translate) }));
    });
  }

  app.command(ANY_COMMAND, async ({ ack, command }) => {
    const asked = askedByCommand(command, now());
    await acknowledged(ack(), log);
    await runLine(asked, typedLine(command.command, command.text ?? ''));
  });

  for (const actionId of [COMMAND_ACTION, FORM_ACTION]) {
    app.action<BlockAction>(actionId, async ({ ack, body, action }) => {
      const asked = askedByButton(body, now());
      await acknowledged(ack(), log);
      if (action.type !== 'button' || !action.value) return;
      await runLine(asked, action.value, { wantsForm: actionId === FORM_ACTION });
    });
  }

  app.view<ViewSubmitAction>(FORM_VIEW, async ({ ack, body, view }) => {
    const translate = translator(options.locale);
    const metadata = readMetadata(view.private_metadata);
    const blank = blankFields(view);
    if (metadata === null || blank.length > 0) {
      const errors = Object.fromEntries(blank.map((name) => [name, translate('slack.required')]));
      await acknowledged(ack(metadata === null ? undefined : { response_action: 'errors', errors }), log);
      return;
    }
    const asked = askedByForm(body, metadata, now());
    await acknowledged(ack({ response_action: 'update', view: waitingView(translate) }), log);
    await submitForm(asked, metadata.command, formValues(view));
  });

  // The one request whose acknowledgement is the answer itself.
  app.options(FIELD_ACTION, async ({ ack, body }) => {
    const metadata = readMetadata(body.view?.private_metadata);
    const teamId = body.team?.id ?? body.user.team_id ?? '';
    const { request } = await whoAsked({ teamId, userId: body.user.id, channel: null });
    const form = metadata === null ? null : formOf(await dispatcher.run({ ...request, line: metadata.line }));
    const choices = form?.fields.find(({ name }) => name === body.block_id)?.choices ?? [];
    const wanted = foldCase(body.value);
    const matching = choices.filter(({ label }) => foldCase(label).includes(wanted));
    await ack({ options: matching.slice(0, OPTIONS_LIMIT).map(optionOf) });
  });

  app.event('app_home_opened', async ({ body, event }) => {
    if (event.tab !== 'home') return;
    await showHome({
      id: body.event_id,
      teamId: body.team_id,
      userId: event.user,
      conversationId: null,
      channel: null,
      responseUrl: null,
      triggerId: '',
      at: now(),
      view: null,
    });
  });

  app.error(async (error) => {
    log.error({ err: error }, 'A request of Slack was not handled');
  });

  return {
    async settled() {
      await Promise.all(answering);
    },
  };
}

/** A lost acknowledgement is no reason not to do what was asked: Slack delivers it again, and that is told apart. */
async function acknowledged(acknowledgement: Promise<void>, log: Logger): Promise<void> {
  await acknowledgement.catch((error: unknown) => log.debug({ err: error }, 'Slack did not get an acknowledgement'));
}

function formOf(reply: Reply): Form | null {
  return reply.blocks.find((block): block is Form => block.type === 'form') ?? null;
}

/** The sentence with which a command refuses; null when it did what it was asked. */
function refusalOf({ title, tone, visibility, blocks }: Reply): string | null {
  const [block] = blocks;
  const isRefusal = title === undefined && visibility === 'private' && blocks.length === 1;
  return isRefusal && (tone === 'attention' || tone === 'danger') && block?.type === 'paragraph' ? block.text : null;
}

/** A form's command with what was filled in, as a person would have typed it. */
function lineWith(command: string, values: Readonly<Record<string, string>>): string {
  return [command, ...Object.entries(values).map(([name, value]) => `${name}:${quoteArgument(value)}`)].join(' ');
}
