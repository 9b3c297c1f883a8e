import type { JSX } from 'preact';
import type { Failover } from '../shared/state.ts';
import { activeNow } from './brokers-now.ts';
import { fate, howLongSilent, whatHappened, whenItHappened } from './failover-words.ts';
import { events, state } from './store.ts';

/** What people ask about a failover, with the answers. */
export function FailoverFacts({ failover }: { readonly failover: Failover }): JSX.Element {
  const facts: readonly (readonly [question: string, answer: string])[] = [
    ['What happened', whatHappened(failover)],
    ['When', whenItHappened(failover)],
    ['No answer for', howLongSilent(failover)],
    ['Lost requests', fate(failover)],
    ['Active now', activeNow(state.value?.brokers ?? [], events.value)],
  ];
  return (
    <dl class="questions">
      {facts.map(([question, answer]) => (
        <div key={question}>
          <dt>{question}</dt>
          <dd>{answer}</dd>
        </div>
      ))}
    </dl>
  );
}
