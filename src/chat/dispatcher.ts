import type { Logger } from 'pino';
import { isProductError, ProductError } from '../text/product-error.ts';
import { type Translate, translator } from '../text/text.ts';
import { foldCase, parseArguments, quoteArgument } from './arguments.ts';
import type {
  Command,
  CommandContext,
  CommandOption,
  CommandOrigin,
  CommandVerb,
  OptionValues,
  Suggestion,
} from './command.ts';
import { commandLine } from './command-line.ts';
import { type Block, type Button, type FormField, MAXIMUM_CHOICE_BUTTONS, privateText, type Reply } from './message.ts';
import { mayAct, type Role } from './permissions.ts';
import { chatOf } from './surface.ts';

export interface CommandRequest extends CommandOrigin {
  /** The line as typed, with or without the slash: `/loja criar Curso de Violão`. */
  line: string;
  /** Values from a form or from a platform's typed options; they win over what the line says. */
  options?: OptionValues;
}

export interface Completion {
  /** The whole line as it would read with the suggestion taken. */
  line: string;
  label: string;
}

export interface CommandDispatcher {
  /** Runs a line and always answers: every fault becomes a private sentence with its remedy. */
  run(request: CommandRequest): Promise<Reply>;
  /** What could come next on a half-typed line, at most 20. */
  complete(request: CommandRequest): Promise<Completion[]>;
  /**
   * Values for one option of the verb that the line names, by what is typed of the value so far; none for who may not run it.
   * For chats in which options are fields of their own.
   */
  suggest(request: CommandRequest, option: string, typed: string): Promise<Suggestion[]>;
}

const MAXIMUM_COMPLETIONS = 20;

interface Parsed<Services> {
  command: Command<Services>;
  verb: CommandVerb<Services>;
  rest: string;
}

/**
 * Runs typed commands in separate steps: which command, which verb, may this person, what was meant, run.
 * @param dependencies.services handed to every command
 */
export function createCommandDispatcher<Services>(dependencies: {
  commands: readonly Command<Services>[];
  services: Services;
  log: Logger;
  now?: () => Date;
}): CommandDispatcher {
  const { commands, services, log, now = () => new Date() } = dependencies;

  function contextOf(request: CommandRequest): CommandContext<Services> {
    const { workspaceId, channel, user, locale } = request;
    return { workspaceId, channel, user, locale, translate: translator(locale), services, now: now() };
  }

  function parse(line: string): Parsed<Services> {
    const [name, afterName] = splitFirstWord(line.trim().replace(/^\//, ''));
    const command = commands.find((candidate) => candidate.name === foldCase(name));
    if (!command) {
      throw new ProductError('command_unknown', { commands: commands.map(({ name }) => `/${name}`).join(', ') });
    }
    const [first, afterVerb] = splitFirstWord(afterName);
    const verb = command.verbs.find((candidate) => candidate.name === foldCase(first));
    if (verb) return { command, verb, rest: afterVerb };
    const fallback = command.verbs.find((candidate) => candidate.name === command.defaultVerb);
    if (fallback) return { command, verb: fallback, rest: afterName };
    throw new ProductError(first === '' ? 'verb_missing' : 'verb_unknown', {
      command: command.name,
      verb: first,
      verbs: command.verbs.map(({ name }) => name).join(', '),
    });
  }

  async function answer(request: CommandRequest): Promise<Reply> {
    const { command, verb, rest } = parse(request.line);
    const line = `/${command.name} ${verb.name}`;
    refuseUnless(request, verb.role, line);
    const context = contextOf(request);
    const values = { ...parseArguments(rest, verb.options), ...request.options };
    for (const { name, role } of givenOptions(verb, values))
      refuseUnless(request, role ?? verb.role, `${line} ${name}:`);
    const missing = verb.options.some((option) => option.required && !values[option.name]?.trim());
    if (missing) return await askFor(context, command, verb, values);
    try {
      return await verb.run(context, values);
    } catch (error) {
      if (!isProductError(error)) throw error;
      const undecided = verb.options.find((option) => option.requiredAmongSeveral === error.code);
      if (!undecided) throw error;
      const refusal = privateText('attention', context.translate(`error.${error.code}`, error.values));
      const choice = await choiceOf(context, line, values, verb, undecided);
      return { ...refusal, blocks: [...refusal.blocks, choice] };
    }
  }

  return {
    async run(request) {
      try {
        return await answer(request);
      } catch (error) {
        return faultReply(error, request, log);
      }
    },

    async complete(request) {
      const line = request.line.trimStart();
      if (!line.startsWith('/')) return [];
      const completions = await completeLine(line, commands, contextOf(request));
      return completions.slice(0, MAXIMUM_COMPLETIONS);
    },

    async suggest(request, optionName, typed) {
      const { verb } = parse(request.line);
      const option = verb.options.find(({ name }) => name === optionName);
      if (!option || !mayAct(request.user.role, verb.role)) return [];
      const suggestions = await matchingSuggestions(option, typed, contextOf(request));
      return suggestions.slice(0, MAXIMUM_COMPLETIONS);
    },
  };
}

function givenOptions<Services>({ options }: CommandVerb<Services>, values: OptionValues) {
  return options.filter(({ name }) => values[name]?.trim());
}

function refuseUnless({ user }: CommandRequest, role: Role, command: string): void {
  if (!mayAct(user.role, role)) throw new ProductError('not_allowed', { command, role });
}

function splitFirstWord(line: string): [string, string] {
  const match = /^(\S*)\s*([\s\S]*)$/.exec(line);
  return [match?.[1] ?? '', match?.[2] ?? ''];
}

function faultReply(error: unknown, request: CommandRequest, log: Logger): Reply {
  const translate = translator(request.locale);
  const sentence = isProductError(error) ? sentenceOf(error, translate) : null;
  if (sentence !== null) return privateText('attention', sentence);
  const [command] = splitFirstWord(request.line);
  log.error(
    { err: error, command, workspaceId: request.workspaceId },
    'A command failed; the person was asked to try again',
  );
  return privateText('danger', translate('error.unexpected'));
}

/** The sentence of an error; null when its values do not fit the catalogue, which is a fault of ours. */
function sentenceOf({ code, values }: ProductError, translate: Translate): string | null {
  try {
    return translate(`error.${code}`, values);
  } catch {
    return null;
  }
}

/** A form for what is missing, which also says how to type it. */
async function askFor<Services>(
  context: CommandContext<Services>,
  command: Command<Services>,
  verb: CommandVerb<Services>,
  values: OptionValues,
): Promise<Reply> {
  const { translate } = context;
  const line = `/${command.name} ${verb.name}`;
  const title = verb.formTitle && translate(verb.formTitle);
  const fields = await Promise.all(verb.options.map((option) => fieldFor(context, option, values[option.name])));
  return {
    title: translate(verb.description),
    tone: 'neutral',
    visibility: 'private',
    blocks: [
      { type: 'paragraph', text: translate('error.argument_missing', { example: exampleOf(context, line, verb) }) },
      { type: 'form', ...(title ? { title } : {}), command: line, fields, submitLabel: translate('form.submit') },
    ],
  };
}

/** How a verb's required options are typed. Discord knows no options without their names, and needs no quotes. */
function exampleOf<Services>(
  { workspaceId }: CommandContext<Services>,
  line: string,
  verb: CommandVerb<Services>,
): string {
  const isDiscord = chatOf(workspaceId) === 'discord';
  const options = verb.options
    .filter((option) => option.required)
    .map(({ name, example = '…', takesRest, countTrailingWords }) => {
      if (isDiscord) return `${name}:${example}`;
      return takesRest || countTrailingWords ? example : `${name}:${quoteArgument(example)}`;
    });
  return [line, ...options].join(' ');
}

/**
 * What an option could be: a button for each value while these are few, so that one press goes on; else a list. Where other options are
 * as open, one form asks for all of them.
 */
async function choiceOf<Services>(
  context: CommandContext<Services>,
  line: string,
  values: OptionValues,
  { options }: CommandVerb<Services>,
  undecided: CommandOption<Services>,
): Promise<Block> {
  const { translate } = context;
  const unanswered = options.filter(({ name, requiredAmongSeveral }) => requiredAmongSeveral && !values[name]?.trim());
  const withChoices = await Promise.all(
    [undecided, ...unanswered.filter((option) => option !== undecided)].map(async (option) => {
      return { option, choices: (await option.complete?.(context)) ?? [] };
    }),
  );
  const open = withChoices.filter(({ option, choices }) => option === undecided || choices.length > 1);
  const [only, ...others] = open;
  if (only && others.length === 0 && only.choices.length <= MAXIMUM_CHOICE_BUTTONS) {
    const buttons = only.choices.map(({ value, label }): Button => {
      return { label, command: commandLine(line, { ...values, [undecided.name]: value }), style: 'secondary' };
    });
    return { type: 'buttons', buttons };
  }
  return {
    type: 'form',
    title: translate('form.choose'),
    command: commandLine(line, values),
    fields: await Promise.all(
      open.map(async ({ option }) => ({ ...(await fieldFor(context, option, undefined)), required: true })),
    ),
    submitLabel: translate('form.submit'),
  };
}

async function fieldFor<Services>(
  context: CommandContext<Services>,
  option: CommandOption<Services>,
  value: string | undefined,
): Promise<FormField> {
  const choices = (await option.complete?.(context)) ?? [];
  return {
    name: option.name,
    label: context.translate(option.description),
    kind: choices.length > 0 ? 'select' : (option.kind ?? 'text'),
    required: option.required || (option.requiredAmongSeveral !== undefined && choices.length > 1),
    ...(option.example ? { hint: context.translate('form.example', { example: option.example }) } : {}),
    ...(value === undefined ? {} : { value }),
    ...(choices.length > 0 ? { choices } : {}),
    ...(option.maximumLength ? { maximumLength: option.maximumLength } : {}),
  };
}

async function completeLine<Services>(
  line: string,
  commands: readonly Command<Services>[],
  context: CommandContext<Services>,
): Promise<Completion[]> {
  const { translate } = context;
  const [name, afterName] = splitFirstWord(line.slice(1));
  const command = commands.find((candidate) => candidate.name === foldCase(name));
  if (!command || !/\s/.test(line)) {
    return commands
      .filter((candidate) => candidate.name.startsWith(foldCase(name)))
      .map((candidate) => ({ line: `/${candidate.name} `, label: translate(candidate.description) }));
  }
  const [first, rest] = splitFirstWord(afterName);
  const allowed = command.verbs.filter((candidate) => mayAct(context.user.role, candidate.role));
  const verb = command.verbs.find((candidate) => candidate.name === foldCase(first));
  if (verb && afterName.length > first.length) {
    return allowed.includes(verb) ? await completeOptions(`/${command.name} ${verb.name}`, verb, rest, context) : [];
  }
  const verbs = allowed
    .filter((candidate) => candidate.name.startsWith(foldCase(first)))
    .map((candidate) => ({ line: `/${command.name} ${candidate.name} `, label: translate(candidate.description) }));
  const fallback = allowed.find((candidate) => candidate.name === command.defaultVerb);
  return fallback ? [...verbs, ...(await completeOptions(`/${command.name}`, fallback, afterName, context))] : verbs;
}

/** Offers values for the option that the line is in the middle of, and for the others that are still open. */
async function completeOptions<Services>(
  prefix: string,
  verb: CommandVerb<Services>,
  typedRest: string,
  context: CommandContext<Services>,
): Promise<Completion[]> {
  const rest = typedRest.replaceAll(/(?<=^|[\s:])[“”«»]/g, '"');
  const named = /(?:^|\s)([\p{L}\p{M}_-]+):\s*"?((?:\\.|[^"])*)$/u.exec(rest);
  const current = verb.options.find((option) => named?.[1] !== undefined && option.name === foldCase(named[1]));
  if (current && named) {
    const before = rest.slice(0, named.index).trim();
    const values = await suggestionsFor(current, unescaped(named[2] ?? ''), [prefix, before], context);
    // A value that stands there in full, with a space after it, is settled: what comes next is another option.
    const unfinished = values.filter(
      ({ line }) => foldCase(line) !== foldCase(`${prefix} ${rest}`) || !/\s$/.test(rest),
    );
    if (unfinished.length > 0) return unfinished;
  }
  const typed = rest.replace(/^"/, '');
  const open = verb.options.filter((option) => option.complete && !foldCase(rest).includes(`${option.name}:`));
  const offered = await Promise.all(
    open.map(async (option) => {
      const whole = await suggestionsFor(option, typed, [prefix], context);
      if (whole.length > 0 || typed.trim() === '') return whole;
      const lastWord = /(\S*)$/.exec(rest)?.[1] ?? '';
      return await suggestionsFor(
        option,
        lastWord,
        [prefix, rest.slice(0, rest.length - lastWord.length).trim()],
        context,
      );
    }),
  );
  return offered.flat();
}

/** What is typed of a value between quotes, whose own quotes have a backslash before them. */
function unescaped(typed: string): string {
  return typed.replaceAll(/\\(["\\])/g, '$1');
}

async function suggestionsFor<Services>(
  option: CommandOption<Services>,
  typed: string,
  before: readonly string[],
  context: CommandContext<Services>,
): Promise<Completion[]> {
  const suggestions = await matchingSuggestions(option, typed, context);
  return suggestions.map(({ value, label }) => ({
    line: [...before, `${option.name}:${quoteArgument(value)}`].filter((part) => part !== '').join(' '),
    label,
  }));
}

async function matchingSuggestions<Services>(
  option: CommandOption<Services>,
  typed: string,
  context: CommandContext<Services>,
): Promise<Suggestion[]> {
  const suggestions = (await option.complete?.(context)) ?? [];
  const wanted = foldCase(typed);
  return suggestions.filter(({ value, label }) => foldCase(value).includes(wanted) || foldCase(label).includes(wanted));
}
