import type { JSX } from 'preact';
import type { Failover } from '../../shared/state.ts';
import { eventWords } from '../../shared/event-words.ts';
import { FailoverFacts } from '../failover-facts.tsx';
import { events } from '../store.ts';
import { duration, preciseClock } from '../text.ts';

/** Where few requests pass, a silence begins long before its failover. */
const beforeMs = 1_000;

/** A failover step by step, with the milliseconds since it began. */
export function Phases({ failover }: { readonly failover: Failover }): JSX.Element {
  const { began, atMs, silence } = failover;
  const startMs = Math.min(began?.atMs ?? atMs, atMs);
  // A server may notice the end of a broker before the other broker does.
  const fromMs = Math.max(startMs - beforeMs, Math.min(startMs, silence?.fromMs ?? startMs));
  const steps = events.value.filter(
    (event) => event.atMs >= fromMs && event.atMs <= Math.max(atMs + 500, silence?.toMs ?? 0),
  );
  return (
    <section class="panel failover" aria-labelledby="phases">
      <h2 id="phases">
        Failover to the {failover.process} <time>{preciseClock(startMs)}</time>
      </h2>
      <FailoverFacts failover={failover} />
      <h3>Step by step</h3>
      <ol class="phases">
        {steps.slice(0, 30).map((event, index) => (
          <li key={index}>
            <span class="offset">{offset(event.atMs - startMs)}</span>
            <span>
              <strong>{event.process}</strong> {eventWords(event.event, event.text) ?? event.event}{' '}
              <span class="faint">
                {event.event} {event.text}
              </span>
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** `+15 ms`, `−21 ms` */
function offset(ms: number): string {
  return `${ms < 0 ? '−' : '+'}${duration(Math.abs(ms))}`;
}
