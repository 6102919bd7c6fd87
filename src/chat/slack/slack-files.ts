import type { SlackFile } from './render-message.ts';
import type { SlackApi } from './slack-api.ts';

export interface SlackFiles {
  /** Uploads files into a conversation. @throws as `SlackApi.call` */
  share(channelId: string, files: readonly SlackFile[]): Promise<void>;
  /** The same into the direct conversation with a person. */
  shareWith(userId: string, files: readonly SlackFile[]): Promise<void>;
}

/** Files by Slack's current way: an upload address for each, then one call that shares them. */
export function createSlackFiles(api: SlackApi): SlackFiles {
  async function share(channelId: string, files: readonly SlackFile[]): Promise<void> {
    const uploads = files.map(({ name, content, alternative }) => ({
      file: content,
      filename: name,
      ...(alternative ? { alt_text: alternative } : {}),
    }));
    await api.call((slack) => slack.files.uploadV2({ channel_id: channelId, file_uploads: uploads }));
  }

  return {
    share,
    async shareWith(userId, files) {
      const { channel } = await api.call((slack) => slack.conversations.open({ users: userId }));
      if (!channel?.id) throw new Error('Slack opened a direct conversation without telling its id');
      await share(channel.id, files);
    },
  };
}
