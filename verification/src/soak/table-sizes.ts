/*
 * The sizes of tables over time, as brokers and servers report them. A fault fills tables for a moment. So growth is
 * measured by the medians of the two halves, and not by the maximum.
 */

export interface TableSizes {
  readonly process: string;
  readonly table: string;
  readonly highest: number;
  readonly medianFirst: number;
  readonly medianSecond: number;
}

export interface CollectedTables {
  add(process: string, tables: Readonly<Record<string, number>>): void;
  sizes(): TableSizes[];
}

/** Tables of participants. They follow the processes and nothing else. */
const ofParticipants: ReadonlySet<string> = new Set(['listeners', 'requesters', 'requests', 'prefixes']);
/** Work in progress: a slower machine has more of it. */
const workMay = { factor: 1.5, more: 16 };
const participantsMay = { factor: 1.25, more: 2 };

export function collectTables(): CollectedTables {
  const collected = new Map<string, { readonly process: string; readonly table: string; readonly sizes: number[] }>();
  return {
    add(process, tables) {
      for (const [table, size] of Object.entries(tables)) {
        const key = `${process} ${table}`;
        const known = collected.get(key) ?? { process, table, sizes: [] };
        known.sizes.push(size);
        collected.set(key, known);
      }
    },
    sizes: () =>
      [...collected.values()].map(({ process, table, sizes }) => {
        const half = Math.ceil(sizes.length / 2);
        const [medianFirst, medianSecond] = [median(sizes.slice(0, half)), median(sizes.slice(half))];
        return { process, table, highest: Math.max(...sizes), medianFirst, medianSecond };
      }),
  };
}

export function hasGrown({ table, medianFirst, medianSecond }: TableSizes): boolean {
  const { factor, more } = ofParticipants.has(table) ? participantsMay : workMay;
  return medianSecond > factor * medianFirst + more;
}

function median(values: readonly number[]): number {
  const ordered = values.toSorted((one, other) => one - other);
  return ordered[Math.floor(ordered.length / 2)] ?? 0;
}
