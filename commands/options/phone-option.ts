import type { CommandOption, OptionValues } from '../../src/chat/command.ts';
import { phoneToE164 } from '../../src/text/phone.ts';
import { ProductError } from '../../src/text/product-error.ts';
import type { CommandServices } from '../services.ts';
import { typedValue } from './typed-value.ts';

/** Fewer digits than this are rather a part of a name. */
const FEWEST_DIGITS = 8;

/** A phone; the last words when they are made of digits, which people group as they like: `11 90000-0001`. */
export const phoneOption: CommandOption<CommandServices> = {
  name: 'telefone',
  description: 'option.phone',
  required: true,
  example: '11 90000-0001',
  countTrailingWords(words) {
    const last = words.findLastIndex((word) => !/^[+()\d.-]+$/.test(word));
    const digits = words
      .slice(last + 1)
      .join('')
      .replaceAll(/\D/g, '');
    return digits.length < FEWEST_DIGITS ? 0 : words.length - last - 1;
  },
};

/** The phone of somebody who has bought, or nearly. */
export const buyerOption: CommandOption<CommandServices> = {
  ...phoneOption,
  name: 'comprador',
  description: 'option.buyer',
};

/**
 * The phone that was typed, in E.164.
 * @throws ProductError `phone_unknown`
 */
export function typedPhone(options: OptionValues, { name } = phoneOption): string {
  const typed = typedValue(options, name) ?? '';
  const phone = phoneToE164(typed);
  if (!phone) throw new ProductError('phone_unknown', { phone: typed });
  return phone;
}
