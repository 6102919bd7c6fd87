import type { CommandOption, CommandVerb } from '../../src/chat/command.ts';
import { publicText } from '../../src/chat/message.ts';
import { formatMoney, parseMoney } from '../../src/text/money.ts';
import { ProductError } from '../../src/text/product-error.ts';
import { chosenStore, storeOption } from '../options/store-option.ts';
import { typedValue } from '../options/typed-value.ts';
import type { CommandServices } from '../services.ts';

/**
 * An amount: the last word or two when they read as one (`97`, `R$ 97,00`), or the only word there is. A last word with a digit in it is
 * meant as one too, so that a mistyped amount is told as such.
 */
const amountOption: CommandOption<CommandServices> = {
  name: 'valor',
  description: 'option.minimum',
  required: true,
  example: '97,00',
  countTrailingWords(words) {
    const lastTwo = words.slice(-2).join(' ');
    if (parseMoney(lastTwo) !== null || /^R\$ \S*\d/.test(lastTwo)) return Math.min(words.length, 2);
    return words.length === 1 || /\d/.test(words.at(-1) ?? '') ? 1 : 0;
  },
};

export const minimo: CommandVerb<CommandServices> = {
  name: 'minimo',
  description: 'command.alertas.minimo',
  formTitle: 'form.alert_minimum',
  role: 'admin',
  options: [amountOption, storeOption],
  async run(context, options) {
    const { translate, services, workspaceId, locale } = context;
    const typed = typedValue(options, amountOption.name) ?? '';
    const minimumAmount = parseMoney(typed);
    if (minimumAmount === null) throw new ProductError('amount_unknown', { amount: typed });
    const store = await chosenStore(context, options);
    await services.stores.update(workspaceId, store.id, { alerts: { minimumAmount } });
    const amount = formatMoney(minimumAmount, store.currency, locale);
    const key = minimumAmount === 0 ? 'alert_rules.minimum_none' : 'alert_rules.minimum_chosen';
    return publicText('success', translate(key, { store: store.name, amount }));
  },
};
