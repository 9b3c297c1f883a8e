import { createFormulaClient, createRequesterDriver, open, serveFormulas, serveOperations } from '@cateto/bus';
import { formulaCodes, handlers } from '@cateto/compute';
import type { Failure, Role, Success } from '@cateto/contracts';
import { calculator, createCodec, roles, z85Decode } from '@cateto/contracts';
import { createAccess } from '@cateto/keys';
import { newKeyPair, prefixOf } from '@cateto/keys/node';
import { describe, expect, test } from 'vitest';
import { createGate } from '../../../packages/bus/src/broker/gate/gate.ts';
import { createConnectionGuard } from '../../../packages/bus/src/link/connection-guard.ts';
import { fakeBroker, testPlatform } from '../../../packages/bus/src/participant/fake-link.test-support.ts';

/*
 * Forged answers. A result counts only from a server that got the request, so a forger must know the server's address.
 * Without keys, requesters accept the result of a forger that knows it and is faster. With keys, a broker forwards no
 * message in the name of another (docs/security.md).
 */

const codec = createCodec();
const wrong = 666;

const resultsOf = (named: string): Uint8Array =>
  codec.encode(named, 1, [
    [1, 0, wrong, []],
    [2, 0, wrong, []],
  ]);

/** A request whose servers stay silent, so that a forger has time. */
function asking() {
  const platform = testPlatform();
  const broker = fakeBroker(platform);
  const shared = { catalogue: calculator, openLink: broker.openLink, platform, onEvent: () => undefined };
  const bus = open({ role: 'client', ...shared });
  const requests = createRequesterDriver(bus.participant, { answerTimeoutMs: 2_000, onEvent: shared.onEvent });
  const client = createFormulaClient(bus, calculator, requests);
  const op = serveOperations({ ...shared, handlers, operations: 'all', lanes: 'all' });
  const calc = serveFormulas({ ...shared, handlers, formulas: formulaCodes, operationTimeoutMs: 2_000 });
  const outcomes: (Success | Failure)[] = [];
  broker.activate(1);
  platform.pass(50);
  const forge = (route: string, to: string, named: string): void => {
    broker.inject(`${route}.${to}`, resultsOf(named));
    platform.settle();
  };
  return {
    platform,
    broker,
    outcomes,
    client: bus.address,
    calc: calc.address,
    op: op.address,
    forge,
    ask() {
      const settle = (outcome: Success | Failure): void => void outcomes.push(outcome);
      client.ask({ formula: calculator.formulas.hypotenuse, operands: [3, 4], timeoutMs: 5_000, settle });
    },
  };
}

describe('a forged result', () => {
  test.each(['strangestran', 'the client', 'the op-server'])(
    'a forged result in the name of %s is ignored',
    (named) => {
      const { platform, broker, outcomes, ask, forge, client, op } = asking();
      broker.lose = (topic) => topic.startsWith('calc.request.');
      ask();
      platform.settle();
      forge('calc.hypotenuse.result', client, { 'the client': client, 'the op-server': op }[named] ?? named);
      expect(outcomes).toEqual([]);
      broker.lose = () => false;
      platform.pass(300);
      expect(outcomes).toEqual([{ value: 5, fallbacks: [] }]);
    },
  );

  test('a forged result of an operation in the name of a third peer is ignored', () => {
    const { platform, broker, outcomes, ask, forge, calc } = asking();
    broker.lose = (topic) => topic.startsWith('calc.square.request.');
    ask();
    platform.settle();
    for (const lane of [1, 2]) forge(`calc.square.result.${lane}`, calc, 'strangestran');
    broker.lose = () => false;
    platform.pass(300);
    expect(outcomes).toEqual([{ value: 5, fallbacks: [] }]);
  });

  test('a forged result on the topic of another formula is ignored, whoever sends it', () => {
    const { platform, broker, outcomes, ask, forge, client, calc } = asking();
    broker.lose = (topic) => topic.startsWith('calc.request.');
    ask();
    platform.settle();
    forge('calc.leg.result', client, calc);
    expect(outcomes).toEqual([]);
  });

  test('without keys, a forged result in the name of the true server is believed if it comes first', () => {
    const { platform, broker, outcomes, ask, forge, client, calc } = asking();
    broker.lose = (topic) => topic.startsWith('calc.request.');
    ask();
    platform.settle();
    forge('calc.hypotenuse.result', client, calc);
    expect(outcomes).toEqual([{ value: wrong, fallbacks: [] }]);
  });
});

describe('with keys', () => {
  /** A connection of a forger to the publish port, with a key of this role, and the refusals of the broker. */
  function forgerOf(role: Role) {
    const { publicKey } = newKeyPair();
    const access = createAccess({ keys: [{ name: 'forger', publicKey, roles: [role] }] }, prefixOf);
    const refused: string[] = [];
    const gate = createGate(
      access,
      () => 0,
      (event) => {
        if (event.what === 'right-refused') refused.push(event.cause);
      },
    );
    const guard = createConnectionGuard({ rightsOf: gate.open }, 'publish', () => prefixOf(publicKey));
    const peer = {
      publicKey: z85Decode(publicKey),
      send: () => false,
      subscription: () => undefined,
      flush: () => undefined,
      waiting: () => 0,
      misused: () => undefined,
      destroy: () => undefined,
    };
    guard.opened(peer);
    return {
      refused,
      own: `${prefixOf(publicKey)}aaaaaa`,
      publish: (topic: string, body: Uint8Array) => guard.publish(peer, topic, body),
    };
  }

  /** The forger answers in each of these names, and then the true server does. @returns the refusals of the broker */
  function answered(role: Role, names: (parts: ReturnType<typeof asking>, own: string) => readonly string[]) {
    const parts = asking();
    const { platform, broker, outcomes, ask, client, calc } = parts;
    const { refused, own, publish } = forgerOf(role);
    broker.lose = (topic) => topic.startsWith('calc.request.') || topic.startsWith('calc.square.request.');
    ask();
    platform.settle();
    for (const named of names(parts, own)) {
      for (const topic of [`calc.hypotenuse.result.${client}`, `calc.square.result.1.${calc}`]) {
        const body = resultsOf(named);
        if (publish(topic, body) === undefined) broker.inject(topic, body);
      }
    }
    platform.settle();
    expect(outcomes).toEqual([]);
    broker.lose = () => false;
    platform.pass(300);
    expect(outcomes).toEqual([{ value: 5, fallbacks: [] }]);
    return refused;
  }

  test.each(roles)('with the key of a %s, no peer answers in the name of the true server or of any other', (role) => {
    const refused = answered(role, ({ calc, op, client }) => [calc, op, client, 'strangestran']);
    expect(refused).toEqual(Array(8).fill('a sender that is not the publisher'));
  });

  test.each(roles)('with the key of a %s, an answer in its own name settles no request of another server', (role) => {
    const mayAnswer: Partial<Record<Role, readonly string[]>> = {
      'calc-server': ['publish: operationResult'],
      'op-server': ['publish: formulaResult'],
    };
    expect(answered(role, (_, own) => [own])).toEqual(
      mayAnswer[role] ?? ['publish: formulaResult', 'publish: operationResult'],
    );
  });
});
