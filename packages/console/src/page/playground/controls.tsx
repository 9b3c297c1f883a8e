import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Pace, Stage } from '../../shared/playground.ts';
import { shownNames } from '../../shared/playground.ts';
import type { Host } from '../../shared/playground.ts';
import { go } from '../route.ts';
import { begin, tell } from './worker-link.ts';

/* Time, requests and the seed. */

const paces: readonly (readonly [value: string, text: string])[] = [
  ['follow', 'Follow the messages'],
  ['1', '1 ms a second'],
  ['10', '10 ms a second'],
  ['100', '100 ms a second'],
  ['1000', 'Real time'],
];

const loads: readonly (readonly [value: string, text: string])[] = [
  ['0', 'None'],
  ['10', '10 a second'],
  ['100', '100 a second'],
];

export function Controls({ stage }: { readonly stage: Stage }): JSX.Element {
  const { playing, pace, perSecond, seed, nowMs } = stage;
  return (
    <section class="panel controls" aria-label="Controls">
      <p class="actions">
        <button type="button" class="main" onClick={() => tell({ type: playing ? 'pause' : 'play' })}>
          {playing ? 'Pause' : 'Play'}
        </button>
        <button type="button" onClick={() => tell({ type: 'step' })}>
          Step
        </button>
        <button
          type="button"
          onClick={() => {
            tell({ type: 'ask', formula: 'hypotenuse', operands: [12, 13] });
            if (playing) return;
            tell({ type: 'play' });
          }}
        >
          Ask for hypotenuse(12, 13)
        </button>
      </p>
      <Choice
        label="Speed"
        options={paces}
        value={String(pace)}
        onChoose={(value) =>
          tell({ type: 'pace', pace: value === 'follow' ? ('follow' satisfies Pace) : Number(value) })
        }
      />
      <Choice
        label="Requests by itself"
        options={loads}
        value={String(perSecond)}
        onChoose={(value) => tell({ type: 'load', perSecond: Number(value) })}
      />
      <Seed seed={seed} />
      <p class="virtual">
        <span>Virtual time</span>
        <strong>{nowMs.toFixed(2)} ms</strong>
      </p>
      <p class="note now" role="status">
        {playing ? '' : whatIsThere(stage)}
      </p>
    </section>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly options: readonly (readonly [value: string, text: string])[];
  readonly value: string;
  readonly onChoose: (value: string) => void;
}

function Choice({ label, options, value, onChoose }: ChoiceProps): JSX.Element {
  return (
    <label>
      {label}
      <select value={value} onChange={({ currentTarget }) => onChoose(currentTarget.value)}>
        {options.map(([one, text]) => (
          <option key={one} value={one}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

/** The same seed gives the same course of events, and is in the address of the page. */
function Seed({ seed }: { readonly seed: number }): JSX.Element {
  const [typed, setTyped] = useState<string | undefined>(undefined);
  const wanted = Number(typed ?? seed);
  return (
    <form
      class="seed"
      onSubmit={(event) => {
        event.preventDefault();
        setTyped(undefined);
        if (wanted === seed) begin(seed);
        else go(`#/playground/${wanted}`);
      }}
    >
      <label>
        Seed
        <input
          type="number"
          min={0}
          max={2_147_483_647}
          step={1}
          required
          value={typed ?? seed}
          onInput={({ currentTarget }) => setTyped(currentTarget.value)}
        />
      </label>
      <button type="submit">Begin anew</button>
    </form>
  );
}

/** In words, for those who do not see the links. */
function whatIsThere({ flying }: Stage): string {
  const messages = flying.filter(({ look }) => look !== 'beat' && look !== 'control');
  if (messages.length === 0) return 'Paused. No message of a request is on a link.';
  const told = messages.slice(0, 4).map(({ label, from, to, waits }) => {
    const way = `from ${theName(from as Host)} to ${theName(to as Host)}`;
    return `${label} ${waits ? 'waits on its way' : 'is on its way'} ${way}`;
  });
  const more = messages.length > told.length ? `, and ${messages.length - told.length} more` : '';
  return `Paused. ${told.join('; ')}${more}.`;
}

function theName(host: Host): string {
  return host.startsWith('op-server') ? shownNames[host] : `the ${shownNames[host]}`;
}
