import { quoteArgument } from './arguments.ts';

/**
 * A command line as a person would type it: `/loja ver loja:"Curso de Violão"`.
 * @param verb the command and its verb, `/loja ver`
 * @param options by option name; those without a value are left out
 */
export function commandLine(verb: string, options: Readonly<Record<string, string | undefined>>): string {
  const typed = Object.entries(options).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}:${quoteArgument(value)}`],
  );
  return [verb, ...typed].join(' ');
}
