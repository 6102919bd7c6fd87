import { foldCase } from '../src/chat/arguments.ts';
import type { Command, CommandContext, CommandOption, CommandVerb } from '../src/chat/command.ts';
import type { Block, Field, Reply } from '../src/chat/message.ts';
import { mayAct, ROLES } from '../src/chat/permissions.ts';
import { chatOf } from '../src/chat/surface.ts';
import { ProductError } from '../src/text/product-error.ts';
import { typedValue } from './options/typed-value.ts';
import { roleButtons } from './role-buttons.ts';
import type { CommandServices } from './services.ts';

type HelpContext = CommandContext<CommandServices>;
type HelpTopic = Command<CommandServices>;
type HelpTopics = readonly HelpTopic[];

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
async function overview(context: HelpContext, topics: HelpTopics): Promise<Reply> {
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
      ...otherRoles(context, topics),
      { type: 'paragraph', text: translate('help.more') },
      ...roleButtons(
        context,
        isNew ? [{ label: translate('button.create'), command: '/loja criar', style: 'primary', role: 'admin' }] : [],
      ),
    ],
  };
}

function allowedVerbs({ user }: HelpContext, { verbs }: HelpTopic) {
  return verbs.filter(({ role }) => mayAct(user.role, role));
}

function topicField(context: HelpContext, topic: HelpTopic): Field[] {
  const verbs = allowedVerbs(context, topic);
  if (verbs.length === 0) return [];
  return [{ label: verbNames(topic, verbs), value: topicDescription(context, topic) }];
}

/** What the command is for; to those who may do a part of it only, that part. */
function topicDescription(context: HelpContext, topic: HelpTopic): string {
  const verbs = allowedVerbs(context, topic);
  const descriptions = verbs.length === topic.verbs.length ? [topic] : verbs;
  return descriptions.map(({ description }) => context.translate(description)).join(' · ');
}

/** `/loja listar · ver`; of a command that does one thing, its name. */
function verbNames(topic: HelpTopic, verbs: HelpTopic['verbs']): string {
  const names = topic.verbs.length > 1 ? ` ${verbs.map(({ name }) => name).join(' · ')}` : '';
  return `/${topic.name}${names}`;
}

/** In one line, what needs another role than the asker's. */
function otherRoles({ translate, user }: HelpContext, topics: HelpTopics): Block[] {
  const sentences = ROLES.filter((role) => !mayAct(user.role, role)).flatMap((role) => {
    const commands = topics.flatMap((topic) => {
      const verbs = topic.verbs.filter((verb) => verb.role === role);
      return verbs.length === 0 ? [] : [verbNames(topic, verbs)];
    });
    return commands.length === 0 ? [] : [translate('help.other_role', { role, commands: commands.join(', ') })];
  });
  if (sentences.length === 0) return [];
  return [{ type: 'paragraph', text: [...sentences, translate('help.ask_for_role')].join(' ') }];
}

function topicHelp(context: HelpContext, topic: HelpTopic): Reply {
  const { translate, workspaceId } = context;
  const verbs = allowedVerbs(context, topic);
  return {
    title: `/${topic.name}`,
    tone: 'neutral',
    visibility: 'private',
    blocks: [
      ...(verbs.length === topic.verbs.length
        ? [{ type: 'paragraph' as const, text: translate(topic.description) }]
        : []),
      {
        type: 'fields',
        fields: verbs.map((verb) => ({
          label: usage(topic, verb),
          value: [translate(verb.description), ...verb.options.map((option) => optionHelp(context, option))].join('\n'),
        })),
      },
      ...otherRoles(context, [topic]),
      { type: 'paragraph', text: translate('help.how_to_type', { chat: chatOf(workspaceId) }) },
    ],
  };
}

/** `/relatorio [loja] [periodo] [formato]`: what may be left out is in brackets, the verb too when it is the default one. */
function usage(topic: Command<CommandServices>, verb: CommandVerb<CommandServices>): string {
  const options = verb.options.map(({ name, required }) => (required ? name : `[${name}]`));
  const verbName = verb.name === topic.defaultVerb ? [] : [verb.name];
  return [`/${topic.name}`, ...verbName, ...options].join(' ');
}

function optionHelp({ translate }: HelpContext, option: CommandOption<CommandServices>): string {
  return `${option.name}: ${translate(option.description)}`;
}
