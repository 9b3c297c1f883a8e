import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import type { RequestRow } from '../../shared/request.ts';
import { filter, noFilter } from './filter.ts';
import type { Filter } from './filter.ts';

export function FilterBar({ rows }: { readonly rows: readonly RequestRow[] }): JSX.Element {
  const codes = useMemo(() => [...new Set(rows.flatMap(({ code }) => code ?? []))].toSorted(), [rows]);
  const set = (part: Partial<Filter>): void => void (filter.value = { ...filter.value, ...part });
  const { text, outcome, atLeastMs, onlyFallbacks } = filter.value;
  return (
    <form class="filters" role="search" aria-label="Filter requests" onSubmit={(event) => event.preventDefault()}>
      <label>
        Search
        <input
          type="search"
          value={text}
          placeholder="formula, id, value"
          onInput={({ currentTarget }) => set({ text: currentTarget.value })}
        />
      </label>
      <label>
        Outcome
        <select value={outcome} onChange={({ currentTarget }) => set({ outcome: currentTarget.value })}>
          <option value="all">any</option>
          <option value="failed">failed</option>
          <option value="open">not answered</option>
          <option value="again">sent again</option>
          {codes.map((code) => (
            <option key={code} value={code}>
              {code}
            </option>
          ))}
        </select>
      </label>
      <label>
        At least
        <span class="unit">
          <input
            type="number"
            min="0"
            value={atLeastMs === 0 ? '' : atLeastMs}
            placeholder="0"
            onInput={({ currentTarget }) => set({ atLeastMs: Number(currentTarget.value) })}
          />
          ms
        </span>
      </label>
      <label class="check">
        <input
          type="checkbox"
          checked={onlyFallbacks}
          onChange={({ currentTarget }) => set({ onlyFallbacks: currentTarget.checked })}
        />
        with fallbacks
      </label>
      {filter.value !== noFilter && (
        <button type="button" class="plain" onClick={() => (filter.value = noFilter)}>
          Clear
        </button>
      )}
    </form>
  );
}
