import type { SettingName, ValueOf } from '@cateto/contracts';
import { readSetting, settings } from '@cateto/contracts';

/** The only place in the SDK that reads the environment. */
export function fromEnvironment<N extends SettingName>(name: N): ValueOf<N> | undefined {
  return readSetting(name, { variable: process.env[settings[name].variable] });
}

/** The folder in which systemd passes this program its credentials, if it does. */
export function credentialsFolder(): string | undefined {
  return process.env['CREDENTIALS_DIRECTORY'];
}
