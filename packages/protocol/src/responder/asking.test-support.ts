import { isFailure } from '@cateto/contracts';
import { createResponder } from './responder.ts';
import type { IncomingRequest, ResponderConfig, ResponderEffect, ResponderInput } from './types.ts';

export const topic = 'calc.square.result.1';
export const otherTopic = 'calc.square.result.2';
export const a = 'aaaaaaaaaaaa';
export const b = 'bbbbbbbbbbbb';
export const c = 'cccccccccccc';

export function requestOf(seq: number, given: Partial<IncomingRequest<string>> = {}): IncomingRequest<string> {
  return { seq, replyTopic: topic, ttlMs: 5_000, work: `work ${seq}`, refusal: undefined, ...given };
}

export type BeatEffect = Extract<ResponderEffect<string>, { type: 'beat' }>;
type Told = Exclude<ResponderEffect<string>, BeatEffect>;

/** A responder with a clock that the test moves. */
export function setUp(config: ResponderConfig<string> = {}) {
  const responder = createResponder<string>(config);
  const at = { nowMs: 0 };
  const beats: BeatEffect[] = [];
  const handle = (input: ResponderInput<string>): readonly Told[] => {
    const effects = responder.handle(input, at.nowMs);
    beats.push(...effects.filter((effect) => effect.type === 'beat'));
    return effects.filter((effect) => effect.type !== 'beat');
  };
  return {
    responder,
    at,
    handle,
    /** The beats so far. They are left out of the effects of an input. */
    beats,
    ask: (requests: readonly IncomingRequest<string>[], sender = a, settledBelow = 1) =>
      handle({ type: 'requests', sender, settledBelow, requests }),
    /** Sends a request with one id. */
    askFor: (seq: number, sender = a, given: Partial<IncomingRequest<string>> = {}) =>
      handle({ type: 'requests', sender, settledBelow: 1, requests: [requestOf(seq, given)] }),
    /** Sends only the settled watermark. */
    settle: (settledBelow: number, sender = a) => handle({ type: 'requests', sender, settledBelow, requests: [] }),
    answer: (seq: number, sender = a, value: unknown = seq) =>
      handle({ type: 'answered', sender, seq, outcome: { value, fallbacks: [] } }),
  };
}

export function ran(effects: readonly ResponderEffect<string>[]): number[] {
  return effects.flatMap((effect) => (effect.type === 'run' ? [effect.seq] : []));
}

/** The published results, by topic and address, as values or failure codes. */
export function published(
  effects: readonly ResponderEffect<string>[],
): [to: string, topic: string, results: unknown[]][] {
  return effects.flatMap((effect) => {
    if (effect.type !== 'publish') return [];
    const results = effect.results.map(({ seq, outcome }) => [seq, isFailure(outcome) ? outcome.code : outcome.value]);
    return [[effect.to, effect.topic, results] as [string, string, unknown[]]];
  });
}
