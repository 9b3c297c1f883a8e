import type { JSX } from 'preact';
import type { SystemState } from '../../shared/state.ts';
import { Fact } from '../fact.tsx';
import { points } from '../store.ts';
import { amount, duration } from '../text.ts';

export function Totals({ state }: { readonly state: SystemState }): JSX.Element {
  const last = points.value.at(-1);
  const { observing } = state;
  const fallbacks = state.servers.reduce((sum, server) => sum + server.fallbacks, 0);
  return (
    <section aria-label="Totals">
      <dl class="totals">
        <Fact name="Answers a second" value={amount(last?.answers)} />
        <Fact name="Operations a second" value={amount(last?.calls)} />
        <Fact name="In flight" value={amount(last?.inFlight)} />
        <Fact name="Median, last 2 s" value={duration(last?.p50Ms)} />
        <Fact name="99 %, last 2 s" value={duration(last?.p99Ms)} />
        <Fact name="Fallbacks, last minute" value={amount(fallbacks)} />
      </dl>
      {observing.limited && (
        <p class="note">
          Times and fallbacks are from {amount(observing.shown)} of {amount(observing.answered)} requests of the last
          second. The console observes only a part, so that it costs the system almost nothing.
        </p>
      )}
    </section>
  );
}
