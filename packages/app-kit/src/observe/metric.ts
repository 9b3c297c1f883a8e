import type { BrokerMetrics, Durations, ServerMetrics } from '@cateto/contracts';

/** The numbers of a process: those of a broker, of a server, or of several servers in one process. */
export type ProcessMetrics = BrokerMetrics | ServerMetrics | readonly ServerMetrics[];

/** The state from which metrics are read. */
export interface Scraped {
  readonly app: string;
  readonly ready: boolean;
  /** Undefined in a process without a broker. */
  readonly broker: BrokerMetrics | undefined;
  readonly servers: readonly ServerMetrics[];
}

export type Labels = Readonly<Record<string, string>>;

export interface Sample {
  readonly labels: Labels;
  readonly value: number;
}

export interface HistogramSample {
  readonly labels: Labels;
  readonly durations: Durations;
}

export type Program = 'broker' | 'op-server' | 'calc-server';

interface Described {
  readonly name: string;
  readonly help: string;
  /** The programs that have it; a backup counts as a broker. */
  readonly of: readonly Program[];
  readonly labels: readonly string[];
}

/** A metric, and how it is read. */
export type Metric =
  | (Described & { readonly type: 'gauge' | 'counter'; read(scraped: Scraped): readonly Sample[] })
  | (Described & { readonly type: 'histogram'; read(scraped: Scraped): readonly HistogramSample[] });

/** One sample for each count. */
export function byWord(
  counts: Readonly<Record<string, number>>,
  label: string,
  labels: Labels = {},
): readonly Sample[] {
  return Object.entries(counts).map(([word, value]) => ({ labels: { ...labels, [label]: word }, value }));
}

/** One sample; none for a number that is not known. */
export function single(value: number | undefined, labels: Labels = {}): readonly Sample[] {
  return value === undefined ? [] : [{ labels, value }];
}
