import { foldCase } from '../../src/chat/arguments.ts';
import type { CommandOption, OptionValues } from '../../src/chat/command.ts';
import { ProductError } from '../../src/text/product-error.ts';
import type { CommandServices } from '../services.ts';
import { typedValue } from './typed-value.ts';

const NO_IMAGE = 'nenhuma';

export const imageOption: CommandOption<CommandServices> = {
  name: 'imagem',
  description: 'option.image',
  required: false,
  example: 'https://exemplo.com.br/imagem.png',
};

/**
 * The address of a picture that was typed; null where none is wanted any more, undefined where nothing was said.
 * @throws ProductError `image_unknown`
 */
export function typedImage(options: OptionValues): string | null | undefined {
  const typed = typedValue(options, imageOption.name);
  if (typed === undefined) return undefined;
  if (foldCase(typed) === NO_IMAGE) return null;
  if (!URL.canParse(typed) || !/^https:/i.test(typed)) throw new ProductError('image_unknown', { address: typed });
  return typed;
}
