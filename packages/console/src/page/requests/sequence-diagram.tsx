import type { JSX } from 'preact';
import type { Arrow, Note, Sequence } from '../../shared/sequence.ts';
import { shortened } from '../text.ts';

/* A sequence diagram as the paper's Figure 25 draws it: participants on top, time downwards. */

const gutter = 64;
const column = 152;
const head = 48;
const step = 42;
const labelMax = 21;
/** The width of most letters. */
const letter = 6.8;

interface DiagramProps {
  readonly sequence: Sequence;
  readonly title: string;
}

export function SequenceDiagram({ sequence: { participants, steps, omitted }, title }: DiagramProps): JSX.Element {
  const width = gutter + participants.length * column;
  const height = head + steps.length * step + 24;
  const x = (index: number): number => gutter + column * (index + 0.5);
  return (
    <>
      {/* oxlint-disable-next-line no-noninteractive-tabindex -- a region that scrolls has to be reachable by keyboard */}
      <div class="diagram" tabIndex={0} role="region" aria-label={`Sequence diagram of ${title}`}>
        <svg
          viewBox={`0 0 ${width} ${height}`}
          style={{ width: `min(100%, ${width}px)`, minWidth: `${width * 0.8}px` }}
          role="img"
          aria-label={`${title}: ${steps.length} steps between ${participants.map(({ name }) => name).join(', ')}. The table of messages has the same.`}
        >
          <defs>
            {(['request', 'answer', 'failure', 'lost'] as const).map((look) => (
              <marker
                key={look}
                id={`tip-${look}`}
                class={look}
                viewBox="0 0 8 8"
                refX="7.5"
                refY="4"
                markerWidth="8"
                markerHeight="8"
                orient="auto-start-reverse"
              >
                {look === 'lost' ? <path d="M1 1l6 6m0-6-6 6" /> : <path d="M0 0.5 8 4 0 7.5z" />}
              </marker>
            ))}
          </defs>
          {participants.map(({ address, name }, index) => (
            <g key={address} class="participant">
              <line x1={x(index)} x2={x(index)} y1={head - 8} y2={height - 8} />
              <rect x={x(index) - column / 2 + 8} y={4} width={column - 16} height={28} rx={6} />
              <text x={x(index)} y={22}>
                {shortened(name, 20)}
              </text>
            </g>
          ))}
          {steps.map((one, index) => {
            const y = head + (index + 0.5) * step;
            return one.type === 'note' ? (
              <NoteBox key={index} note={one} x={x(one.over)} y={y} right={width} />
            ) : (
              <ArrowLine key={index} arrow={one} x={x} y={y} />
            );
          })}
        </svg>
      </div>
      {omitted > 0 && <p class="note">and {omitted} more messages, which are not drawn</p>}
    </>
  );
}

function ArrowLine({
  arrow,
  x,
  y,
}: {
  readonly arrow: Arrow;
  readonly x: (index: number) => number;
  readonly y: number;
}): JSX.Element {
  const { from, to, label, look, attempt, offsetMs } = arrow;
  const again = look === 'lost' ? ' · lost' : attempt > 1 ? ` · try ${attempt}` : '';
  // A message that did not arrive ends on its way.
  const end = look === 'lost' ? x(from) + (x(to) - x(from)) * 0.8 : x(to) + (to > from ? -2 : 2);
  const room = labelMax * Math.max(1, Math.abs(to - from));
  return (
    <g class={`arrow ${look}`}>
      <title>{label + again}</title>
      <text class="time" x={gutter - 10} y={y + 4}>
        {offsetMs.toFixed(1)} ms
      </text>
      <line x1={x(from)} x2={end} y1={y} y2={y} marker-end={`url(#tip-${look})`} />
      <text x={(x(from) + x(to)) / 2} y={y - 7}>
        {shortened(label, room - again.length)}
        {again !== '' && <tspan class="again">{again}</tspan>}
      </text>
    </g>
  );
}

interface NoteProps {
  readonly note: Note;
  readonly x: number;
  readonly y: number;
  /** Where the picture ends. */
  readonly right: number;
}

function NoteBox({ note, x: over, y, right }: NoteProps): JSX.Element {
  const width = Math.max(column - 8, note.label.length * letter + 20);
  // A long text stays in the picture.
  const x = Math.max(gutter + width / 2, Math.min(right - width / 2 - 4, over));
  return (
    <g class="box">
      {note.offsetMs !== undefined && (
        <text class="time" x={gutter - 10} y={y + 4}>
          {note.offsetMs.toFixed(1)} ms
        </text>
      )}
      <rect x={x - width / 2} y={y - 14} width={width} height={28} rx={4} />
      <text x={x} y={y + 4}>
        {note.label}
      </text>
    </g>
  );
}
