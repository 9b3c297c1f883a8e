import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { RequestRow } from '../../shared/request.ts';
import { go } from '../route.ts';
import { duration, preciseClock } from '../text.ts';

/* A list of ten thousand rows. Only the rows in sight are in the document. */

const rowPx = 40;
/** Rows beyond the edges, so that scrolling shows no gaps. */
const beyond = 8;

interface RowListProps {
  readonly rows: readonly RequestRow[];
  readonly selected: string;
}

export function RowList({ rows, selected }: RowListProps): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const [{ top, height }, setView] = useState({ top: 0, height: 600 });
  const anchor = useRef<{ id: string; offset: number } | undefined>(undefined);

  const look = (): void => {
    const node = box.current;
    if (node === null) return;
    setView({ top: node.scrollTop, height: node.clientHeight });
    const row = rows[Math.floor(node.scrollTop / rowPx)];
    anchor.current =
      row === undefined || node.scrollTop < rowPx ? undefined : { id: row.id, offset: node.scrollTop % rowPx };
  };

  useEffect(() => {
    const node = box.current;
    if (node === null) return undefined;
    const resized = new ResizeObserver(() => setView({ top: node.scrollTop, height: node.clientHeight }));
    resized.observe(node);
    return () => resized.disconnect();
  }, []);

  // New rows come at the top. The rows in sight stay where they are, unless the list shows its top.
  useEffect(() => {
    const node = box.current;
    const kept = anchor.current;
    if (node === null || kept === undefined) return;
    const index = rows.findIndex(({ id }) => id === kept.id);
    if (index !== -1) node.scrollTop = index * rowPx + kept.offset;
  }, [rows]);

  const first = Math.max(0, Math.floor(top / rowPx) - beyond);
  const last = Math.min(rows.length, Math.ceil((top + height) / rowPx) + beyond);
  return (
    <div class="rows" ref={box} onScroll={look} onKeyDown={(event) => move(event, rows, selected, box.current)}>
      <ul style={{ height: `${rows.length * rowPx}px` }}>
        {rows.slice(first, last).map((row, index) => (
          <Row key={row.id} row={row} at={first + index} of={rows.length} isSelected={row.id === selected} />
        ))}
      </ul>
    </div>
  );
}

interface RowProps {
  readonly row: RequestRow;
  readonly at: number;
  readonly of: number;
  readonly isSelected: boolean;
}

function Row({ row, at, of, isSelected }: RowProps): JSX.Element {
  const { id, formula, operands, startMs, tookMs } = row;
  return (
    <li style={{ top: `${at * rowPx}px` }} aria-setsize={of} aria-posinset={at + 1}>
      <a href={`#/requests/${id}`} aria-current={isSelected ? 'true' : undefined} data-id={id}>
        <time>{preciseClock(startMs)}</time>
        <span class="call">
          {formula}({operands})
        </span>
        <span class={`outcome ${row.ending}`}>{outcomeOf(row)}</span>
        <span class="flags">{flagsOf(row)}</span>
        <span class="took">{duration(tookMs)}</span>
      </a>
    </li>
  );
}

export function outcomeOf({ ending, code, outcome }: RequestRow): string {
  switch (ending) {
    case 'value':
      return outcome;
    case 'failed':
      return code ?? 'failed';
    case 'cancelled':
      return 'cancelled';
    case 'open':
      return 'open';
    case 'unseen':
      return 'no answer seen';
  }
}

function flagsOf({ fallbacks, attempts }: RequestRow): string {
  const flags = [
    ...(fallbacks.length > 0 ? [fallbacks.length === 1 ? 'fallback' : `${fallbacks.length} fallbacks`] : []),
    ...(attempts > 1 ? [`sent ${attempts}×`] : []),
  ];
  return flags.join(', ');
}

/** The arrow keys go to the next request, Escape back to the list. */
function move(event: KeyboardEvent, rows: readonly RequestRow[], selected: string, box: HTMLElement | null): void {
  const steps: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1 };
  const step = steps[event.key];
  if (step === undefined || box === null) return;
  event.preventDefault();
  const focused = document.activeElement?.getAttribute('data-id');
  const at = rows.findIndex(({ id }) => id === (focused ?? selected));
  const next = rows[Math.min(rows.length - 1, Math.max(0, at + step))];
  if (next === undefined) return;
  if (selected !== '') go(`#/requests/${next.id}`);
  const topPx = rows.indexOf(next) * rowPx;
  if (topPx < box.scrollTop) box.scrollTop = topPx;
  if (topPx + rowPx > box.scrollTop + box.clientHeight) box.scrollTop = topPx + rowPx - box.clientHeight;
  requestAnimationFrame(() => box.querySelector<HTMLElement>(`[data-id="${CSS.escape(next.id)}"]`)?.focus());
}
