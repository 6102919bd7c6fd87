import { readFileSync } from 'node:fs';
import { type Locale, type TextKey, translator } from '../../text/text.ts';

/** Part of the page, so that no icon appears late. */
const ICONS = readFileSync(new URL('./page/icons.svg', import.meta.url), 'utf8');

/** The texts that the page's script needs, and their placeholders, which the script fills. */
const SCRIPT_TEXTS = {
  'console.user': [],
  'console.log': [],
  'console.suggestion_count': ['count'],
  'console.private': [],
  'console.working': [],
  'console.connected': [],
  'console.connecting': [],
  'console.reconnecting': [],
  'console.unread': ['count'],
  'console.older_failed': [],
  'console.copy': [],
  'console.copied': [],
  'console.copy_failed': [],
  'console.download': ['name'],
  'console.required': [],
  'console.choose': [],
  'console.remedy': [],
  'console.tone.success': [],
  'console.tone.attention': [],
  'console.tone.danger': [],
  'console.badge.ok': [],
  'console.badge.attention': [],
  'console.badge.blocked': [],
  'console.badge.waiting': [],
  'console.empty_title': [],
  'console.empty_text': [],
  'console.empty_team_title': [],
  'console.empty_team_text': [],
  'console.chip_create': [],
  'console.chip_help': [],
  'console.chip_check': [],
  'console.question': [],
  'console.step_create': [],
  'console.step_create_text': [],
  'console.step_connect': [],
  'console.step_connect_text': [],
  'console.step_check': [],
  'console.step_check_text': [],
  'console.unreachable': [],
} as const satisfies Partial<Record<TextKey, readonly string[]>>;

/** The console's page in one language. The conversation is filled in by `page/console.js`. */
export function consolePage(locale: Locale): string {
  const translate = translator(locale);
  const say = (key: TextKey) => escapeHtml(translate(key));
  return `<!doctype html>
<html lang="${locale}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, interactive-widget=resizes-content">
<meta name="color-scheme" content="light dark">
<meta name="description" content="${say('console.tagline')}">
<title>Sininho</title>
<link rel="icon" type="image/svg+xml" href="/console/assets/bell.svg">
<link rel="stylesheet" href="/console/assets/console.css">
<script type="application/json" id="texts">${scriptTexts(locale)}</script>
<script type="module" src="/console/assets/console.js"></script>
</head>
<body>
<div hidden>${ICONS}</div>
<div class="layout">
<header class="side">
<h1 class="brand"><img src="/console/assets/bell.svg" alt="" width="36" height="36"><span class="brand-name">Sininho</span></h1>
<p class="tagline">${say('console.tagline')}</p>
<nav class="channels" aria-label="${say('console.channels')}"><ul id="channels"></ul></nav>
<p class="connection" id="connection" role="status" data-state="connecting">${say('console.connecting')}</p>
</header>
<main class="conversation">
<h2 class="channel-title" id="channel-title"></h2>
<div class="scroll" id="scroll" tabindex="0" role="region" aria-labelledby="channel-title">
<button type="button" class="older" id="older" hidden>${say('console.older')}</button>
<div class="empty" id="empty" hidden></div>
<div class="log" id="log" role="log" aria-live="polite" aria-label="${say('console.log')}"></div>
<noscript><p class="no-script">${say('console.no_script')}</p></noscript>
</div>
<button type="button" class="jump" id="jump" hidden>${say('console.new_messages')} <span aria-hidden="true">↓</span></button>
<form class="command-form" id="command-form" autocomplete="off">
<ul class="suggestions" id="suggestions" role="listbox" aria-label="${say('console.suggestions')}" hidden></ul>
<div class="command-row">
<label class="visually-hidden" for="command">${say('console.command_label')}</label>
<input class="command" id="command" type="text" role="combobox" aria-autocomplete="list" aria-expanded="false" aria-controls="suggestions" aria-describedby="command-hint" maxlength="4000" autocapitalize="off" autocorrect="off" spellcheck="false" enterkeyhint="send" placeholder="${say('console.command_placeholder')}">
<button type="submit" class="button primary">${say('console.send')}</button>
</div>
<p class="hint" id="command-hint">${say('console.command_hint')}</p>
<p class="visually-hidden" id="suggestion-count" role="status"></p>
</form>
</main>
</div>
</body>
</html>
`;
}

/** JSON for a data block: `<` is escaped, so that no text can end the block. */
function scriptTexts(locale: Locale): string {
  const translate = translator(locale);
  const entries = Object.entries(SCRIPT_TEXTS).map(([key, placeholders]) => {
    // Each placeholder stands for itself: `{count}` stays `{count}`.
    const values = Object.fromEntries(placeholders.map((name) => [name, `{${name}}`]));
    return [key, translate(key as TextKey, values)];
  });
  return JSON.stringify(Object.fromEntries(entries)).replaceAll('<', '\\u003c');
}

function escapeHtml(value: string): string {
  return value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
