import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import type { CallAnswer } from '../api.ts';
import { actOn, callFormula, Problem } from '../api.ts';
import type { SceneState } from '../scene-list.tsx';
import { SceneList, whoSquared } from '../scene-list.tsx';
import { processes, state } from '../store.ts';
import { duration } from '../text.ts';

/* The three scenes of the paper, on the processes of the cluster. */

/** The process that is killed first. */
const victims: readonly (() => string | undefined)[] = [() => undefined, () => 'op-server-1', activeBroker];

const outcomes = signal<readonly (CallAnswer | string | undefined)[]>([]);
const playing = signal<number | undefined>(undefined);

export function Tour(): JSX.Element {
  return <SceneList scenes={victims.map((victim, index) => sceneOf(index, victim()))} />;
}

function sceneOf(index: number, victim: string | undefined): SceneState {
  const process = processes.value.find(({ name }) => name === victim);
  const cannot = index > 0 && process?.state !== 'running';
  const outcome = outcomes.value[index];
  const why = process === undefined ? 'No broker is active.' : `Start ${named(process.shown)} below to play this.`;
  return {
    button: index === 0 ? 'Ask for hypotenuse(12, 13)' : `Kill ${named(process?.shown ?? 'active broker')}, then ask`,
    disabled: playing.value !== undefined || cannot,
    note: playing.value === index ? 'Playing…' : cannot && playing.value === undefined ? why : undefined,
    outcome: outcome !== undefined && <Outcome outcome={outcome} />,
    onPlay: () => void play(index, victim),
  };
}

function Outcome({ outcome }: { readonly outcome: CallAnswer | string }): JSX.Element {
  if (typeof outcome === 'string') return <p class="problem">{outcome}</p>;
  if ('code' in outcome) {
    return (
      <p class="problem">
        {outcome.code}: {outcome.message}
      </p>
    );
  }
  const { id, value, elapsedMs, fallbacks } = outcome;
  return (
    <p>
      <strong>{value}</strong> in {duration(elapsedMs)}, {whoSquared(fallbacks)}.{' '}
      <a href={`#/requests/${id}`}>Diagram</a>
      {' · '}
      <a href="#/timeline">Timeline</a>
    </p>
  );
}

async function play(index: number, victim: string | undefined): Promise<void> {
  playing.value = index;
  let outcome: CallAnswer | string;
  try {
    if (victim !== undefined) await actOn(victim, 'kill');
    outcome = await callFormula('hypotenuse', [12, 13]);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    outcome = error.message;
  }
  outcomes.value =
    outcomes.value.length > index
      ? outcomes.value.with(index, outcome)
      : [...outcomes.value, ...Array.from({ length: index - outcomes.value.length }, () => undefined), outcome];
  playing.value = undefined;
}

function named(process: string): string {
  return process.endsWith('broker') ? `the ${process}` : process;
}

function activeBroker(): string | undefined {
  const active = state.value?.brokers.find((broker) => broker.state === 'active')?.name;
  return active === 'primary broker' ? 'broker' : active === 'backup broker' ? 'backup' : undefined;
}
