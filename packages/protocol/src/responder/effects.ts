import type { ResponderEffect, Result } from './types.ts';

/* The effects of one input of a responder. */

export interface Effects<W> {
  emit(effect: ResponderEffect<W>): void;
  /** Consecutive results for one topic and address share an effect. */
  publish(topic: string, to: string, result: Result): void;
  /** Another input begins. */
  begin(): void;
  /** Those of this input, in their order. */
  all(): readonly ResponderEffect<W>[];
}

const nothing: never[] = [];

export function createEffects<W>(): Effects<W> {
  let effects: ResponderEffect<W>[] = nothing;
  let publication: { readonly topic: string; readonly to: string; readonly results: Result[] } | undefined;

  /** Most inputs have at most one effect. Only the others get an array of their own, of the right length. */
  function emit(effect: ResponderEffect<W>): void {
    if (effects.length === 0) effects = [effect];
    else effects.push(effect);
  }

  return {
    emit,
    publish(topic, to, result) {
      if (publication?.topic === topic && publication.to === to) {
        publication.results.push(result);
        return;
      }
      const begun = { type: 'publish' as const, topic, to, results: [result] };
      publication = begun;
      emit(begun);
    },
    begin() {
      effects = nothing;
      publication = undefined;
    },
    all: () => effects,
  };
}
