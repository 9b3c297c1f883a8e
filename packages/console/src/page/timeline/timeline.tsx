import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { failovers, events } from '../store.ts';
import { preciseClock } from '../text.ts';
import { EventTable } from './event-table.tsx';
import { lanesOf } from './lanes.ts';
import { Phases } from './phases.tsx';
import { TimelineChart } from './timeline-chart.tsx';
import { choice, choices, failoverChoice, shownFailover } from './window.ts';

/** Every event of every process on one axis; a failover as the paper's Figure 26. */
export function Timeline(): JSX.Element {
  const all = events.value;
  const lanes = useMemo(() => lanesOf(all), [all]);
  return (
    <>
      <h1 class="unseen">Timeline</h1>
      <div class="filters">
        <label>
          Time
          <select value={choice.value} onChange={({ currentTarget }) => (choice.value = currentTarget.value)}>
            {choices.map(([value, text]) => (
              <option key={value} value={value}>
                {text}
              </option>
            ))}
            {failovers.value.toReversed().map((failover) => (
              <option key={failover.epoch} value={failoverChoice(failover)}>
                Failover at {preciseClock(failover.began?.atMs ?? failover.atMs)}
              </option>
            ))}
          </select>
        </label>
      </div>
      <section class="panel" aria-label="Timeline of the processes">
        {lanes.length === 0 ? <p class="empty">No event has been seen yet.</p> : <TimelineChart lanes={lanes} />}
        <Legend />
      </section>
      {shownFailover.value !== undefined && <Phases failover={shownFailover.value} />}
      <EventTable />
    </>
  );
}

const legend: readonly (readonly [look: string, text: string])[] = [
  ['span active', 'active'],
  ['span standby', 'standby or running'],
  ['span paused', 'stopped'],
  ['span gone', 'gone'],
  ['mark', 'event'],
  ['mark warning', 'warning'],
  ['mark fault', 'error'],
  ['span answers', 'answers to clients'],
  ['span failed', 'failed requests'],
  ['span failing', 'no active broker'],
];

function Legend(): JSX.Element {
  return (
    <p class="legend note">
      {legend.map(([look, text]) => (
        <span key={text}>
          <span class={look} aria-hidden="true" />
          {text}
        </span>
      ))}
    </p>
  );
}
