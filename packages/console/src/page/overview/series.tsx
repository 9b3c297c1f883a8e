import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import type { Point } from '../../shared/state.ts';
import { points } from '../store.ts';
import { amount, clock, duration } from '../text.ts';

/* The last 15 minutes as lines. */

interface Line {
  readonly name: string;
  /** A variable of the style sheet. */
  readonly colour: string;
  readonly of: (point: Point) => number | undefined;
}

const answers: readonly Line[] = [{ name: 'Answers a second', colour: '--accent', of: (point) => point.answers }];
const times: readonly Line[] = [
  { name: 'Median', colour: '--accent', of: ({ p50Ms }) => p50Ms },
  { name: '99 % within', colour: '--faint', of: ({ p99Ms }) => p99Ms },
];

export function Series(): JSX.Element {
  return (
    <div class="columns">
      <Chart title="Answers a second" lines={answers} show={amount} />
      <Chart title="From request to answer" lines={times} show={duration} />
    </div>
  );
}

interface ChartProps {
  readonly title: string;
  readonly lines: readonly Line[];
  readonly show: (value: number | undefined) => string;
}

const height = 132;
/** Shown at most, and at least: a console that was just started has seen little. */
const longestSeconds = 15 * 60;
const shortestSeconds = 120;

function Chart({ title, lines, show }: ChartProps): JSX.Element {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const data = points.value;

  useEffect(() => {
    const node = place.current;
    if (node === null) return undefined;
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    const draw = (): void => {
      plot.current?.destroy();
      plot.current = new uPlot(optionsFor(node, lines, show), dataOf(points.peek(), lines), node);
    };
    draw();
    const resized = new ResizeObserver(() => plot.current?.setSize({ width: node.clientWidth, height }));
    resized.observe(node);
    scheme.addEventListener('change', draw);
    return () => {
      scheme.removeEventListener('change', draw);
      resized.disconnect();
      plot.current?.destroy();
    };
  }, [lines, show]);

  useEffect(() => plot.current?.setData(dataOf(data, lines)), [data, lines]);

  const last = data.at(-1);
  const now = lines.map(({ name, of }) => `${name}: ${show(last === undefined ? undefined : of(last))}`).join(', ');
  return (
    <section class="panel">
      <h2>{title}</h2>
      {lines.length > 1 && (
        <p class="legend note">
          {lines.map(({ name, colour }) => (
            <span key={name}>
              <span class="line" style={{ background: `var(${colour})` }} aria-hidden="true" />
              {name}
            </span>
          ))}
        </p>
      )}
      <div class="chart" ref={place} role="img" aria-label={`${title} in the last 15 minutes. Now: ${now}`} />
    </section>
  );
}

const hourFormat = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hour12: false });

function timesOf(atSeconds: readonly number[]): string[] {
  const [first = 0, second = first + 60] = atSeconds;
  return atSeconds.map((at) => (second - first < 60 ? clock(at * 1_000) : hourFormat.format(at * 1_000)));
}

function dataOf(given: readonly Point[], lines: readonly Line[]): uPlot.AlignedData {
  const columns = lines.map(({ of }) => given.map((point) => of(point) ?? null));
  return [given.map(({ atMs }) => atMs / 1_000), ...columns] as uPlot.AlignedData;
}

function optionsFor(node: HTMLElement, lines: readonly Line[], show: ChartProps['show']): uPlot.Options {
  const style = getComputedStyle(node);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  const font = `12px ${style.fontFamily}`;
  const axis = {
    stroke: colour('--faint'),
    font,
    ticks: { show: false },
    grid: { stroke: colour('--line'), width: 1 },
  };
  return {
    width: node.clientWidth,
    height,
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: { range: (_, from, to) => [Math.max(to - longestSeconds, Math.min(from, to - shortestSeconds)), to] },
      y: { range: (_, _from, to) => [0, Math.max(1, (to ?? 0) * 1.1)] },
    },
    axes: [
      { ...axis, grid: { show: false }, size: 24, space: 80, values: (_, splits) => timesOf(splits) },
      { ...axis, size: 64, space: 36, values: (_, splits) => splits.map((value) => (value === 0 ? '0' : show(value))) },
    ],
    series: [
      {},
      ...lines.map(({ name, colour: variable }) => ({
        label: name,
        stroke: colour(variable),
        width: 1.5,
        points: { show: false },
        spanGaps: false,
      })),
    ],
  };
}
