import { describe, expect, it } from 'vitest';
import { TRANSPORTS, useDiscordProduct } from '../../support/discord/discord-product.ts';

describe.each(TRANSPORTS)('over %s', (transport) => {
  const product = useDiscordProduct(transport);

  it('answers /ajuda privately', async () => {
    const seen = await product.seenAfter(() => product.ana.run('ajuda'));
    expect(seen).toHaveLength(1);
    expect(seen[0]?.isPrivate).toBe(true);
    expect(JSON.stringify(seen[0]?.body)).toContain('/loja');
    expect(product.log).toEqual([]);
  });
});
