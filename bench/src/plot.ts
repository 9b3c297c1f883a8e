import { parse, View } from 'vega';
import type { TopLevelSpec } from 'vega-lite';
import { compile } from 'vega-lite';
import type { Measurement } from './measurement.ts';
import { byLoad, median } from './measurement.ts';
import { cpuPanel, crowdPanel, latencyPanel, overloadPanel, ratePanel, theme } from './panels.ts';
import type { Point } from './point.ts';

/** The measurements as an SVG, with a panel for each suite that has one. */
export async function plot(measurements: readonly Measurement[], machine: string): Promise<string> {
  const points = byLoad(measurements).map(pointOf);
  const of = (suite: string): Point[] => points.filter((point) => point.suite === suite);
  const closed = of('closed loop');
  const panels = [
    closed.length > 0 ? ratePanel(closed) : [],
    closed.length > 0 ? latencyPanel(closed, 'Time to an answer', 'requests in flight') : [],
    of('open loop').length > 0 ? latencyPanel(of('open loop'), 'At random times', 'asked per second') : [],
    closed.length > 0 ? cpuPanel(closed) : [],
    ...['client processes', 'calc-servers', 'idle clients', 'op-servers'].map((kind) => {
      return of(kind).length > 0 ? crowdPanel(of(kind), kind) : [];
    }),
    ...[...new Set(points.map(({ suite }) => suite))]
      .filter((suite) => suite.startsWith('overload'))
      .map((suite) => overloadPanel(of(suite), suite)),
  ].flat();
  const spec: TopLevelSpec = {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    config: theme,
    background: 'white',
    padding: 16,
    title: { text: 'Cateto', subtitle: machine },
    concat: panels,
    columns: 2,
    align: 'all',
    spacing: { row: 40, column: 48 },
    resolve: { scale: { color: 'independent' } },
  };
  const view = new View(parse(compile(spec).spec), { renderer: 'none' });
  const svg = await view.toSVG();
  view.finalize();
  return `${svg}\n`;
}

function pointOf(rounds: readonly Measurement[]): Point {
  const of = (take: (one: Measurement) => number): number => median(rounds.map(take));
  const rates = rounds.map(({ perSecond }) => perSecond);
  const first = rounds[0] as Measurement;
  return {
    suite: first.suite,
    load: first.load,
    perSecond: of(({ perSecond }) => perSecond),
    leastPerSecond: Math.min(...rates),
    mostPerSecond: Math.max(...rates),
    p50Ms: of(({ p50Ms }) => p50Ms),
    p99Ms: of(({ p99Ms }) => p99Ms),
    cpuUs: Object.fromEntries(Object.keys(first.cpuUs).map((role) => [role, of(({ cpuUs }) => cpuUs[role] ?? 0)])),
    eachSecond: first.eachSecond.map((_, second) => of(({ eachSecond }) => eachSecond[second] ?? 0)),
  };
}
