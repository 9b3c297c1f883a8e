import type { LinkEvents, OpenLink } from '@cateto/bus';
import { createFormulaClient, createRequesterDriver, open, serveFormulas, serveOperations } from '@cateto/bus';
import { formulaCodes, handlers } from '@cateto/compute';
import type { Failure, Success } from '@cateto/contracts';
import { calculator, createCodec, hashOf, isFailure } from '@cateto/contracts';
import fc from 'fast-check';
import { expect } from 'vitest';
import { fakeBroker, testPlatform } from '../../../packages/bus/src/participant/fake-link.test-support.ts';
import { address, hostileBody, wholeNumber } from './bodies.ts';
import { fuzz } from './fuzzing.ts';

/*
 * A client, a calc-server and two op-servers with their real machines and drivers, over a broker in memory, among
 * hostile peers that publish and subscribe to anything. These peers cannot name an honest participant as the sender of
 * a result, or of a request with operands: without keys, no receiver could tell such a message from a true one
 * (docs/verification.md, hostile peers).
 */

const codec = createCodec();
const contract = hashOf(calculator, 'hypotenuse');
const square = hashOf(calculator, 'square');

const names = ['client', 'calc', 'op1', 'op2'] as const;
type Name = (typeof names)[number];
const victim = fc.constantFrom(...names);

function system() {
  const platform = testPlatform();
  const broker = fakeBroker(platform);
  const links: LinkEvents[] = [];
  const openLink: OpenLink = (events, duty) => {
    links.push(events);
    return broker.openLink(events, duty);
  };
  const shared = { catalogue: calculator, openLink, platform, onEvent: () => undefined };
  const bus = open({ role: 'client', ...shared });
  const requests = createRequesterDriver(bus.participant, { answerTimeoutMs: 2_000, onEvent: shared.onEvent });
  const client = createFormulaClient(bus, calculator, requests);
  const op1 = serveOperations({ ...shared, handlers, operations: 'all', lanes: [1, 3, 5, 7] });
  const op2 = serveOperations({ ...shared, handlers, operations: 'all', lanes: [2, 4, 6, 8] });
  const calc = serveFormulas({ ...shared, handlers, formulas: formulaCodes, operationTimeoutMs: 2_000 });
  const addresses = { client: bus.address, calc: calc.address, op1: op1.address, op2: op2.address };
  const settled: { readonly leg: number; readonly outcome: Success | Failure }[] = [];
  let asked = 0;
  broker.activate(1);
  platform.pass(50);
  return {
    platform,
    broker,
    links,
    settled,
    addressOf: (name: string) => (Object.hasOwn(addresses, name) ? addresses[name as Name] : name),
    asked: () => asked,
    ask() {
      asked += 1;
      const leg = asked;
      const settle = (outcome: Success | Failure): void => void settled.push({ leg, outcome });
      client.ask({ formula: calculator.formulas.hypotenuse, operands: [3 * leg, 4 * leg], timeoutMs: 5_000, settle });
    },
  };
}

type System = ReturnType<typeof system>;
type Act = (system: System) => void;

const routes = [
  'calc.request.1',
  'calc.request.2',
  'calc.square.request.1',
  'calc.square.request.2',
  'calc.square.result.1',
  'calc.square.result.2',
  'calc.hypotenuse.result',
  'calc.status.request',
  'calc.events.request',
  'calc.status.result',
  'calc.hello',
] as const;

const anyBody: fc.Arbitrary<Act> = fc.tuple(fc.constantFrom(...routes), victim, hostileBody(address)).map(
  ([route, to, body]) =>
    ({ broker, addressOf }) =>
      broker.inject(`${route}.${addressOf(to)}`, body),
);

const strangeTopic: fc.Arbitrary<Act> = fc
  .tuple(
    fc.constantFrom('', '.', '.hostile', '\u0000\u00ff', 'x'.repeat(200)),
    fc.constantFrom(...routes),
    victim,
    hostileBody(address),
  )
  .map(([end, route, to, body]) => ({ links, addressOf }) => {
    for (const link of links) link.message(`${route}.${addressOf(to)}${end}`, body);
  });

/** Operand 1 of a request whose second operand never comes. */
const halfRequests: fc.Arbitrary<Act> = fc
  .tuple(address, fc.integer({ min: 1, max: 100 }), wholeNumber)
  .map(([sender, count, settledBelow]) => ({ broker, addressOf }) => {
    const operands = Array.from({ length: count }, (_, index) => [
      index + 1,
      'hypotenuse',
      contract,
      2,
      12,
      86_400_000,
    ]);
    broker.inject(`calc.request.1.${addressOf('calc')}`, codec.encode(sender, settledBelow, operands));
  });

/** Results for the ids of others, from a peer that did not get the request. */
const forgedResults: fc.Arbitrary<Act> = fc
  .tuple(
    address,
    fc.constantFrom('calc.hypotenuse.result', 'calc.square.result.1', 'calc.square.result.2'),
    victim,
    fc.boolean(),
  )
  .map(([sender, route, to, asVictim]) => ({ broker, addressOf }) => {
    const results = Array.from({ length: 40 }, (_, index) => [index + 1, 0, 666, []]);
    const named = asVictim ? addressOf(to) : sender;
    broker.inject(`${route}.${addressOf(to)}`, codec.encode(named, 1, results));
  });

/** Complete requests of hostile peers. */
const requests: fc.Arbitrary<Act> = fc
  .tuple(address, fc.constantFrom('op1', 'op2'), fc.integer({ min: 1, max: 128 }), wholeNumber)
  .map(([sender, to, count, settledBelow]) => ({ broker, addressOf }) => {
    const asked = Array.from({ length: count }, (_, index) => [index + 1, square, 12, 5_000]);
    const lane = to === 'op1' ? 1 : 2;
    broker.inject(`calc.square.request.${lane}.${addressOf(to)}`, codec.encode(sender, settledBelow, asked));
  });

const statusRequests: fc.Arbitrary<Act> = fc.tuple(address, victim).map(([sender, to]) => ({ broker, addressOf }) => {
  const asked = Array.from({ length: 128 }, (_, index) => [index + 1, 5_000]);
  broker.inject(`calc.status.request.${addressOf(to)}`, codec.encode(sender, 1, asked));
});

/** A hello in the name of the participant that sends it to itself. */
const forgedHellos: fc.Arbitrary<Act> = fc
  .tuple(victim, fc.integer({ min: 1, max: 6 }))
  .map(([to, counter]) => ({ broker, addressOf }) => {
    broker.inject(`calc.hello.${addressOf(to)}`, codec.encode(addressOf(to), 1, [[counter]]));
  });

/** Requests in the name of an honest requester, at the servers that it uses. */
const forgedSettlement: fc.Arbitrary<Act> = fc
  .tuple(fc.constantFrom('client', 'calc'), fc.constantFrom(2 ** 53 - 1, 1_000), fc.boolean())
  .map(([named, settledBelow, withRequest]) => ({ broker, addressOf }) => {
    const to = named === 'client' ? ['calc.request.1', 'calc'] : ['calc.square.request.1', 'op1'];
    const [route = '', server = ''] = to;
    const half =
      named === 'client' ? [settledBelow, 'hypotenuse', contract, 2, 12, 86_400_000] : [settledBelow, square, 1, 9];
    const messages = withRequest ? [half] : [];
    broker.inject(`${route}.${addressOf(server)}`, codec.encode(addressOf(named), settledBelow, messages));
  });

const subscription = fc.oneof(
  fc.tuple(fc.constantFrom(...routes), address).map((parts) => parts.join('.')),
  fc.tuple(fc.nat(9), address).map(([epoch, broker]) => `calc.broker.${epoch}.${broker}`),
  fc.string({ unit: 'binary', maxLength: 30 }),
);

/** A peer subscribes to arbitrary topics, and leaves at the end. */
const subscriptions = fc.tuple(subscription, fc.boolean());

const hostileActs = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: anyBody },
    { weight: 2, arbitrary: strangeTopic },
    { weight: 2, arbitrary: halfRequests },
    { weight: 3, arbitrary: forgedResults },
    { weight: 1, arbitrary: requests },
    { weight: 1, arbitrary: statusRequests },
    { weight: 1, arbitrary: forgedHellos },
    { weight: 1, arbitrary: forgedSettlement },
    { weight: 2, arbitrary: fc.constant<Act>(({ links }) => links.forEach((link) => link.reconnected())) },
    {
      weight: 4,
      arbitrary: fc.constantFrom(0, 1, 50, 300).map(
        (ms): Act =>
          ({ platform }) =>
            platform.pass(ms),
      ),
    },
    { weight: 4, arbitrary: fc.constant<Act>(({ ask }) => ask()) },
  ),
  { maxLength: 20, size: 'max' },
);

function mustBeRight({ settled }: System): void {
  for (const { leg, outcome } of settled) {
    if (isFailure(outcome)) continue;
    if (outcome.value !== 5 * leg)
      throw new Error(`${3 * leg} and ${4 * leg} are answered by ${String(outcome.value)}`);
  }
}

fuzz(
  'among strangers each honest request settles once and never wrongly, and when they are gone it is answered as before',
  5,
  fc.property(hostileActs, fc.array(subscriptions, { maxLength: 8 }), (acts, subscribed) => {
    const made = system();
    const { platform, links, settled, ask, asked } = made;
    const tell = (topic: string, up: boolean): void => links.forEach((link) => link.subscription(topic, up));
    for (const [topic] of subscribed) tell(topic, true);
    for (const act of acts) act(made);
    platform.pass(5_000);
    expect(settled.length).toBe(asked());
    mustBeRight(made);
    for (const [topic] of subscribed) tell(topic, false);
    // A server that was bypassed meanwhile gets a copy within a second or two.
    platform.pass(100);
    for (let round = 0; round < 4; round += 1) {
      ask();
      platform.pass(1_100);
    }
    const before = settled.length;
    ask();
    platform.pass(100);
    mustBeRight(made);
    expect(settled.length).toBe(before + 1);
    expect(settled.at(-1)?.outcome).toEqual({ value: 5 * asked(), fallbacks: [] });
  }),
);
