import type { CommandContext } from '../src/chat/command.ts';
import { privateText, type Reply } from '../src/chat/message.ts';
import type { Instance } from '../src/instances/instance-service.ts';
import type { TestSend } from '../src/messages/test-send.ts';
import { sendFailureText } from '../src/senders/send-failure-text.ts';
import type { CommandServices } from './services.ts';

/** Sends a text to one phone and says what became of it. */
export async function testSendReply(
  { translate, services }: CommandContext<CommandServices>,
  instance: Instance,
  message: Parameters<TestSend>[1],
): Promise<Reply> {
  const phone = `····${message.phone.slice(-4)}`;
  const result = await services.testSend(instance, message);
  if (result === 'opted_out') return privateText('attention', translate('message_reason.opted_out'));
  if (result.outcome === 'accepted') {
    const said = instance.provider === 'log' ? 'instance.test_logged' : 'instance.test_sent';
    return privateText('success', translate(said, { phone, instance: instance.name }));
  }
  return {
    title: translate(result.outcome === 'uncertain' ? 'instance.test_uncertain' : 'instance.test_failed', { phone }),
    ...privateText('attention', sendFailureText(result.reason, translate)),
  };
}
