import Table from 'cli-table3';
import type { Objection, Report, Row } from './checker.ts';

/* The checker's findings, for people. */

const bare = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
};

const objectionsShown = 20;

interface Column {
  readonly heading: string;
  cell(row: Row): string;
}

const columns: readonly Column[] = [
  { heading: 'fault', cell: ({ kind }) => kind },
  { heading: 'times', cell: ({ faults }) => String(faults) },
  { heading: 'requests', cell: ({ requests }) => String(requests) },
  { heading: 'answered', cell: ({ answered }) => String(answered) },
  { heading: 'failed', cell: ({ failed }) => failedText(failed) },
  { heading: 'wrong', cell: ({ wrong }) => String(wrong) },
  { heading: 'twice', cell: ({ twice }) => String(twice) },
  { heading: 'fell back', cell: ({ fellBack }) => String(fellBack) },
  { heading: 'longest ms', cell: ({ longestMs }) => longestMs.toFixed(0) },
  { heading: 'silence ms', cell: ({ silenceMs }) => silenceMs.toFixed(0) },
  { heading: 'stalled ms', cell: ({ stalledMs }) => stalledMs.toFixed(0) },
];

/** Rows under headings, without lines, so that the table can be pasted anywhere. */
export function plainTable(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const table = new Table({
    head: [...headings],
    colAligns: headings.map((_, index) => (index === 0 ? 'left' : 'right')),
    chars: bare,
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
  });
  table.push(...rows.map((row) => [...row]));
  return `${table.toString()}\n`;
}

/** The table, without the objections. */
export function reportText({ rows, total }: Report): string {
  const cells = [...rows, total].map((row) => columns.map(({ cell }) => cell(row)));
  return plainTable(
    columns.map(({ heading }) => heading),
    cells,
  );
}

export function objectionsText(objections: readonly Objection[]): string {
  if (objections.length === 0) return '\nNo objection.\n';
  const shown = objections.slice(0, objectionsShown).map(({ rule, text }) => `  ${rule}: ${text}\n`);
  const more = objections.length - shown.length;
  return [`\n${objections.length} objections:\n`, ...shown, more > 0 ? `  and ${more} more\n` : ''].join('');
}

function failedText(failed: Readonly<Record<string, number>>): string {
  const codes = Object.entries(failed).map(([code, count]) => `${count} ${code}`);
  return codes.length === 0 ? '0' : codes.join(', ');
}
