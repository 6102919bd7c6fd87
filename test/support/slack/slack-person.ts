import type { Json, LoopbackSlack } from './loopback-slack.ts';
import { HOME_TEAM } from './loopback-slack.ts';

/** How a request of Slack reaches the product. */
export type Deliver = (request: { type: string; payload: Json; envelopeId?: string }) => Promise<Json>;

export interface Place {
  team?: string;
  channel?: { id: string; name: string };
}

/** What a person does in Slack, as the requests that Slack makes of it. Each resolves with the acknowledgement. */
export interface SlackPersonActions {
  type(line: string, place?: Place): Promise<Json>;
  /** Presses a button of a message, or of a view. */
  press(button: Json, place?: Place & { view?: Json }): Promise<Json>;
  /** Submits a modal; names of fields to what is chosen or typed. */
  submit(view: Json, filled: Record<string, string | string[]>, place?: Place): Promise<Json>;
  /** Types into a select whose choices are looked up. */
  lookUp(view: Json, field: string, typed: string): Promise<Json>;
  openHome(place?: Place): Promise<Json>;
}

export const SALES = { id: 'C0SALES', name: 'vendas' };

/** @param userId who does it */
export function slackPerson(slack: LoopbackSlack, deliver: Deliver, userId: string): SlackPersonActions {
  const identity = (team: string) => ({ team: { id: team, domain: 'test' }, user: { id: userId, team_id: team } });

  return {
    async type(line, { team = HOME_TEAM, channel = SALES } = {}) {
      const [, command = '', text = ''] = /^(\S+)\s*([\s\S]*)$/.exec(line) ?? [];
      return await deliver({ type: 'slash_commands', payload: slashPayload(command, text, team, channel) });
    },

    async press(button, { team = HOME_TEAM, channel = SALES, view } = {}) {
      const place = view
        ? { view, container: { type: 'view', view_id: view.id } }
        : { channel, container: { type: 'message' }, response_url: slack.responseAddress(channel.id, userId) };
      const payload = {
        type: 'block_actions',
        ...identity(team),
        ...place,
        api_app_id: 'A1',
        trigger_id: slack.newTrigger(),
        actions: [{ ...button, block_id: 'buttons', action_ts: '1.0' }],
      };
      return await deliver({ type: 'interactive', payload });
    },

    async submit(view, filled, { team = HOME_TEAM } = {}) {
      const submitted = { ...view, state: { values: stateOf(view, filled) } };
      const payload = { type: 'view_submission', ...identity(team), trigger_id: slack.newTrigger(), view: submitted };
      const answer = await deliver({ type: 'interactive', payload });
      if (answer?.response_action === 'update') slack.views.set(view.id, { ...answer.view, id: view.id });
      return answer;
    },

    async lookUp(view, field, typed) {
      const payload = {
        type: 'block_suggestion',
        ...identity(HOME_TEAM),
        action_id: 'value',
        block_id: field,
        value: typed,
        view,
        container: { type: 'view', view_id: view.id },
      };
      return await deliver({ type: 'interactive', payload });
    },

    async openHome({ team = HOME_TEAM } = {}) {
      const event = { type: 'app_home_opened', user: userId, channel: `D${userId}`, tab: 'home' };
      const payload = { type: 'event_callback', team_id: team, event_id: `Ev${slack.newTrigger()}`, event };
      return await deliver({ type: 'events_api', payload });
    },
  };

  function slashPayload(command: string, text: string, team: string, channel: { id: string; name: string }): Json {
    return {
      token: 'legacy',
      team_id: team,
      team_domain: 'test',
      channel_id: channel.id,
      channel_name: channel.name,
      user_id: userId,
      user_name: userId.toLowerCase(),
      command,
      text,
      api_app_id: 'A1',
      response_url: slack.responseAddress(channel.id, userId),
      trigger_id: slack.newTrigger(),
    };
  }
}

/** A modal's state once it is filled in: every input is there, also those that were left as they were. */
function stateOf(view: Json, filled: Record<string, string | string[]>): Json {
  const inputs = view.blocks.filter(({ type }: Json) => type === 'input');
  return Object.fromEntries(
    inputs.map(({ block_id, element }: Json) => [
      block_id,
      { [element.action_id]: { type: element.type, ...elementState(element, filled[block_id]) } },
    ]),
  );
}

function elementState(element: Json, filled: string | string[] | undefined): Json {
  const option = (value: string) => ({ text: { type: 'plain_text', text: value }, value });
  switch (element.type) {
    case 'plain_text_input':
      return { value: filled ?? element.initial_value ?? null };
    case 'users_select':
      return { selected_user: filled ?? null };
    case 'multi_static_select':
      return { selected_options: filled ? [filled].flat().map(option) : (element.initial_options ?? []) };
    default:
      return { selected_option: filled ? option(String(filled)) : (element.initial_option ?? null) };
  }
}
