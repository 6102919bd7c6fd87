import type { webApi } from '@slack/bolt';
import type { Locale } from '../../text/text.ts';
import { type SlackApi, slackCode } from './slack-api.ts';

/** How long what Slack said of a person is believed: a removed admin stays one for no longer. */
const BELIEVED_MILLISECONDS = 60_000;
const MAXIMUM_REMEMBERED = 5_000;

export interface SlackPerson {
  id: string;
  name: string;
  /** The team that the person belongs to; another one than ours for the guests of a shared channel. Null: ours. */
  otherTeamId: string | null;
  /** An owner or admin of the team. */
  platformAdmin: boolean;
  locale: Locale;
}

export interface SlackPeople {
  /** Null when Slack knows nobody of that id. @throws ChatUnavailableError when Slack cannot be asked and never was */
  find(userId: string): Promise<SlackPerson | null>;
  /** An owner or admin of the team, whichever Slack names first; null when it names none. */
  firstAdmin(): Promise<string | null>;
}

/** What Slack says of the people of its team. */
export function createSlackPeople(dependencies: { api: SlackApi; locale: Locale; now?: () => Date }): SlackPeople {
  const { api, locale, now = () => new Date() } = dependencies;
  const remembered = new Map<string, { person: SlackPerson; at: number }>();

  async function ask(userId: string): Promise<SlackPerson | null> {
    const { user } = await api.call((slack) => slack.users.info({ user: userId, include_locale: true }));
    if (!user?.id || user.deleted) return null;
    const name = user.profile?.display_name || user.real_name || user.name || user.id;
    const platformAdmin = Boolean(user.is_admin || user.is_owner || user.is_primary_owner);
    return { id: user.id, name, otherTeamId: otherTeam(user), platformAdmin, locale: localeOf(user.locale, locale) };
  }

  /** People of an organisation belong to several teams; whoever belongs to ours is no guest. */
  function otherTeam({ team_id, enterprise_user }: webApi.UsersInfoResponse['user'] & object): string | null {
    const home = api.teamId() ?? '';
    const isOurs = !team_id || team_id === home || (enterprise_user?.teams ?? []).includes(home);
    return isOurs ? null : team_id;
  }

  function remember(userId: string, person: SlackPerson | null): SlackPerson | null {
    remembered.delete(userId);
    if (remembered.size >= MAXIMUM_REMEMBERED) remembered.clear();
    if (person) remembered.set(userId, { person, at: now().getTime() });
    return person;
  }

  return {
    async find(userId) {
      const known = remembered.get(userId);
      if (known && now().getTime() - known.at < BELIEVED_MILLISECONDS) return known.person;
      try {
        return remember(userId, await ask(userId));
      } catch (error) {
        if (slackCode(error) === 'user_not_found') return remember(userId, null);
        // Better what was true a minute ago than to refuse everybody while Slack is slow.
        if (known) return known.person;
        throw error;
      }
    },

    async firstAdmin() {
      let cursor: string | undefined;
      do {
        const page = await api.call((slack) => slack.users.list({ limit: 200, ...(cursor ? { cursor } : {}) }));
        const people = (page.members ?? []).filter(({ deleted, is_bot }) => !deleted && !is_bot);
        const admin =
          people.find(({ is_primary_owner }) => is_primary_owner) ??
          people.find(({ is_owner, is_admin }) => is_owner || is_admin);
        if (admin?.id) return admin.id;
        cursor = page.response_metadata?.next_cursor;
      } while (cursor);
      return null;
    },
  };
}

function localeOf(slackLocale: string | undefined, fallback: Locale): Locale {
  if (slackLocale?.startsWith('pt')) return 'pt-BR';
  return slackLocale?.startsWith('en') ? 'en' : fallback;
}
