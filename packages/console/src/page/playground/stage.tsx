import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Flying, Host, PlayAction, PlayProcess, Stage } from '../../shared/playground.ts';
import { linkName, links, shownNames } from '../../shared/playground.ts';
import type { Layout } from './layout.ts';
import { along, between, layoutFor } from './layout.ts';
import { tell } from './worker-link.ts';

/* The processes, the links between them, and the messages on the links. */

export function StageView({ stage }: { readonly stage: Stage }): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const node = box.current;
    if (node === null) return undefined;
    const resized = new ResizeObserver(() => setWidth(node.clientWidth));
    resized.observe(node);
    return () => resized.disconnect();
  }, []);
  const layout = layoutFor(width);
  return (
    <div ref={box} class="stage" style={{ height: `${layout.height}px` }}>
      {width > 0 && (
        <>
          <svg width={width} height={layout.height} role="group" aria-label="Links">
            {links.map(([one, other]) => (
              <LinkLine key={linkName(one, other)} one={one} other={other} layout={layout} cuts={stage.cuts} />
            ))}
          </svg>
          {stage.processes.map((process) => (
            <Card key={process.name} process={process} layout={layout} />
          ))}
          <svg class="messages" width={width} height={layout.height} aria-hidden="true">
            {spread(stage.flying).map(({ flying, lane }) => (
              <Message key={flying.key} flying={flying} lane={lane} layout={layout} />
            ))}
          </svg>
        </>
      )}
    </div>
  );
}

interface LinkLineProps {
  readonly one: Host;
  readonly other: Host;
  readonly layout: Layout;
  readonly cuts: readonly string[];
}

function LinkLine({ one, other, layout, cuts }: LinkLineProps): JSX.Element {
  const isCut = cuts.includes(linkName(one, other));
  const ends = between(layout, one, other);
  const [from, to] = ends;
  const middle = along(ends, 0.5);
  const line = { x1: from.x, y1: from.y, x2: to.x, y2: to.y };
  const change = (): void => tell({ type: 'link', one, other, action: isCut ? 'heal' : 'cut' });
  return (
    <g
      class={isCut ? 'wire cut' : 'wire'}
      role="button"
      // In SVG, names of attributes are case-sensitive.
      tabindex={0}
      aria-pressed={isCut}
      aria-label={`Cut the link between the ${shownNames[one]} and the ${shownNames[other]}`}
      onClick={change}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' && event.key !== ' ') return;
        event.preventDefault();
        change();
      }}
    >
      <title>{isCut ? 'Heal this link' : 'Cut this link'}</title>
      <line class="target" {...line} />
      <line class="line" {...line} />
      {isCut && <path d={`M${middle.x - 6} ${middle.y - 6}l12 12m0-12-12 12`} />}
    </g>
  );
}

interface Spread {
  readonly flying: Flying;
  /** Messages at the same place are drawn beside each other. */
  readonly lane: number;
}

/** How near two messages are whose texts would cover each other, as a share of the link. */
const near = 0.3;

function spread(all: readonly Flying[]): readonly Spread[] {
  const placed: Spread[] = [];
  for (const flying of all) {
    if (isSmall(flying)) {
      placed.push({ flying, lane: 0 });
      continue;
    }
    const taken = new Set(
      placed
        .filter(
          ({ flying: other }) =>
            !isSmall(other) &&
            ((other.from === flying.from &&
              other.to === flying.to &&
              Math.abs(other.progress - flying.progress) < near) ||
              (other.from === flying.to &&
                other.to === flying.from &&
                Math.abs(1 - other.progress - flying.progress) < near)),
        )
        .map(({ lane }) => lane),
    );
    let lane = 0;
    while (taken.has(lane)) lane += 1;
    placed.push({ flying, lane });
  }
  return placed;
}

const laneHeight = 30;

/** Without a text. */
function isSmall({ look }: Flying): boolean {
  return look === 'beat' || look === 'control';
}

function Message({ flying, lane, layout }: Spread & { readonly layout: Layout }): JSX.Element {
  const { from, to, progress, waits, look, label } = flying;
  const { x, y } = along(between(layout, from as Host, to as Host), progress);
  const small = isSmall(flying);
  // Away from the edge of the picture.
  const offset = lane * (y > layout.height / 2 ? -laneHeight : laneHeight);
  return (
    <g class={waits ? `flying ${look} waits` : `flying ${look}`} transform={`translate(${x} ${y + offset})`}>
      <circle r={small ? 3 : 6} />
      {!small && (
        <text y={-10} class={x > layout.width - 60 ? 'end' : x < 60 ? 'start' : undefined}>
          {label}
        </text>
      )}
    </g>
  );
}

const actions: Readonly<Record<PlayProcess['state'], readonly (readonly [action: PlayAction, text: string])[]>> = {
  running: [
    ['kill', 'Kill'],
    ['stop', 'Stop'],
  ],
  stopped: [
    ['kill', 'Kill'],
    ['resume', 'Resume'],
  ],
  ended: [['start', 'Start']],
};

function Card({
  process: { name, shown, state, condition, isActive },
  layout: { centers, card },
}: {
  readonly process: PlayProcess;
  readonly layout: Layout;
}): JSX.Element {
  const { x, y } = centers[name as Host];
  const place = {
    left: `${x - card.width / 2}px`,
    top: `${y - card.height / 2}px`,
    width: `${card.width}px`,
    height: `${card.height}px`,
  };
  return (
    <div class={`card ${state}${isActive ? ' active' : ''}`} style={place} role="group" aria-label={shown}>
      <strong>{shown}</strong>
      <span class="condition">{state === 'running' ? condition : words[state]}</span>
      <span class="buttons">
        {actions[state].map(([action, text]) => (
          <button
            key={action}
            type="button"
            aria-label={`${text} ${shown}`}
            onClick={() => tell({ type: 'act', process: name, action })}
          >
            {text}
          </button>
        ))}
      </span>
    </div>
  );
}

const words = { running: '', stopped: 'stopped', ended: 'killed' };
