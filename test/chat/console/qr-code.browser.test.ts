import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type EvolutionServer, startEvolutionServer } from '../../../scripts/simulate/providers/evolution-server.ts';
import { useBrowser } from '../../support/browser.ts';
import { useRunningProduct } from '../../support/running-product.ts';

const product = useRunningProduct();
const browser = useBrowser();
const evolution = { apiKey: 'key', instanceName: 'escola' };
let server: EvolutionServer;

/** Runs in the page. */
const DECODED_WIDTH =
  '(async (image) => { await image.decode(); return image.naturalWidth; })(document.querySelector("img.image"))';

beforeAll(async () => {
  server = await startEvolutionServer(evolution);
  server.setState('close');
});
afterAll(() => server.close());

describe('the QR code of an Evolution instance', () => {
  test.each([390, 1280])('is a picture that can be scanned, with a text in its place, at %i px', async (width) => {
    const name = `Atendimento ${width}`;
    const credentials = `endereco:${server.url} chave:${evolution.apiKey} sessao:${evolution.instanceName}`;
    const page = await browser.open(product.address, { viewport: { width, height: 800 } });
    await page.getByText('Ao vivo').waitFor();
    const commandBox = page.getByRole('combobox', { name: 'Comando' });
    await commandBox.fill(`/instancia criar "${name}" tipo:evolution ${credentials}`);
    await commandBox.press('Enter');
    const picture = page.getByRole('img', { name: 'QR code para conectar o WhatsApp' });
    await picture.waitFor();
    expect(await picture.getAttribute('src')).toMatch(/^data:image\/png;base64,iVBORw0KGgo/);
    // Decoded by the browser, not only named.
    expect(await page.evaluate(DECODED_WIDTH)).toBeGreaterThan(0);
    const box = await picture.boundingBox();
    expect((box?.x ?? width) + (box?.width ?? width)).toBeLessThanOrEqual(width);
    await page.getByText('Só você vê').waitFor();
    expect(browser.errors()).toEqual([]);
  });
});
