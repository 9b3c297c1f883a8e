import type { RequesterInput, RetryCause } from './types.ts';

/*
 * Counts the retries by cause. A retry is the effect of an input, and the kind of the input tells the cause.
 */

export interface Retries {
  /** The input that is handled from now on. */
  handling(type: RequesterInput<unknown>['type']): void;
  /** A request is sent again. */
  count(): void;
  counts(): Readonly<Record<RetryCause, number>>;
}

const causeOf: Readonly<Record<RequesterInput<unknown>['type'], RetryCause>> = {
  tick: 'silence',
  'path-proven': 'silence',
  'listener-up': 'server-lost',
  'listener-down': 'server-lost',
  'server-ended': 'server-lost',
  'turn-ended': 'server-lost',
  'marker-up': 'broker-changed',
  'marker-down': 'broker-changed',
  confirmed: 'broker-changed',
  unconfirmed: 'broker-changed',
  beat: 'not-held',
  results: 'refused',
  // Room that these free may go to a request that was given back.
  call: 'refused',
  cancel: 'refused',
  drained: 'refused',
  close: 'refused',
};

/** The cause of the retries that this input triggers. */
export function retryCauseOf(input: RequesterInput<unknown>['type']): RetryCause {
  return causeOf[input];
}

export function createRetries(): Retries {
  const counts: Record<RetryCause, number> = {
    silence: 0,
    'server-lost': 0,
    'broker-changed': 0,
    'not-held': 0,
    refused: 0,
  };
  let handled: RequesterInput<unknown>['type'] = 'tick';
  return {
    handling: (type) => void (handled = type),
    count: () => void (counts[causeOf[handled]] += 1),
    counts: () => ({ ...counts }),
  };
}
