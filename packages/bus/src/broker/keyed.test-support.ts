import type { BrokerEndpoint, Failure, Success } from '@cateto/contracts';
import {
  addressPrefixOf,
  call,
  defineCatalogue,
  Finite,
  formula,
  formulaCode,
  operation,
  z85Decode,
} from '@cateto/contracts';
import { curveKeyPair } from 'zeromq';
import { createHash } from 'node:crypto';
import { onTestFinished } from 'vitest';
import { serveFormulas } from '../calc-server/formula-server.ts';
import { createFormulaClient } from '../client/formula-client.ts';
import type { BrokerKeys, KeyPair, ParticipantKeys } from '../link/keys.ts';
import type { OpenLink } from '../link/link.ts';
import { prepareDialKeys } from '../link/zeromq/keys.ts';
import { zeromqLink } from '../link/zeromq/zeromq-link.ts';
import { serveOperations } from '../op-server/operation-server.ts';
import { open } from '../participant/bus.ts';
import type { BusEvent } from '../participant/events.ts';
import { createRequesterDriver } from '../participant/requester-driver.ts';
import { nodePlatform as platform } from '../node/platform.ts';
import { startBroker } from './start-broker.ts';
import { freeBrokers } from './brokers.test-support.ts';
import type { RunningBroker } from './running-broker.ts';

/* Brokers with keys, and participants with keys, on real sockets. */

export const brokerPairs = [curveKeyPair(), curveKeyPair()] as const;
const brokerKeys = brokerPairs.map(({ publicKey }) => publicKey);

/** The characters with which all addresses of a key begin. */
export function prefixOf({ publicKey }: KeyPair): string {
  return addressPrefixOf(
    createHash('sha256')
      .update(z85Decode(publicKey) ?? '')
      .digest(),
  );
}

/** An address of a key's owner. */
export const addressOf = (pair: KeyPair, rest = 'aaaaaa'): string => `${prefixOf(pair)}${rest}`;

/** The events so far, and a way to wait for more. */
export interface Log<T> {
  readonly all: readonly T[];
  add(one: T): void;
  /** Resolves when what was said fits. */
  until(fits: (all: readonly T[]) => boolean): Promise<void>;
}

export function createLog<T>(): Log<T> {
  const all: T[] = [];
  let waiting: (() => void)[] = [];
  return {
    all,
    add(one) {
      all.push(one);
      const woken = waiting;
      waiting = [];
      for (const wake of woken) wake();
    },
    async until(fits) {
      while (!fits(all)) await new Promise<void>((resolve) => void waiting.push(resolve));
    },
  };
}

export type Admission = Partial<Pick<BrokerKeys, 'authorize' | 'rightsOf' | 'brokersNow' | 'keyPair'>>;

export interface KeyedBroker {
  readonly running: RunningBroker;
  readonly log: Log<BusEvent>;
}

export async function startKeyed(
  rank: 'primary' | 'backup',
  brokers: readonly BrokerEndpoint[],
  { authorize = () => undefined, rightsOf, brokersNow, keyPair: given }: Admission = {},
): Promise<KeyedBroker> {
  const log = createLog<BusEvent>();
  const keyPair = given ?? (rank === 'primary' ? brokerPairs[0] : brokerPairs[1]);
  const running = await startBroker({
    rank,
    brokers,
    bind: '127.0.0.1',
    heartbeatMs: 50,
    peerLostMs: 200,
    keys: {
      keyPair,
      brokers: brokersNow?.() ?? brokerKeys,
      brokersNow,
      authorize,
      ...(rightsOf === undefined ? undefined : { rightsOf }),
    },
    onEvent: log.add,
  });
  onTestFinished(() => running.close());
  return { running, log };
}

export const isActive = (events: readonly BusEvent[]): boolean => events.some(({ event }) => event === 'active');

/** Both brokers, the primary active. */
export async function keyedBrokers(admission?: Admission) {
  const brokers = await freeBrokers();
  const [primary, backup] = await Promise.all([
    startKeyed('primary', brokers, admission),
    startKeyed('backup', brokers, admission),
  ]);
  await primary.log.until(isActive);
  return { brokers, primary, backup };
}

export async function keyedLink(brokers: readonly BrokerEndpoint[], keyPair: KeyPair): Promise<OpenLink> {
  return zeromqLink(brokers, await prepareDialKeys({ keyPair, brokers: brokerKeys }, brokers));
}

/** Both brokers, a client and servers that know the keys of the brokers as `now` has them. */
export async function followingKeys(brokers: readonly BrokerEndpoint[], now: () => readonly string[]) {
  const links = await Promise.all(
    [curveKeyPair(), curveKeyPair(), curveKeyPair()].map(async (keyPair) =>
      zeromqLink(brokers, await prepareDialKeys({ keyPair, brokers: now(), brokersNow: now }, brokers)),
    ),
  );
  serve(links[0] as OpenLink, links[1] as OpenLink);
  return clientOn(links[2] as OpenLink);
}

/** The log of a client that does not reach its brokers. @param keys its own, and the brokers' keys that it expects */
export async function toldByClient(
  brokers: readonly BrokerEndpoint[],
  keys: ParticipantKeys | undefined,
): Promise<Log<BusEvent>> {
  const log = createLog<BusEvent>();
  const dialKeys = keys === undefined ? undefined : await prepareDialKeys(keys, brokers);
  const bus = open({ role: 'client', catalogue, openLink: zeromqLink(brokers, dialKeys), platform, onEvent: log.add });
  onTestFinished(() => bus.close());
  return log;
}

const double = operation({
  name: 'double',
  description: 'Twice its input.',
  input: Finite,
  output: Finite,
  example: { input: 1, output: 2 },
});
const sum = formula({
  name: 'sum',
  description: 'Twice a and twice b.',
  operands: [
    ['a', Finite],
    ['b', Finite],
  ],
  output: Finite,
  example: { operands: [1, 2], output: 6 },
});
const catalogue = defineCatalogue({ operations: { double }, formulas: { sum } });
const formulas = {
  sum: formulaCode(sum, { plan: ([a, b]) => [call(double, a), call(double, b)], combine: ([x, y]) => x + y }),
};
const handlers = { double: (x: number) => 2 * x };
const onEvent = (): void => undefined;

/** An op-server and a calc-server, each with a key. */
export async function keyedServers(brokers: readonly BrokerEndpoint[], keyPairs: readonly [KeyPair, KeyPair]) {
  const [first, second] = await Promise.all(keyPairs.map((keyPair) => keyedLink(brokers, keyPair)));
  serve(first as OpenLink, second as OpenLink);
}

function serve(forOperations: OpenLink, forFormulas: OpenLink): void {
  const shared = { catalogue, handlers, platform, onEvent };
  const opServer = serveOperations({ ...shared, openLink: forOperations, operations: 'all', lanes: [1, 2] });
  const calcServer = serveFormulas({ ...shared, formulas, openLink: forFormulas, operationTimeoutMs: 2_000 });
  onTestFinished(async () => void (await Promise.all([opServer.close(), calcServer.close()])));
}

/** A client with a key, which asks for sums. */
export async function keyedClient(brokers: readonly BrokerEndpoint[], keyPair: KeyPair) {
  return clientOn(await keyedLink(brokers, keyPair));
}

function clientOn(openLink: OpenLink) {
  const bus = open({ role: 'client', catalogue, openLink, platform, onEvent });
  onTestFinished(() => bus.close());
  const requests = createRequesterDriver(bus.participant, { answerTimeoutMs: 2_000, onEvent });
  const client = createFormulaClient(bus, catalogue, requests);
  return {
    address: bus.address,
    ask: (a: number, b: number, timeoutMs = 30_000) =>
      new Promise<Success | Failure>((settle) => {
        client.ask({ formula: catalogue.formulas.sum, operands: [a, b], timeoutMs, settle });
      }),
  };
}
