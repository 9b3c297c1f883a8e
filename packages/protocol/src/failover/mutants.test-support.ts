/*
 * Mutants: machines with one fault each, made by changing the inputs, the effects or the memory of the real one. The
 * explorer has to find each of them; otherwise its rules prove nothing.
 */
import type { Fault, Rule } from './explorer.test-support.ts';
import { deadlineOf } from './state.ts';
import type { PeerBeat } from './types.ts';
import type { Advance, Event } from './world.test-support.ts';
import { machine } from './world.test-support.ts';

/** Changes the beat that arrived, or drops it (undefined). */
function mishearing(change: (beat: PeerBeat, ...own: Parameters<Advance>) => PeerBeat | undefined): Advance {
  return (config, own, input, nowMs) => {
    if (input.type !== 'beat') return machine(config, own, input, nowMs);
    const beat = change(input.beat, config, own, input, nowMs);
    return machine(config, own, beat === undefined ? { type: 'tick' } : { type: 'beat', beat }, nowMs);
  };
}

/** Changes the memory before each input. */
function misremembering(change: (...own: Parameters<Advance>) => void): Advance {
  return (config, own, input, nowMs) => {
    change(config, own, input, nowMs);
    return machine(config, own, input, nowMs);
  };
}

export interface Mutant {
  readonly fault: string;
  readonly advance: Advance;
  /** The rule that finds it, and the faults and events that this takes. */
  readonly breaks: Rule;
  readonly faults: number;
  readonly kinds?: readonly Fault[];
  readonly before?: readonly Event[];
}

export const mutants: readonly Mutant[] = [
  {
    fault: 'an active broker does not mind a higher epoch',
    breaks: 'it settles',
    faults: 1,
    advance: mishearing((beat, _config, own) =>
      own.phase === 'active' && beat.state === 'active' && beat.epoch > own.epoch ? undefined : beat,
    ),
  },
  {
    fault: 'epochs are ignored, ranks alone decide',
    breaks: 'the right one stays',
    faults: 1,
    advance: mishearing((beat, _config, own) =>
      own.phase === 'active' && beat.state === 'active' ? { ...beat, epoch: own.epoch } : beat,
    ),
  },
  {
    fault: 'the backup does not yield in a tie',
    breaks: 'it settles',
    faults: 1,
    advance: mishearing((beat, { rank }, own) =>
      rank === 'backup' && own.phase === 'active' && beat.epoch === own.epoch ? undefined : beat,
    ),
  },
  {
    fault: 'both yield in a tie',
    breaks: 'the right one stays',
    faults: 1,
    advance: mishearing((beat, _config, own) =>
      own.phase === 'active' && beat.state === 'active' && beat.epoch === own.epoch
        ? { ...beat, epoch: own.epoch + 1 }
        : beat,
    ),
  },
  {
    fault: 'two standbys both wait',
    breaks: 'it settles',
    faults: 0,
    advance: mishearing((beat, _config, own) =>
      own.phase === 'standby' && beat.state === 'standby' ? { ...beat, state: 'active' } : beat,
    ),
  },
  {
    fault: 'a leaving peer is left to leave',
    breaks: 'somebody forwards',
    faults: 1,
    advance: mishearing((beat, _config, own) =>
      own.phase === 'standby' && beat.state === 'leaving' ? { ...beat, state: 'active' } : beat,
    ),
  },
  {
    fault: 'a takeover uses the epoch it heard',
    breaks: 'an epoch is new',
    faults: 0,
    advance: (config, own, input, nowMs) =>
      machine(config, own, input, nowMs).map((effect) => {
        if (effect.type !== 'activate') return effect;
        own.epoch -= 1;
        own.epochMax -= 1;
        return { type: 'activate', epoch: own.epoch, cause: effect.cause };
      }),
  },
  {
    fault: 'silence is ignored',
    breaks: 'it settles',
    faults: 0,
    advance: (config, own, input, nowMs) =>
      machine(config, own, input.type === 'heartbeats-read' ? { type: 'tick' } : input, nowMs),
  },
  {
    fault: 'the heartbeat socket is not read before a takeover',
    breaks: 'beats count as heard',
    faults: 0,
    advance: (config, own, input, nowMs) =>
      machine(config, own, input, nowMs).flatMap((effect) =>
        effect.type === 'read-heartbeats' ? machine(config, own, { type: 'heartbeats-read' }, nowMs) : [effect],
      ),
  },
  {
    fault: 'its own lateness does not matter',
    breaks: 'beats count as heard',
    faults: 1,
    advance: misremembering((config, own, _input, nowMs) => {
      if ((deadlineOf(config, own) ?? nowMs) >= nowMs) return;
      if (own.watch.silentSinceMs + config.peerLostMs < nowMs) own.readAgainMs = nowMs;
      own.beatDueMs = Math.max(own.beatDueMs, nowMs);
    }),
  },
  {
    fault: 'a refusal counts although the peer was heard since',
    breaks: 'a peer that is heard keeps its part',
    faults: 1,
    advance: misremembering((_config, own) => {
      if (own.watch.probe === 'doubtful') own.watch = { ...own.watch, probe: 'asked' };
    }),
  },
  {
    fault: 'a replaced incarnation is ignored for ever',
    breaks: 'it settles',
    faults: 1,
    kinds: ['leave'],
    // The backup does not hear the primary until the primary has had another life.
    before: [{ is: 'stall', link: 1 }, { is: 'start', broker: 1 }, ...passing(1), { is: 'start', broker: 0 }],
    advance: mishearing((beat, _config, own) => (own.watch.replaced.includes(beat.incarnation) ? undefined : beat)),
  },
  {
    fault: 'replaced incarnations are forgotten',
    breaks: 'a peer that is heard keeps its part',
    faults: 1,
    kinds: ['leave'],
    // The backup has heard the primary when the primary's beats begin to be held back.
    before: [{ is: 'start', broker: 1 }, { is: 'start', broker: 0 }, ...passing(1), { is: 'stall', link: 1 }],
    advance: misremembering((_config, own) => {
      own.watch = { ...own.watch, replaced: [] };
    }),
  },
  {
    fault: 'a leaving broker stops at once',
    breaks: 'somebody forwards',
    faults: 1,
    advance: (config, own, input, nowMs) => {
      const effects = machine(config, own, input, nowMs);
      if (input.type === 'leave') own.leaveDueMs = nowMs;
      return effects;
    },
  },
  {
    fault: 'a leaving broker trusts a peer that is about to step down',
    breaks: 'somebody forwards',
    faults: 1,
    kinds: ['leave'],
    // The backup has taken over, and the old beats of the primary have not arrived yet. The primary does not hear the
    // backup now.
    before: [
      { is: 'start', broker: 0 },
      ...passing(8),
      { is: 'start', broker: 1 },
      ...passing(3),
      { is: 'stall', link: 1 },
      ...passing(8),
      { is: 'cut', link: 0 },
    ],
    advance: mishearing((beat, _config, own) =>
      own.phase === 'leaving' && beat.state === 'active' ? { ...beat, epoch: own.epoch + 1 } : beat,
    ),
  },
];

function passing(steps: number): readonly Event[] {
  return Array.from({ length: steps }, () => ({ is: 'none' }) as const);
}
