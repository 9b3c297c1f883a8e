import { settings } from '@cateto/contracts';

const variables: ReadonlySet<string> = new Set(Object.values(settings).map(({ variable }) => variable));
/** systemd set these for this process. A child process must not speak in its name. */
const ofSystemd: ReadonlySet<string> = new Set(['NOTIFY_SOCKET', 'WATCHDOG_USEC', 'WATCHDOG_PID']);
const isOurs = (name: string): boolean => /^CATETO_/i.test(name);

/** The environment of this process, for variables that are not settings, such as NO_COLOR. */
export function environment(): Readonly<NodeJS.ProcessEnv> {
  return process.env;
}

/** The settings in the environment of this process, for a child process that should use them. */
export function givenVariables(): Record<string, string> {
  const given: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (variables.has(name) && value !== undefined) given[name] = value;
  }
  return given;
}

/**
 * The environment for a child process: the environment of this process without any setting, plus these variables. A
 * demo or a test must not run differently because someone has `CATETO_LOG_LEVEL` in their profile.
 */
export function environmentWith(more: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !isOurs(name) && !ofSystemd.has(name));
  return { ...Object.fromEntries(kept), ...more };
}
