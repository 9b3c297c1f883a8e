import type { TopLevelSpec } from 'vega-lite';
import type { Point } from './point.ts';

/* The panels of the plot, in Vega-Lite's form. */

type Concat = Extract<TopLevelSpec, { concat: unknown }>;
type Panel = Concat['concat'][number];

/** Grid lines of a logarithmic scale. */
const powers = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000];
const size = { width: 400, height: 190 };
const barWidth = 36;
const ink = '#1f2937';
const faint = '#6b7280';
const accent = '#0f766e';
const warm = '#d97706';
const roleColours: Readonly<Record<string, string>> = {
  client: '#94a3b8',
  'calc-server': '#0f766e',
  'op-server': '#5eead4',
  broker: '#d97706',
  backup: '#fcd34d',
};

export const theme: NonNullable<TopLevelSpec['config']> = {
  font: 'Helvetica, Arial, sans-serif',
  view: { stroke: null },
  title: { anchor: 'start', color: ink, fontSize: 15, subtitleColor: faint, subtitleFontSize: 11, offset: 10 },
  axis: {
    labelColor: faint,
    titleColor: faint,
    titleFontWeight: 'normal',
    labelFontSize: 11,
    titleFontSize: 11,
    gridColor: '#e5e7eb',
    domain: false,
    ticks: false,
    labelPadding: 6,
    titlePadding: 8,
  },
  legend: {
    title: null,
    labelColor: faint,
    labelFontSize: 11,
    orient: 'top',
    offset: 4,
    columnPadding: 8,
    symbolSize: 70,
  },
};

/** The number that a load's name begins with, or the name. */
function numberIn(load: string): string {
  const [digits] = /\d[\d,]*/u.exec(load) ?? [load];
  return Number(digits.replaceAll(',', '')).toLocaleString('en');
}

function ordinal(points: readonly Point[], title: string) {
  const sort = points.map(({ load }) => numberIn(load));
  return { field: 'x', type: 'ordinal', sort, axis: { labelAngle: 0, grid: false, title } } as const;
}

/** Answers a second; the thin line spans the rounds. */
export function ratePanel(points: readonly Point[]): Panel {
  return bars(points, 'Answers a second', 'requests in flight');
}

/** The same beside a crowd. */
export function crowdPanel(points: readonly Point[], kind: string): Panel {
  return bars(points, `Answers a second, by ${kind}`, kind);
}

function bars(points: readonly Point[], text: string, title: string): Panel {
  const values = points.map((point) => ({
    x: numberIn(point.load),
    rate: point.perSecond,
    least: point.leastPerSecond,
    most: point.mostPerSecond,
    label: Math.round(point.perSecond).toLocaleString('en'),
  }));
  const x = ordinal(points, title);
  const axis = { title: null, format: '~s', tickCount: 4 };
  return {
    ...size,
    title: { text, fontSize: 12 },
    data: { values },
    encoding: { x },
    layer: [
      {
        mark: { type: 'bar', color: accent, opacity: 0.85, cornerRadiusEnd: 2, width: barWidth },
        encoding: { y: { field: 'rate', type: 'quantitative', axis } },
      },
      {
        mark: { type: 'rule', color: ink },
        encoding: { y: { field: 'least', type: 'quantitative' }, y2: { field: 'most' } },
      },
      {
        mark: { type: 'text', dy: -7, color: ink, fontSize: 10 },
        encoding: { y: { field: 'most', type: 'quantitative' }, text: { field: 'label' } },
      },
    ],
  };
}

/** The median and the 99th percentile, on a logarithmic scale. */
export function latencyPanel(points: readonly Point[], text: string, title: string): Panel {
  const values = points.flatMap((point) => [
    { x: numberIn(point.load), ms: point.p50Ms, percentile: 'p50' },
    { x: numberIn(point.load), ms: point.p99Ms, percentile: 'p99' },
  ]);
  return {
    ...size,
    title: { text: `${text}, ms`, fontSize: 12 },
    data: { values },
    mark: { type: 'line', point: { filled: true, size: 45 }, strokeWidth: 2 },
    encoding: {
      x: ordinal(points, title),
      y: {
        field: 'ms',
        type: 'quantitative',
        scale: { type: 'log' },
        axis: { title: null, values: powers, format: '~g' },
      },
      color: { field: 'percentile', type: 'nominal', scale: { domain: ['p50', 'p99'], range: [accent, warm] } },
    },
  };
}

/** Processor time of an answer, by role. A single request takes twenty times as much, and would hide all the others. */
export function cpuPanel(all: readonly Point[]): Panel {
  const points = all.filter(({ load }) => numberIn(load) !== '1');
  const values = points.flatMap(({ load, cpuUs }) =>
    Object.entries(cpuUs).map(([role, us]) => ({ x: numberIn(load), role, us })),
  );
  const domain = Object.keys(roleColours);
  return {
    ...size,
    title: { text: 'Processor for each answer, µs', fontSize: 12 },
    data: { values },
    mark: { type: 'bar', width: barWidth },
    encoding: {
      x: ordinal(points, 'requests in flight'),
      y: { field: 'us', type: 'quantitative', stack: 'zero', axis: { title: null, tickCount: 4 } },
      color: { field: 'role', type: 'nominal', scale: { domain, range: Object.values(roleColours) } },
    },
  };
}

/** Answers in each second at twice the load, and the peak before. */
export function overloadPanel(points: readonly Point[], suite: string): Panel {
  const peak = points.find(({ load }) => load.startsWith('its peak'));
  const twice = points.find(({ load }) => load.includes('twice'));
  const values = (twice?.eachSecond ?? []).map((answers, second) => ({ second: second + 1, answers }));
  return {
    ...size,
    title: { text: `Asked for twice as much: answers a second (${suite.replace(/^overload,? /u, '')})`, fontSize: 12 },
    layer: [
      {
        data: { values },
        mark: { type: 'line', color: accent, strokeWidth: 2, interpolate: 'monotone' },
        encoding: {
          x: { field: 'second', type: 'quantitative', axis: { title: 'seconds', grid: false, tickCount: 6 } },
          y: {
            field: 'answers',
            type: 'quantitative',
            scale: { zero: true },
            axis: { title: null, tickCount: 4, format: '~s' },
          },
        },
      },
      {
        data: { values: [{ peak: peak?.perSecond ?? 0, label: 'its peak before' }] },
        encoding: { y: { field: 'peak', type: 'quantitative' } },
        layer: [
          { mark: { type: 'rule', color: warm, strokeDash: [4, 4] } },
          {
            mark: { type: 'text', align: 'right', dy: -6, color: warm, fontSize: 11, x: 'width' },
            encoding: { text: { field: 'label' } },
          },
        ],
      },
    ],
  };
}
