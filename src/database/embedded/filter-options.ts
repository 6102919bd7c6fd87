import { Context } from 'mingo/core';
import { Query } from 'mingo/query';
import { mingoContext } from './query-operators.ts';

/**
 * What filters are compiled with. mingo copies all of its operators whenever it makes options of a context, which costs more
 * than the rest of a look-up; options that it made before are shared. They are to be had where it hands them to an operator.
 */
export const filterOptions = madeOptions();

function madeOptions(): object {
  let made: object = {};
  const take = (_path: string, _operand: unknown, options: object) => {
    made = options;
    return () => true;
  };
  const taking = Context.init({ query: { $take: take } as never });
  new Query({ field: { $take: true } }, { context: Context.from(taking, mingoContext), scriptEnabled: false });
  return made;
}
