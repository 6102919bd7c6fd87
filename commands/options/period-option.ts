import type { CommandOption } from '../../src/chat/command.ts';
import { countPeriodWords, PERIOD_PRESETS } from '../../src/reports/period.ts';
import type { CommandServices } from '../services.ts';

/** Which days: a preset, one day, or two days. */
export const periodOption: CommandOption<CommandServices> = {
  name: 'periodo',
  description: 'option.period',
  required: false,
  countTrailingWords: countPeriodWords,
  complete: async () => PERIOD_PRESETS.map((preset) => ({ value: preset, label: preset })),
};
