import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { BrokerEndpoint } from './endpoints.ts';
import { formatBroker, isLoopback, parseBrokers } from './endpoints.ts';

function parsed(text: string): readonly BrokerEndpoint[] {
  const brokers = parseBrokers(text);
  if (brokers instanceof Error) throw brokers;
  return brokers;
}

test('the hosts of the paper need no ports', () => {
  const ports = { publishPort: 5555, subscribePort: 5556, heartbeatPort: 5560 };
  expect(parsed('10.43.96.50,10.43.103.58')).toEqual([
    { host: '10.43.96.50', ...ports },
    { host: '10.43.103.58', ...ports },
  ]);
});

test('each port that is not given has its default', () => {
  expect(parsed('a:1').map(formatBroker)).toEqual(['a:1:5556:5560']);
  expect(parsed('a:1:2').map(formatBroker)).toEqual(['a:1:2:5560']);
  expect(parsed('a:1:2:3').map(formatBroker)).toEqual(['a:1:2:3']);
});

test('blanks around a broker do not matter', () => {
  expect(parsed(' a , b ').map(({ host }) => host)).toEqual(['a', 'b']);
});

test('two default brokers on one host have different ports', () => {
  expect(parsed('127.0.0.1:5555:5556:5560,127.0.0.1:6555:6556:6560')).toHaveLength(2);
  expect(parseBrokers('h:1:2:3,h:4:5:3')).toEqual(new Error('"h:1:2:3,h:4:5:3" gives both brokers port 3 of one host'));
  expect(parseBrokers('h,h')).toEqual(new Error('"h,h" gives both brokers port 5555 of one host'));
});

test('an IPv6 address is written in brackets', () => {
  expect(parsed('[::1]:1:2:3,[fe80::1]').map(({ host }) => host)).toEqual(['[::1]', '[fe80::1]']);
});

test('brokers are read back as they were written', () => {
  const host = fc.oneof(fc.ipV4(), fc.domain(), fc.constant('[::1]'));
  const ports = fc.uniqueArray(fc.integer({ min: 1, max: 65_535 }), { minLength: 3, maxLength: 3 });
  fc.assert(
    fc.property(host, ports, (name, [publishPort = 1, subscribePort = 2, heartbeatPort = 3]) => {
      const broker = { host: name, publishPort, subscribePort, heartbeatPort };
      expect(parseBrokers(formatBroker(broker))).toEqual([broker]);
    }),
  );
});

test.each([
  ['', '"" is not host[:publish port[:subscribe port[:heartbeat port]]]'],
  ['a,', '"" is not host[:publish port[:subscribe port[:heartbeat port]]]'],
  [':5555', '":5555" is not host[:publish port[:subscribe port[:heartbeat port]]]'],
  ['a:b', '"a:b" is not host[:publish port[:subscribe port[:heartbeat port]]]'],
  ['a:1:2:3:4', '"a:1:2:3:4" is not host[:publish port[:subscribe port[:heartbeat port]]]'],
  ['tcp://a', '"tcp://a" is not host[:publish port[:subscribe port[:heartbeat port]]]'],
  ['::1', '"::1" is not host[:publish port[:subscribe port[:heartbeat port]]]'],
  ['a\nb', '"a\\nb" is not host[:publish port[:subscribe port[:heartbeat port]]]'],
  ['a:0', '"a:0": 0 is not a port from 1 to 65535'],
  ['a:65536', '"a:65536": 65536 is not a port from 1 to 65535'],
  ['a:7:7', '"a:7:7": the three ports must differ'],
  ['a:5556', '"a:5556": the three ports must differ'],
  ['a,b,c', '"a,b,c" names 3 brokers; one or two are possible'],
])('%j is refused in one line that says why', (text, message) => {
  expect(parseBrokers(text)).toEqual(new Error(message));
});

test.each([
  ['127.0.0.1', true],
  ['127.8.9.10', true],
  ['localhost', true],
  ['::1', true],
  ['[::1]', true],
  ['127.255.255.255', true],
  ['127.999.999.999', false],
  ['127.0.0.256', false],
  ['0.0.0.0', false],
  ['*', false],
  ['10.43.96.50', false],
  ['127.0.0.1.example.org', false],
  ['localhost.example.org', false],
])('whether %s is reached from this host only: %s', (address, answer) => {
  expect(isLoopback(address)).toBe(answer);
});
