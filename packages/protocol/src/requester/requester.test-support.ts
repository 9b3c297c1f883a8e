import type { ResultReading } from '@cateto/contracts';
import { isFailure, limits } from '@cateto/contracts';
import { createRequester } from './requester.ts';
import type { RequestCall, RequesterConfig, RequesterEffect, RequesterInput, Target } from './types.ts';

export const route = 'calc.square.request.1';
export const answerRoute = 'calc.square.result.1';
export const a = 'aaaaaaaaaaaa';
export const b = 'bbbbbbbbbbbb';

export type Given = Partial<Target & Pick<RequestCall<string>, 'deadlineMs' | 'origin' | 'bytes' | 'answerBytes'>>;

export function callOf(
  seq: number,
  { deadlineMs = 5_000, origin, bytes, answerBytes, ...given }: Given = {},
): RequestCall<string> {
  const target: Target = {
    route,
    answerRoute,
    contract: 'square',
    unheard: 'hold',
    impatient: given.unheard === 'fail',
    ...given,
  };
  return { seq, target, work: `work ${seq}`, deadlineMs, origin, bytes, answerBytes };
}

/** A requester with a clock that the test moves, and its effects since the last look. */
export function setUp(given: Partial<RequesterConfig> = {}) {
  // As if every server had earned full trust.
  const requester = createRequester<string>({
    random: () => 0.5,
    answerTimeoutMs: 2_000,
    earnedFirst: limits.requestsPerServerMax,
    ...given,
  });
  const at = { nowMs: 0, forwards: true };
  const handle = (input: RequesterInput<string>): readonly RequesterEffect<string>[] =>
    requester.handle(input, at.nowMs);
  /** A tick; the brokers forward what is sent, while `at.forwards`. */
  function tick(): readonly RequesterEffect<string>[] {
    return handle({ type: 'tick' }).flatMap((effect) => {
      if (effect.type !== 'prove-path') return [effect];
      return at.forwards ? handle({ type: 'path-proven', proof: effect.proof }) : [];
    });
  }

  return {
    requester,
    at,
    handle,
    tick,
    call: (seq: number, more?: Given) => handle({ type: 'call', call: callOf(seq, more) }),
    up: (address: string, on = route) => handle({ type: 'listener-up', route: on, address }),
    down: (address: string, on = route) => handle({ type: 'listener-down', route: on, address }),
    answer(sender: string, seq: number, outcome: ResultReading['outcome'] = { value: seq, fallbacks: [] }) {
      return handle({ type: 'results', sender, answerRoute, results: [{ seq, outcome }] });
    },
    /** Lets the clock run to a time, with a tick whenever something is due. */
    runTo(untilMs: number) {
      const effects: RequesterEffect<string>[] = [];
      for (
        let dueMs = requester.deadlineMs();
        dueMs !== undefined && dueMs <= untilMs;
        dueMs = requester.deadlineMs()
      ) {
        at.nowMs = Math.max(at.nowMs, dueMs);
        effects.push(...tick());
      }
      at.nowMs = untilMs;
      return effects;
    },
  };
}

/** A requester that may send: a marker is present, and the return path is confirmed. */
export function setUpReady(given: Partial<RequesterConfig> = {}) {
  const ready = setUp(given);
  ready.handle({ type: 'marker-up', held: 1 });
  ready.handle({ type: 'confirmed' });
  return ready;
}

export function sends(effects: readonly RequesterEffect<string>[]): [seq: number, to: string][] {
  return effects.flatMap((effect) => (effect.type === 'send' ? [[effect.seq, effect.to] as [number, string]] : []));
}

export const seqsOf = (sent: readonly [number, string][]): number[] => sent.map(([seq]) => seq);

export function outcomes(effects: readonly RequesterEffect<string>[]): [seq: number, outcome: unknown][] {
  return effects.flatMap((effect) => {
    if (effect.type !== 'settle') return [];
    const { seq, outcome } = effect;
    return [[seq, isFailure(outcome) ? outcome.code : outcome.value] as [number, unknown]];
  });
}
