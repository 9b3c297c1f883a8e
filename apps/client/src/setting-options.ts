import type { SettingName, ValueOf } from '@cateto/contracts';
import { readSetting, settings } from '@cateto/contracts';
import { Option } from 'commander';
import type { Io } from './context.ts';
import { unmarked } from './formula/negative-arguments.ts';

/** The options of the settings table that commands share, as commander hands them over. */
export interface GivenSettings {
  readonly brokers?: string;
  readonly timeout?: string;
}

export function brokersOption(): Option {
  return optionOf('brokers');
}

export function timeoutOption(): Option {
  return optionOf('timeoutMs');
}

function optionOf(name: SettingName): Option {
  const { flag, description, variable, defaultText } = settings[name];
  return new Option(flag, `${description} (${variable}, default ${defaultText})`);
}

/** @throws SettingFault naming the flag or the variable */
export function settingFrom<N extends SettingName>(name: N, flag: string | undefined, env: Io['env']): ValueOf<N> {
  return readSetting(name, { flag: flag === undefined ? undefined : unmarked(flag), variable: env[settings[name].variable] });
}
