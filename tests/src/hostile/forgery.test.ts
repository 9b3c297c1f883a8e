import { createFormulaClient, createRequesterDriver, open, serveFormulas, serveOperations } from '@cateto/bus';
import { formulaCodes, handlers } from '@cateto/compute';
import type { Failure, Success } from '@cateto/contracts';
import { calculator, createCodec } from '@cateto/contracts';
import { describe, expect, test } from 'vitest';
import { fakeBroker, testPlatform } from '../../../packages/bus/src/participant/fake-link.test-support.ts';

/*
 * Which peers may answer. A result counts only from a server that got the request, so a forger must know the server's
 * name. A forger that knows it and is faster is believed. This test documents that, and has to be reversed when there
 * are keys (docs/security.md).
 */

const codec = createCodec();
const wrong = 666;

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
    broker.inject(
      `${route}.${to}`,
      codec.encode(named, 1, [
        [1, 0, wrong, []],
        [2, 0, wrong, []],
      ]),
    );
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

  test('a forged result in the name of the true server is believed if it comes first, because only keys can prevent that', () => {
    const { platform, broker, outcomes, ask, forge, client, calc } = asking();
    broker.lose = (topic) => topic.startsWith('calc.request.');
    ask();
    platform.settle();
    forge('calc.hypotenuse.result', client, calc);
    expect(outcomes).toEqual([{ value: wrong, fallbacks: [] }]);
  });
});
