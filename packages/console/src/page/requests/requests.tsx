import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import type { RequestRow } from '../../shared/request.ts';
import { ordinaryMax } from '../../shared/keeping.ts';
import { route } from '../route.ts';
import { complete, requests, state } from '../store.ts';
import { amount, counted } from '../text.ts';
import { FilterBar } from './filter-bar.tsx';
import { filter, matching } from './filter.ts';
import { RequestPanel } from './request-panel.tsx';
import { RowList } from './row-list.tsx';

/** The rows as they were when the list was stopped. */
const stopped = signal<readonly RequestRow[] | undefined>(undefined);

/** The requests that pass, the newest first, and one of them in detail. */
export function Requests(): JSX.Element {
  const all = stopped.value ?? requests.value;
  const by = filter.value;
  const shown = useMemo(() => matching(all, by).toReversed(), [all, by]);
  const { rest: selected } = route.value;
  return (
    <>
      <h1 class="unseen">Requests</h1>
      <FilterBar rows={all} />
      <div class={selected === '' ? 'browse' : 'browse with-detail'}>
        <section aria-label="List of requests" class="list-side">
          <p class="note bar">
            <span role="status">{howMany(shown.length, all.length)}</span>
            <button
              type="button"
              aria-pressed={stopped.value !== undefined}
              onClick={() => (stopped.value = stopped.value === undefined ? requests.value : undefined)}
            >
              {stopped.value === undefined ? 'Pause the list' : 'Go on'}
            </button>
          </p>
          {shown.length === 0 ? <Empty any={all.length > 0} /> : <RowList rows={shown} selected={selected} />}
        </section>
        {selected !== '' && <RequestPanel id={selected} row={requests.value.find(({ id }) => id === selected)} />}
      </div>
    </>
  );
}

function howMany(shown: number, all: number): string {
  const observing = state.value?.observing;
  const kept = all >= ordinaryMax ? ' The console forgets the oldest ones, and keeps failed ones longer.' : '';
  const part =
    observing?.limited === true
      ? ` ${amount(observing.shown)} of ${amount(observing.answered)} of the last second are shown.`
      : '';
  const filtered = shown === all ? counted(all, 'request') : `${amount(shown)} of ${counted(all, 'request')}`;
  return `${filtered}.${part}${kept}`;
}

function Empty({ any }: { readonly any: boolean }): JSX.Element {
  const text = any ? 'No request fits this filter.' : 'No request has passed yet. They appear here as they pass.';
  return <p class="empty">{complete.value ? text : 'Loading…'}</p>;
}
