import type { Passed } from './seen.ts';

/* Messages as an observer sees them. */

export const client = 'cccccccccccc';
export const calcServer = 'aaaaaaaaaaaa';
export const opServer = 'oooooooooooo';

export function operand(seq: number, number: number, value: unknown, more: Partial<Passed['message']> = {}): Passed {
  return {
    atMs: 1_000 + number,
    topic: `calc.request.${number}`,
    to: calcServer,
    sender: client,
    id: `${client}-${seq.toString(36)}`,
    trace: more['trace'] as string | undefined,
    message: { seq, formula: 'hypotenuse', contract: 1, operands: 2, value, ttlMs: 5_000, ...more },
  };
}

export function call(seq: number, input: unknown, more: Partial<Passed['message']> = {}): Passed {
  return {
    atMs: 1_004,
    topic: 'calc.square.request.1',
    to: opServer,
    sender: calcServer,
    id: `${calcServer}-${seq.toString(36)}`,
    trace: more['trace'] as string | undefined,
    message: { seq, contract: 1, input, ttlMs: 5_000, origin: client, ...more },
  };
}

export function result(seq: number, value: unknown): Passed {
  const id = `${calcServer}-${seq.toString(36)}`;
  const message = { seq, code: 0, value, fallbacks: [] };
  return {
    atMs: 1_006,
    topic: 'calc.square.result.1',
    to: calcServer,
    sender: opServer,
    id,
    trace: undefined,
    message,
  };
}

export function answer(seq: number, fields: Passed['message']): Passed {
  const id = `${client}-${seq.toString(36)}`;
  const message = { seq, code: 0, value: 5, fallbacks: [], ...fields };
  return {
    atMs: 1_010,
    topic: 'calc.hypotenuse.result',
    to: client,
    sender: calcServer,
    id,
    trace: undefined,
    message,
  };
}
