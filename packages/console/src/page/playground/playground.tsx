import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import type { SceneOutcome } from '../../shared/playground.ts';
import { fate, takeover } from '../failover-words.ts';
import { route } from '../route.ts';
import type { SceneState } from '../scene-list.tsx';
import { SceneList, whoSquared } from '../scene-list.tsx';
import { duration } from '../text.ts';
import { Controls } from './controls.tsx';
import { FigurePanel } from './figure-panel.tsx';
import { Happened } from './happened.tsx';
import { StageView } from './stage.tsx';
import { begin, close, fault, outcomes, stage, story, tell } from './worker-link.ts';

/** The whole system, simulated in this page, to play with. */
export function Playground(): JSX.Element {
  const { rest } = route.value;
  const seed = /^\d{1,10}$/.test(rest) ? Number(rest) : 1;
  useEffect(() => begin(seed), [seed]);
  useEffect(() => close, []);
  return (
    <>
      <h1 class="unseen">Playground</h1>
      {fault.value !== undefined && <Fault message={fault.value} seed={seed} />}
      <SceneList scenes={buttons.map((button, index) => sceneOf(index, button))} />
      {stage.value === undefined ? (
        <p class="empty">{fault.value === undefined && 'The system starts…'}</p>
      ) : (
        <>
          <Controls stage={stage.value} />
          <section class="panel" aria-label="The system">
            <StageView stage={stage.value} />
            <Legend />
          </section>
          <LastFailover />
          <div class="figure-side">
            <FigurePanel />
            <Happened />
          </div>
        </>
      )}
    </>
  );
}

const buttons = [
  'Play: ask for hypotenuse(12, 13)',
  'Play: kill op-server-1, then ask',
  'Play: ask, and kill the broker',
];

function sceneOf(index: number, button: string): SceneState {
  const outcome = outcomes.value[index];
  const isPlayed = outcome !== undefined && outcome.row === undefined;
  return {
    button,
    disabled: stage.value === undefined,
    note: isPlayed ? 'Playing, in slow motion…' : undefined,
    outcome: outcome?.row !== undefined && <Outcome row={outcome.row} />,
    onPlay() {
      tell({ type: 'scene', index });
      document.querySelector('.stage')?.scrollIntoView({ block: 'nearest' });
    },
  };
}

function Outcome({ row }: { readonly row: NonNullable<SceneOutcome['row']> }): JSX.Element {
  const { ending, outcome, code, tookMs, fallbacks } = row;
  if (ending !== 'value') return <p class="problem">{`${code ?? 'no answer'}: ${outcome}`}</p>;
  return (
    <p>
      <strong>{outcome}</strong> in {duration(tookMs)} of virtual time, {whoSquared(fallbacks)}.
    </p>
  );
}

function Fault({ message, seed }: { readonly message: string; readonly seed: number }): JSX.Element {
  return (
    <div class="verdict bad" role="alert">
      <p>
        The simulation has ended: {message}. <button onClick={() => begin(seed)}>Begin anew</button>
      </p>
    </div>
  );
}

/** What happened to the requests when a broker was lost. */
function LastFailover(): JSX.Element | null {
  const { failover: last, isUnderWay } = story.value;
  if (last === undefined) return null;
  return (
    <section class="panel failover" aria-label="Last failover">
      <h2>
        Last failover <time>at {(last.began?.atMs ?? last.atMs).toFixed(2)} ms</time>
      </h2>
      <p>
        {takeover(last)} {isUnderWay ? 'Requests are still under way.' : fate(last)}
      </p>
    </section>
  );
}

const legend: readonly (readonly [look: string, text: string])[] = [
  ['request', 'request'],
  ['answer', 'answer'],
  ['failure', 'failure'],
  ['beat', 'heartbeat, or another message'],
];

function Legend(): JSX.Element {
  return (
    <p class="legend note">
      {legend.map(([look, text]) => (
        <span key={text}>
          <span class={`dot-${look}`} aria-hidden="true" />
          {text}
        </span>
      ))}
      <span>Click a link to cut it, and again to heal it.</span>
    </p>
  );
}
