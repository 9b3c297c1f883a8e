import { expect, test } from 'vitest';
import type { SettingName } from './settings.ts';
import { readSetting, SettingFault, settings } from './settings.ts';

const names = Object.keys(settings) as SettingName[];

test('the settings are those of the interface', () => {
  const listed = names.map((name) => [settings[name].variable, settings[name].defaultText]);
  expect(Object.fromEntries(listed)).toEqual({
    CATETO_BROKERS: '127.0.0.1:5555:5556:5560,127.0.0.1:6555:6556:6560',
    CATETO_BIND: '127.0.0.1',
    CATETO_INSECURE: '0',
    CATETO_HEARTBEAT_MS: '50',
    CATETO_PEER_LOST_MS: '200',
    CATETO_OPERATIONS: 'all',
    CATETO_LANES: 'all',
    CATETO_WORKERS: 'auto',
    CATETO_CONCURRENCY: '10000',
    CATETO_DRAIN_MS: '5000',
    CATETO_OPERATION_TIMEOUT_MS: '2000',
    CATETO_EXPOSE_ERRORS: '0',
    CATETO_TIMEOUT_MS: '5000',
    CATETO_HTTP: undefined,
    CATETO_HTTP_TOKEN_FILE: undefined,
    CATETO_HTTP_INSECURE: '0',
    CATETO_OTEL: '0',
    CATETO_LOG: undefined,
    CATETO_LOG_LEVEL: 'info',
  });
});

test('every default can be read', () => {
  const values = names.map((name) => [name, readSetting(name, {})]);
  expect(Object.fromEntries(values)).toEqual({
    brokers: [
      { host: '127.0.0.1', publishPort: 5555, subscribePort: 5556, heartbeatPort: 5560 },
      { host: '127.0.0.1', publishPort: 6555, subscribePort: 6556, heartbeatPort: 6560 },
    ],
    bind: '127.0.0.1',
    insecure: false,
    heartbeatMs: 50,
    peerLostMs: 200,
    operations: 'all',
    lanes: 'all',
    workers: 'auto',
    concurrency: 10_000,
    drainMs: 5000,
    operationTimeoutMs: 2000,
    exposeErrors: false,
    timeoutMs: 5000,
    http: undefined,
    httpTokenFile: undefined,
    httpInsecure: false,
    otel: false,
    log: undefined,
    logLevel: 'info',
  });
});

test('no two settings share a flag or a variable', () => {
  expect(new Set(names.map((name) => settings[name].variable)).size).toBe(names.length);
  expect(new Set(names.map((name) => settings[name].flag.split(' ')[0])).size).toBe(names.length);
});

test('a flag overrides the variable, and the variable overrides the default', () => {
  expect(readSetting('timeoutMs', { flag: '10', variable: '20' })).toBe(10);
  expect(readSetting('timeoutMs', { variable: '20' })).toBe(20);
  expect(readSetting('timeoutMs', { flag: undefined, variable: undefined })).toBe(5000);
});

test('an empty variable counts as not given, and an empty flag as given', () => {
  expect(readSetting('timeoutMs', { variable: '' })).toBe(5000);
  expect(() => readSetting('timeoutMs', { flag: '' })).toThrow(SettingFault);
});

test.each(['\r', '\r\n', ' ', '\t', '\u00a0', '\ufeff'])('white space around a value does not count: %j', (space) => {
  const values: readonly (readonly [SettingName, string])[] = [
    ['brokers', 'a,b'],
    ['bind', '10.0.0.1'],
    ['insecure', '1'],
    ['heartbeatMs', '20'],
    ['operations', 'all'],
    ['operations', 'square,multiply'],
    ['lanes', '1,2'],
    ['workers', '2'],
    ['workers', 'auto'],
    ['concurrency', '16'],
    ['log', 'json'],
    ['logLevel', 'warn'],
  ];
  for (const [name, text] of values) {
    for (const spaced of [`${text}${space}`, `${space}${text}`]) {
      expect(readSetting(name, { variable: spaced })).toEqual(readSetting(name, { variable: text }));
      expect(readSetting(name, { flag: spaced })).toEqual(readSetting(name, { flag: text }));
    }
  }
  expect(readSetting('timeoutMs', { variable: space })).toBe(5000);
});

test.each([
  ['127.0.0.1\u200b', String.raw`"127.0.0.1\u200b" is not host`],
  ['127.0\r.0.1', String.raw`"127.0\r.0.1" is not host`],
  ['127.0.0.1\u001b[0m', String.raw`"127.0.0.1\u001b[0m" is not host`],
  ['a\u00a0b', String.raw`"a\u00a0b" is not host`],
])('an invisible character is visible in the message: %j', (text, shown) => {
  expect(faultOf(() => readSetting('brokers', { variable: text })).message).toContain(shown);
});

test('a correct flag hides a wrong variable', () => {
  expect(readSetting('timeoutMs', { flag: '10', variable: 'soon' })).toBe(10);
});

test('lists and switches are read', () => {
  expect(readSetting('operations', { flag: 'square, multiply,square' })).toEqual(['square', 'multiply']);
  expect(readSetting('lanes', { flag: '1,8' })).toEqual([1, 8]);
  expect(readSetting('insecure', { variable: '1' })).toBe(true);
  expect(readSetting('insecure', { variable: 'false' })).toBe(false);
  expect(readSetting('log', { variable: 'json' })).toBe('json');
});

const wrong: readonly (readonly [SettingName, string, string])[] = [
  ['brokers', 'a:b', 'is not host'],
  ['brokers', 'a,b,c', 'names 3 brokers'],
  ['bind', 'not an address', 'is not an address to bind'],
  ['insecure', 'yes', 'is not one of 1, true, 0, false'],
  ['heartbeatMs', '0', 'is not a whole number of milliseconds from 1 to 86400000'],
  ['peerLostMs', '-5', 'is not a whole number of milliseconds from 1 to 86400000'],
  ['operations', 'square,,multiply', 'has an empty entry'],
  ['operations', 'square,Then', 'is not the name of an operation'],
  ['lanes', '1,9', 'is not a lane from 1 to 8'],
  ['lanes', '1-8', 'is not a lane from 1 to 8'],
  ['workers', 'two', 'is neither auto nor a number of threads from 0 to 64'],
  ['workers', '65', 'is neither auto nor a number of threads from 0 to 64'],
  ['concurrency', '0', 'is not a whole number from 1 to 10000'],
  ['concurrency', '10001', 'is not a whole number from 1 to 10000'],
  ['drainMs', '2s', 'is not a whole number of milliseconds from 1 to 86400000'],
  ['operationTimeoutMs', '2s', 'is not a whole number of milliseconds from 1 to 86400000'],
  ['exposeErrors', 'please', 'is not one of 1, true, 0, false'],
  ['timeoutMs', '1e3', 'is not a whole number of milliseconds from 1 to 86400000'],
  ['timeoutMs', '86400001', 'is not a whole number of milliseconds from 1 to 86400000'],
  ['http', '9464', '"9464" is not address:port, such as 127.0.0.1:9464'],
  ['http', '::1:9464', '"::1:9464" is not address:port, such as 127.0.0.1:9464'],
  ['http', '127.0.0.1:65536', '"127.0.0.1:65536": 65536 is not a port from 0 to 65535'],
  ['httpInsecure', 'maybe', '"maybe" is not one of 1, true, 0, false'],
  ['otel', 'http://localhost:4318', 'is not one of 1, true, 0, false'],
  ['log', 'xml', 'is not one of pretty, json'],
  ['logLevel', 'loud\nest', 'is not one of debug, info, warn, error, silent'],
];

test('the tests try a wrong value for every setting', () => {
  // Any text can name a module or a file. The program that loads the module reports one that does not exist.
  const named = ['catalogue', 'httpTokenFile', 'key', 'brokerKeys', 'access'];
  const parsed = names.filter((name) => !named.includes(name));
  expect(new Set(wrong.map(([name]) => name))).toEqual(new Set(parsed));
});

test.each(wrong)('a wrong %s (%j) is reported in one line with the flag or the variable', (name, text, reason) => {
  const { variable, flag } = settings[name];
  for (const [given, source] of [
    [{ variable: text }, variable],
    [{ flag: text, variable: 'hidden' }, flag.split(' ')[0]],
  ] as const) {
    const fault = faultOf(() => readSetting(name, given));
    expect(fault).toBeInstanceOf(SettingFault);
    expect(fault.message.startsWith(`${source}: "`), fault.message).toBe(true);
    expect(fault.message).toContain(reason);
    expect(fault.message).not.toContain('\n');
  }
});

function faultOf(read: () => unknown): Error {
  try {
    read();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('nothing was thrown');
}
