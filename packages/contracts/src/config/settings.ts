import type { BrokerEndpoint } from './endpoints.ts';
import { parseBrokers } from './endpoints.ts';
import type { HttpAddress } from './http-address.ts';
import { parseHttpAddress } from './http-address.ts';
import { drainMs, requestsInFlightMax, workersMax } from '../messages/limits.ts';
import { isName } from '../catalogue/names.ts';
import type { Lane } from '../topics/lanes.ts';
import { isLane } from '../topics/lanes.ts';
import { visibleText } from '../values/visible-text.ts';

/**
 * One setting: a variable, a flag, and one parser for both. The parsers are pure. The caller reads `process.env` or the
 * command line and passes the text in.
 */
export interface Setting<T> {
  readonly variable: `CATETO_${string}`;
  /** In commander's form: `--timeout <ms>`; a switch has no value. */
  readonly flag: `--${string}`;
  readonly description: string;
  /** The default, as text; undefined for a setting without a default. */
  readonly defaultText: string | undefined;
  /** @throws SettingFault saying what is wrong with the text */
  parse(text: string): T;
}

/** A setting that cannot be used. Its message is one line and names the flag or the variable. */
export class SettingFault extends Error {
  override readonly name = 'SettingFault';
}

export const defaultBrokers = '127.0.0.1:5555:5556:5560,127.0.0.1:6555:6556:6560';

export const settings = {
  brokers: setting<readonly BrokerEndpoint[]>({
    variable: 'CATETO_BROKERS',
    flag: '--brokers <list>',
    description:
      'both brokers, primary first: host[:publish port[:subscribe port[:heartbeat port]]], default ports 5555, 5556, 5560',
    defaultText: defaultBrokers,
    parse: (text) => orFault(parseBrokers(text)),
  }),
  catalogue: anyText(
    'CATETO_CATALOGUE',
    '--catalogue <module>',
    "the module that exports the catalogue: a path, or a package's name; default: the calculator",
  ),
  bind: setting<string>({
    variable: 'CATETO_BIND',
    flag: '--bind <address>',
    description: 'the address to listen on; any address but loopback requires --key and --access, or --insecure',
    defaultText: '127.0.0.1',
    parse: (text) =>
      orFault(
        /^[0-9A-Za-z.:*[\]-]+$/.test(text) ? text : new Error(`${JSON.stringify(text)} is not an address to bind`),
      ),
  }),
  insecure: onOrOff(
    'CATETO_INSECURE',
    '--insecure',
    'allow an address on which anyone who reaches the port can read and publish',
  ),
  key: anyText('CATETO_KEY', '--key <file>', 'the key pair of this program; `cateto key new` makes one'),
  brokerKeys: anyText('CATETO_BROKER_KEYS', '--broker-keys <file>', 'the public keys of the brokers'),
  access: anyText('CATETO_ACCESS', '--access <file>', 'the list of the keys that may connect, and of what each may do'),
  heartbeatMs: milliseconds('CATETO_HEARTBEAT_MS', '--heartbeat <ms>', 'time between two heartbeats of a broker', 50),
  peerLostMs: milliseconds(
    'CATETO_PEER_LOST_MS',
    '--peer-lost <ms>',
    'silence after which the other broker counts as lost',
    200,
  ),
  operations: setting<readonly string[] | 'all'>({
    variable: 'CATETO_OPERATIONS',
    flag: '--operations <names>',
    description: 'the operations to serve, separated by commas',
    defaultText: 'all',
    parse: (text) => (text === 'all' ? 'all' : splitList(text).map(parseName)),
  }),
  lanes: setting<readonly Lane[] | 'all'>({
    variable: 'CATETO_LANES',
    flag: '--lanes <numbers>',
    description: 'the lanes to serve, 1 to 8, separated by commas',
    defaultText: 'all',
    parse: (text) => (text === 'all' ? 'all' : splitList(text).map(parseLane)),
  }),
  workers: setting<number | 'auto'>({
    variable: 'CATETO_WORKERS',
    flag: '--workers <n|auto>',
    description:
      'n: run every handler in one of n threads; auto: run handlers that take more than 5 ms in threads, one thread fewer than there are cores; 0: no threads',
    defaultText: 'auto',
    parse: parseWorkers,
  }),
  concurrency: setting<number>({
    variable: 'CATETO_CONCURRENCY',
    flag: '--concurrency <n>',
    description: 'how many asynchronous handlers run at once in the main thread; other requests wait',
    defaultText: String(requestsInFlightMax),
    parse: parseConcurrency,
  }),
  drainMs: milliseconds(
    'CATETO_DRAIN_MS',
    '--drain <ms>',
    'how long running work may take when the server is told to end; longer work runs again on other servers',
    drainMs,
  ),
  operationTimeoutMs: milliseconds(
    'CATETO_OPERATION_TIMEOUT_MS',
    '--operation-timeout <ms>',
    'how long to wait for an op-server before the calc-server computes an operation with the fallback late itself',
    2000,
  ),
  exposeErrors: onOrOff(
    'CATETO_EXPOSE_ERRORS',
    '--expose-errors',
    'send clients the text of errors that handlers and formulas throw; by default only the log has it',
  ),
  timeoutMs: milliseconds('CATETO_TIMEOUT_MS', '--timeout <ms>', 'how long a request may take', 5000),
  http: setting<HttpAddress | undefined>({
    variable: 'CATETO_HTTP',
    flag: '--http <address:port>',
    description:
      'answer HTTP requests about this process there: /livez, /readyz, /metrics (default: no). Any address but loopback requires --http-token-file or --http-insecure',
    defaultText: undefined,
    parse: (text) => orFault(parseHttpAddress(text)),
  }),
  httpTokenFile: anyText(
    'CATETO_HTTP_TOKEN_FILE',
    '--http-token-file <file>',
    'a file with the bearer token without which --http tells only whether the process is live and ready',
  ),
  httpInsecure: onOrOff(
    'CATETO_HTTP_INSECURE',
    '--http-insecure',
    'allow an address for --http on which anyone who reaches the port can read it; changes nothing else',
  ),
  otel: onOrOff(
    'CATETO_OTEL',
    '--otel',
    'send traces to an OpenTelemetry receiver, as the variables OTEL_* say; by default to http://localhost:4318',
  ),
  log: setting<'pretty' | 'json' | undefined>({
    variable: 'CATETO_LOG',
    flag: '--log <form>',
    description: 'pretty or json, on stderr (default: pretty on a terminal, else json)',
    defaultText: undefined,
    parse: (text) => oneOf<'pretty' | 'json'>(text, ['pretty', 'json']),
  }),
  logLevel: setting<'debug' | 'info' | 'warn' | 'error' | 'silent'>({
    variable: 'CATETO_LOG_LEVEL',
    flag: '--log-level <level>',
    description: 'debug, info, warn, error or silent',
    defaultText: 'info',
    parse: (text) => oneOf(text, ['debug', 'info', 'warn', 'error', 'silent']),
  }),
};

export type Settings = typeof settings;
export type SettingName = keyof Settings;
/** Includes undefined only for a setting without a default. */
export type ValueOf<N extends SettingName> = ReturnType<Settings[N]['parse']>;

/**
 * The text of one setting. The flag overrides the variable. White space around a value is ignored, because a file
 * written on Windows ends each line with a carriage return. An empty variable counts as not given.
 */
export interface GivenSetting {
  readonly flag?: string | undefined;
  readonly variable?: string | undefined;
}

/**
 * @returns the value given, or the default
 * @throws SettingFault naming the flag or the variable
 */
export function readSetting<N extends SettingName>(name: N, given: GivenSetting): ValueOf<N> {
  const declared: Setting<unknown> = settings[name];
  const variable = given.variable?.trim();
  const text = given.flag?.trim() ?? (variable === '' ? undefined : variable) ?? declared.defaultText;
  if (text === undefined) return undefined as ValueOf<N>;
  try {
    return declared.parse(text) as ValueOf<N>;
  } catch (error) {
    if (!(error instanceof SettingFault)) throw error;
    const source = given.flag === undefined ? declared.variable : declared.flag.split(' ', 1).join('');
    throw new SettingFault(visibleText(`${source}: ${error.message}`), { cause: error });
  }
}

function anyText(variable: `CATETO_${string}`, flag: `--${string}`, description: string): Setting<string | undefined> {
  return { variable, flag, description, defaultText: undefined, parse: (given) => given };
}

/** Only a setting whose value may be undefined can have no default. */
function setting<T>(
  declaration: Setting<T> & { readonly defaultText: undefined extends T ? string | undefined : string },
): Setting<T> {
  return declaration;
}

/** A day. A longer time is a mistake of units, and beyond 2^31 - 1 a timer of Node would fire at once. */
const millisecondsMax = 86_400_000;

function milliseconds(
  variable: `CATETO_${string}`,
  flag: `--${string}`,
  description: string,
  defaultMs: number,
): Setting<number> {
  const parse = (text: string): number => {
    const value = Number(text);
    if (!/^[0-9]+$/.test(text) || value < 1 || value > millisecondsMax) {
      throw new SettingFault(
        `${JSON.stringify(text)} is not a whole number of milliseconds from 1 to ${millisecondsMax}`,
      );
    }
    return value;
  };
  return { variable, flag, description, defaultText: String(defaultMs), parse };
}

function onOrOff(variable: `CATETO_${string}`, flag: `--${string}`, description: string): Setting<boolean> {
  const parse = (given: string): boolean => ['1', 'true'].includes(oneOf(given, ['1', 'true', '0', 'false']));
  return { variable, flag, description, defaultText: '0', parse };
}

function parseWorkers(text: string): number | 'auto' {
  if (text === 'auto') return 'auto';
  const workers = Number(text);
  if (!/^[0-9]+$/.test(text) || workers > workersMax) {
    throw new SettingFault(`${JSON.stringify(text)} is neither auto nor a number of threads from 0 to ${workersMax}`);
  }
  return workers;
}

function parseConcurrency(text: string): number {
  const concurrency = Number(text);
  if (!/^[0-9]+$/.test(text) || concurrency < 1 || concurrency > requestsInFlightMax) {
    throw new SettingFault(`${JSON.stringify(text)} is not a whole number from 1 to ${requestsInFlightMax}`);
  }
  return concurrency;
}

function parseLane(text: string): Lane {
  const lane = Number(text);
  if (!/^[0-9]$/.test(text) || !isLane(lane))
    throw new SettingFault(`${JSON.stringify(text)} is not a lane from 1 to 8`);
  return lane;
}

/** Does not check that the operation exists: only the server has the catalogue. */
function parseName(text: string): string {
  if (!isName(text)) throw new SettingFault(`${JSON.stringify(text)} is not the name of an operation`);
  return text;
}

function splitList(text: string): string[] {
  const parts = text.split(',').map((part) => part.trim());
  if (parts.includes('')) throw new SettingFault(`${JSON.stringify(text)} has an empty entry`);
  return [...new Set(parts)];
}

function oneOf<T extends string>(text: string, allowed: readonly T[]): T {
  const found = allowed.find((value) => value === text);
  if (found === undefined) throw new SettingFault(`${JSON.stringify(text)} is not one of ${allowed.join(', ')}`);
  return found;
}

function orFault<T>(parsed: T | Error): T {
  if (parsed instanceof Error) throw new SettingFault(parsed.message);
  return parsed;
}
