import type { JSX } from 'preact';
import { FailoverFacts } from '../failover-facts.tsx';
import { failovers } from '../store.ts';
import { choice, failoverChoice } from '../timeline/window.ts';
import { preciseClock } from '../text.ts';

/** The last failover, and its cost. */
export function LastFailover(): JSX.Element | null {
  const last = failovers.value.at(-1);
  if (last === undefined) return null;
  return (
    <section class="panel failover" aria-label="Last failover">
      <h2>
        Last failover <time>{preciseClock(last.began?.atMs ?? last.atMs)}</time>
      </h2>
      <FailoverFacts failover={last} />
      <p class="more">
        <a href="#/timeline" onClick={() => (choice.value = failoverChoice(last))}>
          Show it on the timeline
        </a>
      </p>
    </section>
  );
}
