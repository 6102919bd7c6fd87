import { beforeEach, expect, it } from 'vitest';
import { translator } from '../../../src/text/text.ts';
import { HOME_TEAM } from '../../support/slack/loopback-slack.ts';
import { slackPerson } from '../../support/slack/slack-person.ts';
import { useSlackProduct } from '../../support/slack/slack-product.ts';

const product = useSlackProduct('Socket Mode');

beforeEach(async () => {
  await product.empty();
});

it('gives no role to whom Slack makes an admin anyway, and says so', async () => {
  product.slack.messages.length = 0;
  const ana = slackPerson(product.slack, product.deliver, 'U0ANA');
  await product.answered(() => ana.type('/acesso dar <@U0ANA|ana> leitor'));
  const still = translator('pt-BR')('access.still_admin', { person: 'Ana', chat: 'slack' });
  expect(JSON.stringify(product.slack.messages)).toContain(still);
  expect(await product.services.access.list(`slack:${HOME_TEAM}`)).toEqual([]);
});
