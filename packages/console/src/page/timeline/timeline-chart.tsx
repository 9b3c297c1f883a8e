import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Silence } from '../../shared/state.ts';
import type { RequestRow } from '../../shared/request.ts';
import { requests } from '../store.ts';
import { clock, duration, preciseClock } from '../text.ts';
import type { Lane, Span } from './lanes.ts';
import type { TimeWindow } from './window.ts';
import { shownFailover, shownTime, ticksOf } from './window.ts';

const laneHeight = 40;
const axisHeight = 28;
const answersHeight = 72;
const narrowPx = 640;
/** On a narrow page, names are above their lanes. */
const nameHeight = 16;
const labelWidth = 132;

export function TimelineChart({ lanes }: { readonly lanes: readonly Lane[] }): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const node = box.current;
    if (node === null) return undefined;
    const resized = new ResizeObserver(() => setWidth(node.clientWidth));
    resized.observe(node);
    return () => resized.disconnect();
  }, []);

  const time = shownTime.value;
  const isNarrow = width < narrowPx;
  const left = isNarrow ? 0 : labelWidth;
  const height = lanes.length * laneHeight + (isNarrow ? nameHeight : 0) + answersHeight + axisHeight;
  const x = (atMs: number): number => left + ((atMs - time.fromMs) / (time.toMs - time.fromMs)) * (width - left);
  const failover = shownFailover.value;
  return (
    <div ref={box} class="timeline">
      {width > 0 && (
        <svg
          width={width}
          height={height}
          role="img"
          aria-label={`${lanes.length} processes from ${clock(time.fromMs)} to ${clock(time.toMs)}. The table of events has the same.`}
        >
          <Ticks time={time} x={x} height={height} width={width} most={Math.max(2, Math.floor((width - left) / 110))} />
          {failover?.began !== undefined && (
            <rect
              class="failing"
              x={x(failover.began.atMs)}
              y={0}
              width={Math.max(1, x(failover.atMs) - x(failover.began.atMs))}
              height={height - axisHeight}
            />
          )}
          {lanes.map((lane, index) => (
            <LaneRow
              key={lane.process}
              lane={lane}
              y={index * laneHeight}
              x={x}
              time={time}
              left={left}
              isNarrow={isNarrow}
            />
          ))}
          <Answers
            rows={requests.value}
            silence={failover?.silence}
            y={lanes.length * laneHeight + (isNarrow ? nameHeight : 0)}
            x={x}
            time={time}
            left={left}
            width={width}
            isNarrow={isNarrow}
          />
        </svg>
      )}
    </div>
  );
}

type X = (atMs: number) => number;

interface TicksProps {
  readonly time: TimeWindow;
  readonly x: X;
  readonly height: number;
  readonly width: number;
  readonly most: number;
}

function Ticks({ time, x, height, width, most }: TicksProps): JSX.Element {
  const { stepMs, atMs: all } = ticksOf(time, most);
  const show = stepMs < 1_000 ? preciseClock : clock;
  return (
    <g class="ticks">
      {all.map((atMs) => (
        <g key={atMs}>
          <line x1={x(atMs)} x2={x(atMs)} y1={0} y2={height - axisHeight} />
          <text
            x={x(atMs)}
            y={height - 8}
            text-anchor={x(atMs) < 40 ? 'start' : x(atMs) > width - 40 ? 'end' : 'middle'}
          >
            {show(atMs)}
          </text>
        </g>
      ))}
    </g>
  );
}

interface LaneRowProps {
  readonly lane: Lane;
  readonly y: number;
  readonly x: X;
  readonly time: TimeWindow;
  readonly left: number;
  readonly isNarrow: boolean;
}

function LaneRow({ lane: { process, events, spans }, y, x, time, left, isNarrow }: LaneRowProps): JSX.Element {
  const middle = y + (isNarrow ? 27 : laneHeight / 2);
  const inTime = events.filter(({ atMs }) => atMs >= time.fromMs && atMs <= time.toMs);
  return (
    <g class="lane-row">
      <text class="name" x={0} y={isNarrow ? y + 13 : middle + 4}>
        {process}
      </text>
      {spans.map((span) => (
        <SpanBar key={span.fromMs} span={span} y={middle} x={x} time={time} left={left} />
      ))}
      {inTime.map((one, index) => (
        <circle key={index} class={one.level} cx={Math.max(left, x(one.atMs))} cy={middle} r={4}>
          <title>{`${preciseClock(one.atMs)} ${one.event} ${one.text}`}</title>
        </circle>
      ))}
    </g>
  );
}

function SpanBar({
  span,
  y,
  x,
  time,
  left,
}: { readonly span: Span } & Pick<LaneRowProps, 'y' | 'x' | 'time' | 'left'>): JSX.Element | null {
  const { fromMs, toMs = time.toMs, condition } = span;
  if (toMs < time.fromMs || fromMs > time.toMs) return null;
  const start = Math.max(left, x(fromMs));
  const end = x(Math.min(toMs, time.toMs));
  if (condition === 'gone') return <line class="span gone" x1={start} x2={end} y1={y} y2={y} />;
  return <rect class={`span ${condition}`} x={start} y={y - 5} width={Math.max(2, end - start)} height={10} rx={2} />;
}

interface AnswersProps extends Omit<LaneRowProps, 'lane'> {
  readonly rows: readonly RequestRow[];
  readonly silence: Silence | undefined;
  readonly width: number;
}

/** The time without an answer, with its length in words. */
function SilenceBracket({ silence, y, x }: { silence: Silence; y: number; x: X }): JSX.Element {
  const [from, to] = [x(silence.fromMs), x(silence.toMs)];
  return (
    <g class="silence">
      <path d={`M${from} ${y - 4}v8M${from} ${y}H${to}M${to} ${y - 4}v8`} />
      <text x={(from + to) / 2} y={y - 8} text-anchor="middle">
        no answer for {duration(silence.toMs - silence.fromMs)}
      </text>
    </g>
  );
}

/** How wide a bar is. Narrow ones show a short silence. */
const barPx = 4;

/** Answers to clients, as bars: a silence is a gap in them. */
function Answers({ rows, silence, y, x, time, left, width, isNarrow }: AnswersProps): JSX.Element {
  const bars = new Map<number, { good: number; bad: number }>();
  for (const { startMs, tookMs, ending } of rows) {
    const atMs = tookMs === undefined ? undefined : startMs + tookMs;
    if (atMs === undefined || atMs < time.fromMs || atMs > time.toMs) continue;
    const at = Math.floor((x(atMs) - left) / barPx);
    const bar = bars.get(at) ?? { good: 0, bad: 0 };
    if (ending === 'value') bar.good += 1;
    else bar.bad += 1;
    bars.set(at, bar);
  }
  const most = Math.max(1, ...Array.from(bars.values(), ({ good, bad }) => good + bad));
  const bottom = y + answersHeight - 8;
  const heightOf = (count: number): number => (count === 0 ? 0 : Math.max(2, (count / most) * (answersHeight - 40)));
  return (
    <g class="answers">
      <text class="name" x={0} y={isNarrow ? y - 3 : bottom - 12}>
        answers
      </text>
      <line x1={left} x2={width} y1={bottom} y2={bottom} />
      {silence !== undefined && <SilenceBracket silence={silence} y={y + 20} x={x} />}
      {Array.from(bars, ([at, { good, bad }]) => (
        <g key={at}>
          <rect
            class="good"
            x={left + at * barPx}
            y={bottom - heightOf(good)}
            width={barPx - 1}
            height={heightOf(good)}
          />
          {bad > 0 && (
            <rect
              class="bad"
              x={left + at * barPx}
              y={bottom - heightOf(good) - heightOf(bad)}
              width={barPx - 1}
              height={heightOf(bad)}
            />
          )}
        </g>
      ))}
    </g>
  );
}
