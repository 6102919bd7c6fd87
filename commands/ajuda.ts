import { foldCase } from '../src/chat/arguments.ts';
import type { Command, CommandContext, CommandOption, CommandVerb } from '../src/chat/command.ts';
import type { Field, Reply } from '../src/chat/message.ts';
import { mayAct } from '../src/chat/permissions.ts';
import { ProductError } from '../src/text/product-error.ts';
import { typedValue } from './options/typed-value.ts';
import { roleButtons } from './role-buttons.ts';
import type { CommandServices } from './services.ts';

type HelpTopics = readonly Command<CommandServices>[];

/** @param topics the other commands, which help is about */
export function createHelpCommand(topics: HelpTopics): Command<CommandServices> {
  const topicOption: CommandOption<CommandServices> = {
    name: 'comando',
    description: 'option.command',
    required: false,
    takesRest: true,
    complete: async () => topics.map(({ name }) => ({ value: name, label: `/${name}` })),
  };
  const ver: CommandVerb<CommandServices> = {
    name: 'ver',
    description: 'command.ajuda',
    role: 'viewer',
    options: [topicOption],
    async run(context, options) {
      const typed = typedValue(options, topicOption.name);
      if (typed === undefined) return await overview(context, topics);
      return topicHelp(context, findTopic(topics, typed));
    },
  };
  return { name: 'ajuda', description: 'command.ajuda', verbs: [ver], defaultVerb: ver.name };
}

function findTopic(topics: HelpTopics, typed: string): Command<CommandServices> {
  const wanted = foldCase(typed).replace(/^\//, '').split(/\s/)[0];
  const topic = topics.find(({ name }) => name === wanted);
  if (!topic) throw new ProductError('command_unknown', { commands: topics.map(({ name }) => `/${name}`).join(', ') });
  return topic;
}

/** Every command with what the asker may do with it. Before the first store, how to begin comes first. */
async function overview(context: CommandContext<CommandServices>, topics: HelpTopics): Promise<Reply> {
  const { translate, services, workspaceId, user } = context;
  const isNew = (await services.stores.list(workspaceId)).length === 0;
  const mayCreate = mayAct(user.role, 'admin');
  return {
    title: translate(isNew ? 'help.welcome' : 'help.title'),
    tone: 'neutral',
    visibility: 'private',
    blocks: [
      ...(isNew
        ? [{ type: 'paragraph' as const, text: translate(mayCreate ? 'help.first_steps' : 'help.ask_an_admin') }]
        : []),
      { type: 'fields', fields: topics.flatMap((topic) => topicField(context, topic)) },
      { type: 'paragraph', text: translate('help.more') },
      ...roleButtons(
        context,
        isNew ? [{ label: translate('button.create'), command: '/loja criar', style: 'primary', role: 'admin' }] : [],
      ),
    ],
  };
}

function allowedVerbs({ user }: CommandContext<CommandServices>, { verbs }: Command<CommandServices>) {
  return verbs.filter(({ role }) => mayAct(user.role, role));
}

function topicField(context: CommandContext<CommandServices>, topic: Command<CommandServices>): Field[] {
  const verbs = allowedVerbs(context, topic);
  if (verbs.length === 0) return [];
  const names = topic.defaultVerb === undefined ? ` ${verbs.map(({ name }) => name).join(' · ')}` : '';
  return [{ label: `/${topic.name}${names}`, value: context.translate(topic.description) }];
}

function topicHelp(context: CommandContext<CommandServices>, topic: Command<CommandServices>): Reply {
  const { translate } = context;
  return {
    title: `/${topic.name}`,
    tone: 'neutral',
    visibility: 'private',
    blocks: [
      { type: 'paragraph', text: translate(topic.description) },
      {
        type: 'fields',
        fields: allowedVerbs(context, topic).map((verb) => ({
          label: usage(topic, verb),
          value: [translate(verb.description), ...verb.options.map((option) => optionHelp(context, option))].join('\n'),
        })),
      },
      { type: 'paragraph', text: translate('help.how_to_type') },
    ],
  };
}

/** `/relatorio [loja] [periodo] [formato]`: what may be left out is in brackets, the verb too when it is the default one. */
function usage(topic: Command<CommandServices>, verb: CommandVerb<CommandServices>): string {
  const options = verb.options.map(({ name, required }) => (required ? name : `[${name}]`));
  const verbName = verb.name === topic.defaultVerb ? [] : [verb.name];
  return [`/${topic.name}`, ...verbName, ...options].join(' ');
}

function optionHelp({ translate }: CommandContext<CommandServices>, option: CommandOption<CommandServices>): string {
  return `${option.name}: ${translate(option.description)}`;
}
