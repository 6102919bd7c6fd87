import type { ModalView } from '@slack/types';
import type { Logger } from 'pino';
import { isProductError } from '../../text/product-error.ts';
import type { Translate } from '../../text/text.ts';
import { ChatUnavailableError } from '../chat-unavailable.ts';
import { type Block, privateText, type Reply } from '../message.ts';
import type { Asked } from './asked.ts';
import { metadataFor } from './asked.ts';
import { type Rendered, type RenderedMessage, renderMessage } from './render-message.ts';
import { answerView, formView } from './render-view.ts';
import type { SlackApi } from './slack-api.ts';
import { slackCode } from './slack-api.ts';
import type { SlackFiles } from './slack-files.ts';

/** A trigger opens a modal for three seconds; after this much of them nobody should try. */
const TRIGGER_MILLISECONDS = 2_700;
const REQUEST_MILLISECONDS = 10_000;
/** An answer is worth waiting for, but not for ever. */
const MAXIMUM_ATTEMPTS = 6;
const LONGEST_WAIT_MILLISECONDS = 30_000;
const SECOND_MILLISECONDS = 1_000;

type Form = Extract<Block, { type: 'form' }>;

export interface SlackAnswers {
  /**
   * Shows a reply to whoever asked, where they asked: in the modal or message, in a new modal when it is a form, to them alone when it is private.
   * @param line the command line that it answers
   * @param options.wantsForm the person pressed the button of the reply's form, so that is what is shown of it
   */
  deliver(
    asked: Asked,
    reply: Reply,
    line: string,
    translate: Translate,
    options?: { wantsForm: boolean },
  ): Promise<void>;
  /** Shows a view in the modal that the asker is at, or else in a new one. False when Slack does not: the modal was closed, or it is too late. */
  showModal(asked: Asked, view: ModalView): Promise<boolean>;
}

/** Answers to what people did in Slack. */
export function createSlackAnswers(dependencies: {
  api: SlackApi;
  files: SlackFiles;
  log: Logger;
  now: () => Date;
  pause?: (milliseconds: number) => Promise<void>;
}): SlackAnswers {
  const { api, files, log, now } = dependencies;
  const pause = dependencies.pause ?? ((milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)));

  /** Tries again when Slack is busy or away. */
  async function patiently<T>(attempt: () => Promise<T>): Promise<T> {
    for (let attempts = 1; ; attempts += 1) {
      try {
        return await attempt();
      } catch (error) {
        if (!(error instanceof ChatUnavailableError) || attempts === MAXIMUM_ATTEMPTS) throw error;
        const wait = error.retryAfterMilliseconds ?? SECOND_MILLISECONDS * attempts;
        if (wait > LONGEST_WAIT_MILLISECONDS) throw error;
        await pause(wait);
      }
    }
  }

  async function showModal(asked: Asked, view: ModalView): Promise<boolean> {
    const { view: current, triggerId, at } = asked;
    try {
      if (current?.type === 'modal') {
        await patiently(() => api.call((slack) => slack.views.update({ view_id: current.id, view })));
        return true;
      }
      if (now().getTime() - at.getTime() > TRIGGER_MILLISECONDS) return false;
      await api.call((slack) => slack.views.open({ trigger_id: triggerId, view }));
      return true;
    } catch (error) {
      log.warn({ err: error, code: slackCode(error) }, 'A modal was not opened; its content is sent as a message');
      return false;
    }
  }

  async function showForm(asked: Asked, reply: Reply, line: string, translate: Translate): Promise<boolean> {
    const form = reply.blocks.find((block): block is Form => block.type === 'form');
    if (!form) return false;
    const metadata = metadataFor(asked, { command: form.command, line });
    return await showModal(asked, formView(reply, form, { translate, metadata }));
  }

  async function showInView(asked: Asked, reply: Reply, translate: Translate): Promise<boolean> {
    if (asked.view === null) return false;
    const metadata = metadataFor(asked, { command: '', line: '' });
    return await showModal(asked, answerView(reply, { translate, metadata }));
  }

  /** By the address that came with the request, which works in every conversation; else by the Web API. */
  async function send(asked: Asked, message: RenderedMessage, isPublic: boolean): Promise<void> {
    const { responseUrl, conversationId, userId } = asked;
    if (responseUrl !== null) {
      const body = { ...message, response_type: isPublic ? 'in_channel' : 'ephemeral', replace_original: false };
      if (await patiently(() => respond(responseUrl, body))) return;
    }
    const isDirect = conversationId === null || conversationId.startsWith('D');
    try {
      await patiently(() =>
        api.call(async (slack) => {
          const channel = conversationId ?? userId;
          if (isPublic || isDirect) await slack.chat.postMessage({ channel, ...message });
          else await slack.chat.postEphemeral({ channel, user: userId, ...message });
        }),
      );
    } catch (error) {
      if (isDirect || !isProductError(error, 'channel_unreachable')) throw error;
      // We were never invited there, so what is left is the direct conversation.
      await patiently(() => api.call((slack) => slack.chat.postMessage({ channel: userId, ...message })));
    }
  }

  async function sendAll(asked: Asked, isPublic: boolean, rendered: Rendered): Promise<void> {
    for (const message of rendered.messages) await send(asked, message, isPublic);
  }

  /** False where we were not invited: we can answer in every conversation, but share files only in ours. */
  async function shareIn(conversationId: string, rendered: Rendered): Promise<boolean> {
    try {
      await patiently(() => files.share(conversationId, rendered.files));
      return true;
    } catch (error) {
      if (!isProductError(error, 'channel_unreachable')) throw error;
      return false;
    }
  }

  /** A file cannot be for one person of a channel, so a private one goes to the direct conversation. */
  async function shareFiles(asked: Asked, reply: Reply, rendered: Rendered, translate: Translate): Promise<void> {
    if (rendered.files.length === 0) return;
    const conversationId = isSharedHere(asked, reply) ? asked.conversationId : null;
    if (conversationId !== null && (await shareIn(conversationId, rendered))) return;
    await patiently(() => files.shareWith(asked.userId, rendered.files));
    if (conversationId === null) return;
    // Nobody can invite us to what two people say to each other.
    const sentence = conversationId.startsWith('D') ? 'slack.file_in_dm' : 'slack.file_in_dm_uninvited';
    await sendAll(asked, false, renderMessage(privateText('attention', translate(sentence)), { translate }));
  }

  return {
    showModal,
    async deliver(asked, reply, line, translate, { wantsForm } = { wantsForm: false }) {
      if ((wantsForm || isNothingButForm(reply)) && (await showForm(asked, reply, line, translate))) return;
      const isElsewhere = hasFile(reply) && !isSharedHere(asked, reply);
      const told = isElsewhere ? withParagraph(reply, translate('slack.file_in_dm')) : reply;
      const rendered = renderMessage(told, { translate, formLine: line });
      // The waiting modal shows the answer; what the whole channel should know is said there as well.
      const isShown = await showInView(asked, told, translate);
      const isForChannel = reply.visibility === 'public' && asked.view?.type === 'modal' && asked.responseUrl !== null;
      if (!isShown || isForChannel) await sendAll(asked, reply.visibility === 'public', rendered);
      await shareFiles(asked, reply, rendered, translate);
    },
  };
}

/** A form beside other content is for those who want it: the content comes first, with a button that opens the form. */
function isNothingButForm({ blocks }: Reply): boolean {
  return blocks.every(({ type }) => type === 'form' || type === 'paragraph');
}

function hasFile({ blocks }: Reply): boolean {
  return blocks.some(({ type }) => type === 'file' || type === 'image');
}

/** What is asked in a view is for the asker alone, unless the view came from a conversation that is told of it. */
function isSharedHere({ conversationId, view, responseUrl }: Asked, { visibility }: Reply): boolean {
  const isForAll = visibility === 'public' && (view === null || responseUrl !== null);
  return conversationId !== null && (isForAll || conversationId.startsWith('D'));
}

function withParagraph(reply: Reply, text: string): Reply {
  return { ...reply, blocks: [...reply.blocks, { type: 'paragraph', text }] };
}

/**
 * Posts an answer to a response address.
 * @returns false when the address takes no more: it is used up, or too old
 * @throws ChatUnavailableError when it may take it later
 */
async function respond(responseUrl: string, body: object): Promise<boolean> {
  const response = await fetch(responseUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify(body),
    redirect: 'error',
    signal: AbortSignal.timeout(REQUEST_MILLISECONDS),
  }).catch((error: unknown) => {
    throw new ChatUnavailableError('no answer', null, { cause: error });
  });
  if (response.status === 429) {
    throw new ChatUnavailableError(
      'ratelimited',
      Number(response.headers.get('retry-after') ?? 1) * SECOND_MILLISECONDS,
    );
  }
  if (response.status >= 500) throw new ChatUnavailableError(`HTTP ${response.status}`);
  return response.ok;
}
