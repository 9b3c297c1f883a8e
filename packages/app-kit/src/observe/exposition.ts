import { durationBoundsMs } from '@cateto/contracts';
import type { Registry } from 'prom-client';
import { collectDefaultMetrics, Registry as createRegistry } from 'prom-client';
import type { HistogramSample, Metric, ProcessMetrics, Program, Sample, Scraped } from './metric.ts';
import { metricsTable } from './metrics-table.ts';

/*
 * The numbers of a process in Prometheus' text format. They are read when somebody scrapes: between two scrapes the
 * parts of a process only count.
 */

export interface Exposition {
  readonly type: string;
  /** Scrapes that follow each other closely get the same text, so that many of them cost no more than one. */
  text(): Promise<string>;
}

/** The metrics of one process. */
export interface Exported {
  /** Undefined while there are no numbers. */
  metrics(): ProcessMetrics | undefined;
  notReady(): string | undefined;
}

const programs: ReadonlySet<string> = new Set<Program>(['broker', 'op-server', 'calc-server']);
const sameForMs = 200;
const bucketLabels = [...durationBoundsMs.map((boundMs) => String(boundMs / 1_000)), '+Inf'];

export function createExposition(app: string, exported: Exported): Exposition {
  const registry = new createRegistry();
  collectDefaultMetrics({ register: registry });
  let scraped: Scraped = { app, ready: false, broker: undefined, servers: [] };
  for (const metric of metricsTable) if (hasMetric(app, metric)) register(registry, metric, () => scraped);
  let text: Promise<string> | undefined;
  let sinceMs = Number.NEGATIVE_INFINITY;
  return {
    type: registry.contentType,
    text() {
      const nowMs = performance.now();
      if (text !== undefined && nowMs - sinceMs < sameForMs) return text;
      sinceMs = nowMs;
      scraped = scrape(app, exported);
      text = registry.metrics();
      return text;
    },
  };
}

/** A program that does not belong to Cateto may have servers of any kind. */
function hasMetric(app: string, { of }: Metric): boolean {
  const program = app === 'backup' ? 'broker' : app;
  return of.some((one) => one === program) || !programs.has(program);
}

function scrape(app: string, { metrics, notReady }: Exported): Scraped {
  const ready = notReady() === undefined;
  const numbers = metrics();
  if (numbers === undefined) return { app, ready, broker: undefined, servers: [] };
  if (isList(numbers)) return { app, ready, broker: undefined, servers: numbers };
  return numbers.role === 'broker'
    ? { app, ready, broker: numbers, servers: [] }
    : { app, ready, broker: undefined, servers: [numbers] };
}

function isList(numbers: ProcessMetrics): numbers is Extract<ProcessMetrics, readonly unknown[]> {
  return Array.isArray(numbers);
}

/** The form in which prom-client reads a metric. */
interface Exposed {
  readonly name: string;
  readonly help: string;
  readonly type: Metric['type'];
  readonly aggregator: 'sum';
  readonly values: readonly ExposedValue[];
}

interface ExposedValue extends Sample {
  readonly metricName?: string;
}

/** prom-client's own histogram counts by itself and takes no counts. Its registry takes anything that has `get`. */
function register(registry: Registry, metric: Metric, scraped: () => Scraped): void {
  const { name, help, type } = metric;
  const get = (): Promise<Exposed> =>
    Promise.resolve({ name, help, type, aggregator: 'sum', values: valuesOf(metric, scraped()) });
  registry.registerMetric({ name, get } as unknown as Parameters<Registry['registerMetric']>[0]);
}

function valuesOf(metric: Metric, scraped: Scraped): readonly ExposedValue[] {
  if (metric.type !== 'histogram') return metric.read(scraped);
  return metric.read(scraped).flatMap((sample) => bucketsOf(metric.name, sample));
}

/** Each bucket of Prometheus contains the ones below it. */
function bucketsOf(name: string, { labels, durations }: HistogramSample): ExposedValue[] {
  let count = 0;
  const buckets = durations.counts.map((one, index): ExposedValue => {
    count += one;
    return { metricName: `${name}_bucket`, labels: { ...labels, le: bucketLabels[index] ?? '' }, value: count };
  });
  return [
    ...buckets,
    { metricName: `${name}_sum`, labels, value: durations.sumMs / 1_000 },
    { metricName: `${name}_count`, labels, value: count },
  ];
}
