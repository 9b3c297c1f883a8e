import type { JSX } from 'preact';
import { link, state } from '../store.ts';
import { Brokers } from './brokers.tsx';
import { Clients } from './clients.tsx';
import { LastFailover } from './last-failover.tsx';
import { Series } from './series.tsx';
import { Servers } from './servers.tsx';
import { Totals } from './totals.tsx';
import { Verdict } from './verdict.tsx';

/** The whole system on one screen. */
export function Overview(): JSX.Element {
  const now = state.value;
  if (now === undefined) {
    return <p class="empty">{link.value === 'lost' ? 'The console does not answer.' : 'Looking at the system…'}</p>;
  }
  return (
    <>
      <h1 class="unseen">Overview</h1>
      <Verdict state={now} />
      <LastFailover />
      <Totals state={now} />
      <Series />
      <div class="columns">
        <Brokers state={now} />
        <Clients state={now} />
      </div>
      <Servers state={now} />
    </>
  );
}
