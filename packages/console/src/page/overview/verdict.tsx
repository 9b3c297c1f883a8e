import type { JSX } from 'preact';
import type { SystemState } from '../../shared/state.ts';
import { activeNow } from '../brokers-now.ts';
import { events } from '../store.ts';

/** One sentence about the system, and its missing parts with their consequences. */
export function Verdict({ state: { brokers, missing } }: { readonly state: SystemState }): JSX.Element {
  const severe = missing.some((one) => one.severe);
  return (
    <section
      class={`verdict ${severe ? 'bad' : missing.length > 0 ? 'warn' : 'good'}`}
      aria-label="State of the system"
    >
      <p>
        <strong>
          {severe
            ? 'Calls wait or fail.'
            : missing.length > 0
              ? 'Requests are answered, but a part of the system is missing.'
              : 'All is well.'}
        </strong>{' '}
        {activeNow(brokers, events.value)}
      </p>
      {missing.length > 0 && (
        <ul>
          {missing.map(({ what, meaning }) => (
            <li key={what}>
              <strong>{what}.</strong> {meaning}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
