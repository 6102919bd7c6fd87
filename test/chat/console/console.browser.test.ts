import type { Page } from 'playwright-core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { consoleModels } from '../../../src/chat/console/console-message.ts';
import {
  type ConsolePost,
  type ConsoleSurface,
  createConsoleSurface,
} from '../../../src/chat/console/console-surface.ts';
import { useBrowser } from '../../support/browser.ts';
import { useTestDatabase } from '../../support/database.ts';
import { type ConsoleServer, startConsoleServer } from './console-server.ts';
import { HOSTILE_TEXT } from './sample-commands.ts';

const database = useTestDatabase();
const browser = useBrowser();
let surface: ConsoleSurface;
let server: ConsoleServer;
let finishSlowCommand: () => void;

beforeEach(async () => {
  const [model] = consoleModels(database.connection);
  await model?.createIndexes();
  await model?.deleteMany({});
  surface = createConsoleSurface({ connection: database.connection });
  const slow = new Promise<void>((resolve) => {
    finishSlowCommand = resolve;
  });
  server = await startConsoleServer(surface, { services: { slow: () => slow } });
});
afterEach(async () => {
  expect(browser.errors()).toEqual([]);
  await server.stop();
});

async function openConsole(options: Parameters<typeof browser.open>[1] & { channel?: string } = {}): Promise<Page> {
  const { channel = '', ...context } = options;
  const page = await browser.open(`${server.address}/${channel}`, context);
  await page.getByText('Ao vivo').waitFor();
  await page.locator('#log:not([aria-busy])').waitFor({ state: 'attached' });
  return page;
}

function commandBox(page: Page) {
  return page.getByRole('combobox', { name: 'Comando' });
}

async function type(page: Page, line: string): Promise<void> {
  await commandBox(page).fill(line);
  await commandBox(page).press('Enter');
}

function salePost(key: string, channelId = 'vendas'): ConsolePost {
  return {
    workspaceId: 'console',
    channelId,
    key,
    message: {
      title: `Compra aprovada ${key}`,
      tone: 'success',
      blocks: [{ type: 'fields', fields: [{ label: 'Valor', value: 'R$ 297,00' }] }],
    },
  };
}

async function sale(key: string, channelId?: string): Promise<void> {
  await surface.post(salePost(key, channelId));
}

function title(page: Page, name: string) {
  return page.getByRole('heading', { name });
}

async function hasSidewaysScroll(page: Page): Promise<boolean> {
  return await page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth');
}

describe('a newcomer', () => {
  test('is told what to type, and a press fills it in with the name ready to be typed over', async () => {
    const page = await openConsole();
    await page.getByText('Aqui chegam as suas vendas').waitFor();
    await page.getByRole('button', { name: '/loja criar Nome da loja' }).click();
    await page.keyboard.type('Curso de Violão');
    expect(await commandBox(page).inputValue()).toBe('/loja criar Curso de Violão');
    await commandBox(page).press('Enter');
    await title(page, 'Loja “Curso de Violão” criada').waitFor();
    expect(server.services.stores).toEqual(['Curso de Violão']);
    expect(await page.getByText('Aqui chegam as suas vendas').isVisible()).toBe(false);
  });

  test('asks for help with one press', async () => {
    const page = await openConsole();
    await page.getByRole('button', { name: '/ajuda' }).click();
    await page.getByText('Comandos: /loja, /checklist, /relatorio').waitFor();
  });
});

describe('the days', () => {
  test('are named once each, above their first message, also when earlier messages come later', async () => {
    const posts = ['2026-11-22T10:00', '2026-11-23T23:59', '2026-11-24T00:00', '2026-11-24T10:00'];
    for (const [index, time] of posts.entries()) {
      const at = createConsoleSurface({
        connection: database.connection,
        // The browser is in São Paulo.
        now: () => new Date(`${time}:00-03:00`),
      });
      await at.post(salePost(String(index)));
    }
    for (let index = 4; index < 53; index += 1) await sale(String(index));
    const page = await openConsole();
    const named = () => page.locator('.day:visible').allTextContents();
    await title(page, 'Compra aprovada 52').waitFor();
    expect((await named())[0]).toBe('terça-feira, 24 de novembro de 2026');
    await page.getByRole('button', { name: 'Mostrar mensagens anteriores' }).click();
    await title(page, 'Compra aprovada 0').waitFor();
    expect((await named()).slice(0, 3)).toEqual([
      'domingo, 22 de novembro de 2026',
      'segunda-feira, 23 de novembro de 2026',
      'terça-feira, 24 de novembro de 2026',
    ]);
    expect(new Set(await named()).size).toBe((await named()).length);
  });
});

describe('a command', () => {
  test('shows what was typed, then its private reply', async () => {
    const page = await openConsole();
    await type(page, '/ajuda');
    const entry = page.getByRole('article').last();
    await entry.getByText('Comandos: /loja, /checklist, /relatorio').waitFor();
    expect(await entry.locator('.line').textContent()).toBe('/ajuda');
    expect(await entry.getByText('Só você vê').isVisible()).toBe(true);
    expect(await entry.locator('time').first().textContent()).toMatch(/^\d{2}:\d{2}$/);
    expect(await commandBox(page).inputValue()).toBe('');
  });

  test('shows its public reply once, and keeps it over a reload', async () => {
    const page = await openConsole();
    await type(page, '/relatorio loja Curso de Violão');
    await title(page, 'Curso de Violão · 18/11/2026 a 24/11/2026').waitFor();
    await sale('depois');
    await title(page, 'Compra aprovada depois').waitFor();
    expect(await page.getByRole('article').count()).toBe(2);
    await page.reload();
    await title(page, 'Compra aprovada depois').waitFor();
    expect(await page.getByRole('article').count()).toBe(2);
    const row = page.getByRole('table', { name: 'Por produto' }).getByRole('row').nth(1);
    expect(await row.getByRole('cell').allTextContents()).toEqual([
      'Curso de Violão Completo',
      '121',
      'R$ 35.937,00',
      'R$ 297,00',
      '3',
    ]);
    expect(await page.locator('.line').allTextContents()).toEqual(['/relatorio loja Curso de Violão']);
  });

  test('says that it is working for as long as it takes', async () => {
    const page = await openConsole();
    await type(page, '/teste lento');
    const answer = page.getByRole('article').last().locator('.answer');
    await answer.getByText('Trabalhando…').waitFor();
    expect(await answer.getAttribute('aria-busy')).toBe('true');
    finishSlowCommand();
    await answer.getByText('Pronto').waitFor();
    expect(await answer.getAttribute('aria-busy')).toBeNull();
    expect(await page.getByText('Trabalhando…').count()).toBe(0);
  });

  test('that is a mistake gets a sentence', async () => {
    const page = await openConsole();
    await type(page, 'oi');
    await page.getByText('Não conheço esse comando.').waitFor();
  });
});

describe('completion', () => {
  test('by keyboard alone', async () => {
    server.services.stores.push('Curso de Violão', 'Apostila');
    const page = await openConsole();
    const box = commandBox(page);
    await box.pressSequentially('/lo');
    const option = (name: RegExp) => page.getByRole('option', { name });
    await option(/^\/loja/).waitFor();
    expect(await box.getAttribute('aria-expanded')).toBe('true');
    await box.press('Tab');
    await expect.poll(() => box.inputValue()).toBe('/loja ');
    await option(/^\/loja ver/).waitFor();
    await box.press('ArrowUp');
    expect(await option(/^\/loja ver/).getAttribute('aria-selected')).toBe('true');
    expect(await box.getAttribute('aria-activedescendant')).toBe(await option(/^\/loja ver/).getAttribute('id'));
    await box.press('Enter');
    expect(await box.inputValue()).toBe('/loja ver ');
    await option(/Apostila/).waitFor();
    await box.press('ArrowDown');
    await box.press('ArrowDown');
    await box.press('Enter');
    expect(await box.inputValue()).toBe('/loja ver loja:Apostila');
    await box.press('Enter');
    await title(page, 'Apostila').waitFor();
  });

  test('a list that is out of date takes no key from what was chosen or typed since', async () => {
    server.services.stores.push('Curso de Violão', 'Apostila');
    const page = await openConsole();
    const box = commandBox(page);
    const suggested = (name: RegExp) => page.getByRole('option', { name }).waitFor();
    await box.pressSequentially('/loja ver ');
    await suggested(/Apostila/);
    // From now on every suggestion is still on its way.
    await page.route('**/console/completions', () => undefined);
    await box.press('ArrowDown');
    await box.pressSequentially('Apo');
    await box.press('Tab');
    expect(await box.inputValue()).toBe('/loja ver Apo');
    await box.press('Enter');
    await title(page, 'Apo').waitFor();
    await page.unroute('**/console/completions');
    await box.pressSequentially('/loja ver ');
    await suggested(/Apostila/);
    await page.route('**/console/completions', () => undefined);
    await box.press('ArrowDown');
    await box.press('ArrowDown');
    await box.press('Enter');
    expect(await box.inputValue()).toBe('/loja ver loja:Apostila');
    await box.press('Enter');
    await title(page, 'Apostila').waitFor();
  });

  test('Tab that comes before the suggestions takes the first of them', async () => {
    const page = await openConsole();
    const box = commandBox(page);
    await box.pressSequentially('/');
    await page.getByRole('option', { name: /^\/loja/ }).waitFor();
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    await page.route('**/console/completions', async (route) => {
      await released;
      await route.continue();
    });
    await box.pressSequentially('c');
    await box.press('Tab');
    expect(await box.inputValue()).toBe('/c');
    release();
    await expect.poll(() => box.inputValue()).toBe('/checklist ');
  });

  test('Escape closes the list; Tab then leaves the box', async () => {
    const page = await openConsole();
    const box = commandBox(page);
    await box.pressSequentially('/');
    await page.getByRole('listbox').waitFor();
    await box.press('Escape');
    await page.getByRole('listbox').waitFor({ state: 'hidden' });
    expect(await box.inputValue()).toBe('/');
    expect(await box.getAttribute('aria-expanded')).toBe('false');
    await box.press('Tab');
    expect(await page.getByRole('button', { name: 'Enviar' }).evaluate((button) => button.matches(':focus'))).toBe(
      true,
    );
  });

  test('by a press', async () => {
    const page = await openConsole();
    await commandBox(page).pressSequentially('/rel');
    await page.getByRole('option', { name: /relatorio/ }).click();
    expect(await commandBox(page).inputValue()).toBe('/relatorio ');
    expect(await commandBox(page).evaluate((box) => box.matches(':focus'))).toBe(true);
  });

  test('Enter without a choice sends what was typed', async () => {
    const page = await openConsole();
    await commandBox(page).pressSequentially('/ajuda');
    await page.getByRole('listbox').waitFor();
    await commandBox(page).press('Enter');
    await page.getByText('Comandos: /loja').waitFor();
  });
});

describe('what was typed before', () => {
  test('comes back with the arrow up, also after a reload, and the draft is kept', async () => {
    const page = await openConsole();
    await type(page, '/ajuda');
    await type(page, '/loja listar');
    await title(page, 'Lojas').waitFor();
    await page.reload();
    const box = commandBox(page);
    await box.fill('rascunho');
    const seen: string[] = [];
    for (const key of ['ArrowUp', 'ArrowUp', 'ArrowUp', 'ArrowDown', 'ArrowDown']) {
      await box.press(key);
      seen.push(await box.inputValue());
    }
    expect(seen).toEqual(['/loja listar', '/ajuda', '/ajuda', '/loja listar', 'rascunho']);
  });
});

describe('a live message', () => {
  test('appears without a reload, once', async () => {
    const page = await openConsole();
    await sale('1');
    await title(page, 'Compra aprovada 1').waitFor();
    await sale('1');
    await sale('2');
    await title(page, 'Compra aprovada 2').waitFor();
    expect(await page.getByRole('article').count()).toBe(2);
    expect(await page.getByRole('log').getAttribute('aria-live')).toBe('polite');
  });

  test('in another channel is counted there and in the title until it is read, also after a reload', async () => {
    const page = await openConsole();
    const other = page.getByRole('link', { name: /equipe/ });
    await sale('1', 'equipe');
    await sale('2', 'equipe');
    await other.getByText('Mensagens não lidas: 2').waitFor({ state: 'attached' });
    expect(await page.title()).toBe('(2) #vendas · Sininho');
    await page.reload();
    await other.getByText('Mensagens não lidas: 2').waitFor({ state: 'attached' });
    await other.click();
    await title(page, 'Compra aprovada 2').waitFor();
    expect(await page.title()).toBe('#equipe · Sininho');
    expect(await other.getAttribute('aria-current')).toBe('page');
    expect(await other.getByText('Mensagens não lidas').count()).toBe(0);
  });

  test('missed while the server was away appears when it is back', async () => {
    const page = await openConsole();
    await sale('1');
    await title(page, 'Compra aprovada 1').waitFor();
    const { port } = server;
    await server.stop();
    await page.getByText('Reconectando…').waitFor();
    await sale('2');
    server = await startConsoleServer(surface, { port });
    await title(page, 'Compra aprovada 2').waitFor();
    await page.getByText('Ao vivo').waitFor();
    expect(await page.getByRole('article').count()).toBe(2);
    // The refused connections in between are the point of this test.
    browser.forgetErrors();
  });

  test('does not pull a reader away from older messages', async () => {
    for (let index = 1; index <= 60; index += 1) await sale(String(index));
    const page = await openConsole();
    await title(page, 'Compra aprovada 60').waitFor();
    expect(await page.getByRole('article').count()).toBe(50);
    await page.getByRole('button', { name: 'Mostrar mensagens anteriores' }).click();
    await expect.poll(() => page.getByRole('article').count()).toBe(60);
    const titles = await page.getByRole('heading', { level: 3 }).allTextContents();
    expect(titles.map((each) => Number(each.split(' ').at(-1)))).toEqual(
      Array.from({ length: 60 }, (_, index) => index + 1),
    );
    await page.locator('#scroll').evaluate((scroll) => scroll.scrollTo(0, 0));
    await sale('61');
    await page.getByRole('button', { name: 'Novas mensagens' }).click();
    await title(page, 'Compra aprovada 61').waitFor();
    await page.getByRole('button', { name: 'Novas mensagens' }).waitFor({ state: 'hidden' });
  });
});

describe('several tabs', () => {
  test('more than a browser may connect all work, and each shows each message once, whichever is closed', async () => {
    const first = await openConsole();
    const tabs = [first];
    for (let count = 1; count < 8; count += 1) {
      const tab = await first.context().newPage();
      await tab.goto(server.address);
      tabs.push(tab);
    }
    for (const tab of tabs) await tab.getByText('Ao vivo').waitFor();
    await sale('1');
    for (const tab of tabs) await title(tab, 'Compra aprovada 1').waitFor();
    for (const next of ['2', '3']) {
      await tabs.shift()?.close();
      await sale(next);
      for (const tab of tabs) await title(tab, `Compra aprovada ${next}`).waitFor();
    }
    const [tab] = tabs;
    await type(tab as Page, '/loja listar');
    for (const each of tabs) {
      await title(each, 'Lojas').waitFor();
      expect(await each.getByRole('article').count()).toBe(4);
    }
  });
});

describe('a page that stays open', () => {
  test('keeps a bounded number of messages; the ones let go come back on demand', async () => {
    const page = await openConsole();
    for (let index = 1; index <= 310; index += 1) await sale(String(index));
    await title(page, 'Compra aprovada 310').waitFor();
    expect(await page.getByRole('article').count()).toBe(300);
    await page.getByRole('button', { name: 'Mostrar mensagens anteriores' }).click();
    await expect.poll(() => page.getByRole('article').count()).toBe(310);
  });
});

describe('the address', () => {
  test('names the channel; back and forward go between them, and nonsense is the first channel', async () => {
    const page = await openConsole({ channel: '#%E0%A4%A' });
    expect(await page.title()).toBe('#vendas · Sininho');
    await page.getByRole('link', { name: 'equipe' }).click();
    await page.getByText('O canal da equipe').waitFor();
    await page.goBack();
    await page.getByText('Aqui chegam as suas vendas').waitFor();
    await page.goForward();
    await page.getByText('O canal da equipe').waitFor();
    expect(await page.getByRole('heading', { level: 2 }).textContent()).toBe('#equipe');
  });
});

describe('by rule', () => {
  test.each([{}, { viewport: { width: 360, height: 740 } }])('the page is accessible (%o)', async (options) => {
    const page = await openConsole(options);
    expect(await page.evaluate(ACCESSIBILITY_FAULTS)).toEqual([]);
    await sale('1', 'equipe');
    for (const line of ['/loja criar Curso', '/checklist', '/relatorio loja', '/alertas eventos', '/loja criar', 'oi'])
      await type(page, line);
    await page.getByText('Não conheço esse comando.').waitFor();
    await commandBox(page).fill('/');
    await page.getByRole('listbox').waitFor();
    expect(await page.evaluate(ACCESSIBILITY_FAULTS)).toEqual([]);
  });

  test('nothing moves for a person who asked for less motion', async () => {
    const page = await openConsole({ reducedMotion: 'reduce' });
    await type(page, '/teste lento');
    await page.getByText('Trabalhando…').waitFor();
    expect(await page.evaluate('document.getAnimations().length')).toBe(0);
    finishSlowCommand();
  });

  test('the whole page is reached by keyboard, in reading order', async () => {
    const page = await openConsole();
    const reached = () =>
      page.evaluate(
        "document.activeElement.id || document.activeElement.getAttribute('href') || document.activeElement.textContent",
      );
    await page.getByRole('link', { name: 'vendas' }).focus();
    const order = [await reached()];
    for (let step = 1; step < 8; step += 1) {
      await page.keyboard.press('Tab');
      order.push(await reached());
    }
    expect(order).toEqual([
      '#vendas',
      '#equipe',
      'scroll',
      '/loja criar Nome da loja',
      '/checklist',
      '/ajuda',
      'command',
      'Enviar',
    ]);
  });
});

describe('blocks', () => {
  test('a button runs its command, as if it were typed', async () => {
    const page = await openConsole();
    await type(page, '/loja criar Curso de Violão');
    await page.getByRole('button', { name: 'Ver checklist' }).click();
    await title(page, 'Falta pouco para a loja ficar pronta').waitFor();
    expect(await page.locator('.line').last().textContent()).toBe('/checklist loja:"Curso de Violão"');
    const badge = page.getByRole('listitem').filter({ hasText: 'Canal dos alertas' });
    expect(await badge.textContent()).toBe(
      'Canal dos alertas BloqueadoNenhum canal foi escolhidoO que fazer: Digite /alertas canal vendas',
    );
  });

  test('a copy field copies', async () => {
    const page = await openConsole({ permissions: ['clipboard-read', 'clipboard-write'] });
    await type(page, '/loja criar Curso');
    await page.getByRole('button', { name: 'Copiar' }).click();
    await page.getByRole('button', { name: 'Copiado' }).waitFor();
    const value = await page.getByRole('textbox', { name: 'URL do webhook' }).inputValue();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(value);
    expect(value).toMatch(/^http:\/\/localhost:3000\/webhooks\/assiny\//);
  });

  test('a form takes the focus, checks what is required, and sends what was filled in', async () => {
    const page = await openConsole();
    await type(page, '/alertas eventos');
    const channel = page.getByRole('combobox', { name: 'Canal (obrigatório)' });
    await channel.waitFor();
    expect(await channel.evaluate((select) => select.matches(':focus'))).toBe(true);
    await page.getByRole('button', { name: 'Salvar' }).click();
    expect(await page.getByRole('article').count()).toBe(1);
    await channel.selectOption('equipe');
    await page.getByRole('checkbox', { name: 'Chargeback' }).check();
    await page.getByRole('button', { name: 'Salvar' }).click();
    await page.getByText('Avisos em #equipe: purchase_approved,chargeback').waitFor();
    expect(await page.locator('.line').last().textContent()).toBe(
      '/alertas eventos canal:equipe eventos:purchase_approved,chargeback',
    );
  });

  test('what is missing in a command is asked for in a form that works', async () => {
    const page = await openConsole();
    await type(page, '/loja criar');
    await page.getByRole('textbox', { name: /obrigatório/ }).fill('Curso de Violão');
    await page.keyboard.press('Enter');
    await title(page, 'Loja “Curso de Violão” criada').waitFor();
    expect(server.services.stores).toEqual(['Curso de Violão']);
  });

  test('a file downloads under its name', async () => {
    const page = await openConsole();
    await type(page, '/relatorio loja');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Baixar relatorio.csv' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('relatorio.csv');
  });

  test('addresses in text are links, without the full stop after them', async () => {
    const page = await openConsole();
    await type(page, '/loja criar Curso');
    const link = page.getByRole('link', { name: 'https://example.com/assiny' });
    expect(await link.getAttribute('href')).toBe('https://example.com/assiny');
    expect(await link.getAttribute('rel')).toBe('noopener noreferrer');
  });
});

describe('text that would be markup', () => {
  test('stays text, in a reply, in what was typed and after a reload', async () => {
    const page = await openConsole();
    await type(page, `/loja ver ${HOSTILE_TEXT.replaceAll('"', "'")}`);
    await type(page, '/teste hostil');
    await page.getByRole('button', { name: HOSTILE_TEXT }).waitFor();
    for (const reloads of [0, 1]) {
      if (reloads > 0) await page.reload();
      await page.getByRole('button', { name: HOSTILE_TEXT }).waitFor();
      expect(await page.title()).toBe('#vendas · Sininho');
      expect(await page.locator('#log script, #log [onerror], #log [onmouseover], #log img[src="x"]').count()).toBe(0);
      expect(await page.getByRole('table').getByRole('cell').textContent()).toBe(HOSTILE_TEXT);
      const links = await page.locator('#log a').evaluateAll((found) => found.map((link) => link.getAttribute('href')));
      expect(links.filter((link) => !/^(https?:|data:application\/octet-stream)/.test(link ?? ''))).toEqual([]);
    }
  });
});

describe('screens', () => {
  test.each([360, 390])('a phone of %i px never scrolls sideways', async (width) => {
    const page = await openConsole({ viewport: { width, height: 740 }, hasTouch: true, isMobile: true });
    expect(await hasSidewaysScroll(page)).toBe(false);
    for (const line of [
      `/loja criar ${'Violão'.repeat(15)}`,
      '/checklist',
      '/relatorio loja',
      '/alertas eventos',
      '/teste hostil',
      'x'.repeat(300),
    ]) {
      const before = await page.getByRole('article').count();
      await type(page, line);
      await page.locator(`article:nth-of-type(${before + 1}) .card`).waitFor();
      expect(await hasSidewaysScroll(page), line).toBe(false);
    }
    const table = page.getByRole('region', { name: 'Por produto' });
    expect(await table.evaluate((box) => box.scrollWidth > box.clientWidth)).toBe(false);
    await table.getByRole('row').nth(2).getByRole('cell', { name: 'Receita: R$ 3.686,00' }).waitFor();
    await commandBox(page).fill('/');
    await page.getByRole('listbox').waitFor();
    expect(await hasSidewaysScroll(page)).toBe(false);
  });

  test('a long name leaves room on a phone for what stands beside it', async () => {
    await surface.post({
      workspaceId: 'console',
      channelId: 'vendas',
      key: 'long',
      message: {
        tone: 'neutral',
        blocks: [
          {
            type: 'table',
            caption: 'Lojas',
            columns: [
              { label: 'Loja', align: 'left' },
              { label: 'Plataforma', align: 'left' },
            ],
            rows: [['Violão'.repeat(16), 'Assiny']],
          },
        ],
      },
    });
    const page = await openConsole({ viewport: { width: 360, height: 740 } });
    const beside = await page.getByRole('cell', { name: 'Assiny' }).boundingBox();
    expect((beside?.x ?? 360) + (beside?.width ?? 0)).toBeLessThanOrEqual(360);
  });

  test.each([390, 1280])('long headings leave room for every column at %i px', async (width) => {
    await surface.post({
      workspaceId: 'console',
      channelId: 'vendas',
      key: 'columns',
      message: {
        tone: 'neutral',
        blocks: [
          {
            type: 'table',
            caption: 'Notificações',
            columns: [
              'Prioridade no caminho feliz',
              'Nome da notificação',
              'Como reconhecemos o evento',
              'Estado',
              'Quando',
            ].map((label) => ({ label, align: 'left' })),
            rows: [['1', 'Carrinho abandonado', 'abandoned_checkout, abandoned_purchase', 'ligada', '15 min depois']],
          },
        ],
      },
    });
    const page = await openConsole({ viewport: { width, height: 740 } });
    const table = page.getByRole('region', { name: 'Notificações' });
    await table.getByRole('cell').nth(4).waitFor();
    expect(await table.evaluate((box) => box.scrollWidth > box.clientWidth)).toBe(false);
  });

  test.each(['light', 'dark'] as const)('every text has enough contrast (%s)', async (colorScheme) => {
    const page = await openConsole({ colorScheme });
    const background = await page.evaluate('getComputedStyle(document.body).backgroundColor');
    const [red = 0] = String(background).match(/\d+/g)?.map(Number) ?? [];
    expect(red < 128).toBe(colorScheme === 'dark');
    await sale('1', 'equipe');
    for (const line of ['/loja criar Curso', '/checklist', '/relatorio loja', '/alertas eventos', 'oi'])
      await type(page, line);
    await page.getByText('Não conheço esse comando.').waitFor();
    expect(await page.evaluate(LOW_CONTRAST)).toEqual([]);
  });
});

/** Runs in the page: controls without a name, repeated ids, references to nothing, pictures without an alternative, skipped heading levels, targets under 24 px (WCAG 2.2, 2.5.8). */
const ACCESSIBILITY_FAULTS = `(() => {
  const faults = [];
  const all = (selector) => [...document.querySelectorAll(selector)].filter((each) => each.checkVisibility());
  const said = (ids) => (ids ?? '').split(' ').map((id) => document.getElementById(id)?.textContent.trim() ?? '').join('');
  const name = (control) =>
    control.getAttribute('aria-label') || said(control.getAttribute('aria-labelledby')) ||
    [...(control.labels ?? [])].map((label) => label.textContent.trim()).join('') ||
    (control.matches('input, select') ? '' : control.textContent.trim());
  const controls = all('a, button, input, select, [tabindex], [role=listbox], [role=region]');
  for (const control of controls) if (!name(control)) faults.push('no name: ' + control.outerHTML.slice(0, 80));
  for (const control of controls) {
    const target = control.matches('[type=checkbox]') ? control.closest('label') : control;
    const { width, height } = target.getBoundingClientRect();
    const isInText = control.matches('p a, dd a');
    if (!isInText && (width < 24 || height < 24)) faults.push('small: ' + control.outerHTML.slice(0, 80));
  }
  const ids = [...document.querySelectorAll('[id]')].map(({ id }) => id);
  for (const id of new Set(ids)) if (ids.indexOf(id) !== ids.lastIndexOf(id)) faults.push('twice: ' + id);
  for (const attribute of ['aria-labelledby', 'aria-describedby', 'aria-controls', 'aria-activedescendant', 'for'])
    for (const each of document.querySelectorAll('[' + attribute + ']'))
      for (const id of each.getAttribute(attribute).split(' ')) if (!ids.includes(id)) faults.push(attribute + ' of nothing: ' + id);
  for (const each of document.querySelectorAll('img:not([alt])')) faults.push('no alternative: ' + each.outerHTML.slice(0, 80));
  const levels = all('h1, h2, h3, h4').map(({ tagName }) => Number(tagName[1]));
  levels.forEach((level, index) => { if (level > (levels[index - 1] ?? 0) + 1) faults.push('heading level ' + level + ' skips one'); });
  if (!document.documentElement.lang) faults.push('no language');
  return controls.length >= 8 ? faults : ['looked at too few controls: ' + controls.length];
})()`;

/** Runs in the page: the texts whose contrast with what is behind them is under 4.5 (WCAG 2.2, 1.4.3 AA). */
const LOW_CONTRAST = `(() => {
  const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
  const paint = (colors) => {
    canvas.clearRect(0, 0, 1, 1);
    for (const color of colors) { canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1); }
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const luminance = (rgb) => {
    const [r, g, b] = rgb.map((part) => part / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    const colors = [];
    for (let each = element; each; each = each.parentElement) colors.unshift(getComputedStyle(each).backgroundColor);
    return colors;
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  let looked = 0;
  while (walker.nextNode()) {
    const text = walker.currentNode.textContent.trim();
    const element = walker.currentNode.parentElement;
    if (text === '' || !element.checkVisibility() || element.closest('script, .visually-hidden')) continue;
    looked += 1;
    const colors = behind(element);
    const back = luminance(paint(colors));
    const front = luminance(paint([...colors, getComputedStyle(element).color]));
    const ratio = (Math.max(back, front) + 0.05) / (Math.min(back, front) + 0.05);
    if (ratio < 4.5) found.push(text.slice(0, 40) + ' ' + ratio.toFixed(2));
  }
  return looked > 50 ? found : ['looked at too few texts: ' + looked];
})()`;
