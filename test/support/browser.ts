import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll } from 'vitest';

const EXECUTABLE = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';

/** Nothing that Chromium would do by itself over the network. */
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export interface TestBrowser {
  /** A page in a fresh profile: no history, no storage. It is closed after the test. */
  open(address: string, options?: BrowserContextOptions): Promise<Page>;
  /** What went wrong in the test's pages so far: uncaught errors, and errors on their consoles. */
  errors(): readonly string[];
  /** For a test in which errors are expected. */
  forgetErrors(): void;
}

/** One real Chromium for the tests of a `describe`. */
export function useBrowser(): TestBrowser {
  let browser: Browser | undefined;
  let errors: string[] = [];

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: EXECUTABLE, args: ARGUMENTS });
  });
  afterEach(async () => {
    await Promise.all((browser?.contexts() ?? []).map((context) => context.close()));
    errors = [];
  });
  afterAll(async () => {
    await browser?.close();
  });

  return {
    async open(address, options = {}) {
      if (!browser) throw new Error('The browser has not started yet: open pages inside a test');
      const context = await browser.newContext({ locale: 'pt-BR', timezoneId: 'America/Sao_Paulo', ...options });
      const page = await context.newPage();
      page.on('pageerror', (error) => errors.push(error.message));
      page.on('console', (message) => {
        if (message.type() === 'error') errors.push(message.text());
      });
      await page.goto(address);
      return page;
    },
    errors: () => errors,
    forgetErrors() {
      errors = [];
    },
  };
}
