import { assinyPayload } from '../../scripts/simulate/assiny-payload.ts';
import type { Services } from '../../src/services.ts';
import type { Store } from '../../src/stores/store-service.ts';
import type { TestDatabase } from './database.ts';
import { deliver, intakeOn } from './intake.ts';

/**
 * Sends a sale to a store and works through it; what is to be posted of it waits.
 * @returns the delivery's id
 */
export async function saleOf(
  product: { services: Services; database: TestDatabase },
  store: Store,
  at: Date,
  transactionId = 'a sale',
): Promise<string> {
  const { services, database } = product;
  const { intake, spool } = await intakeOn(database.connection, services, { now: () => at });
  const payload = assinyPayload({
    event: 'approved_purchase',
    transactionId,
    amount: 19_700,
    fee: 1_379,
    createdAt: at,
    updatedAt: at,
    tracking: { utm_source: 'instagram' },
    client: { full_name: 'Joana Compradora', email: 'joana@example.invalid', phone: '+5511900001234' },
    product: { productName: 'Produto confidencial' },
  });
  const answer = await deliver(intake, store.webhookUrl, payload);
  await spool.close();
  if (answer.status !== 'stored') throw new Error(`The delivery was not stored: ${JSON.stringify(answer)}`);
  await services.processing.run();
  return answer.deliveryId;
}
