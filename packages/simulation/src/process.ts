import type { Platform } from '@cateto/bus';
import type { Chance } from './chance.ts';
import type { Clock } from './clock.ts';

/**
 * - `running`
 * - `stopped`: nothing of it runs, as after SIGSTOP; its kernel still holds its connections open.
 * - `hung`: its event loop does not turn, or is blocked, but a thread of libzmq's goes on, where there is one, and answers heartbeats.
 * - `ended`: killed, or come to its end.
 */
export type ProcessState = 'running' | 'stopped' | 'hung' | 'ended';

/** A process of one event loop. What reaches it while it does not run waits, and timers come first when it continues. */
export interface SimulatedProcess {
  /** Also its host's: a new process on a host has the same name. */
  readonly name: string;
  readonly platform: Platform;
  state(): ProcessState;
  /** Something arrived for its loop. */
  deliver(run: () => void): void;
  stop(): void;
  hang(): void;
  /** After a stop or a hang. */
  continue(): void;
  /** At once, as kill -9 does. */
  kill(): void;
  /**
   * What runs now blocks the loop for so long, as a handler that computes does: its own clock goes on by that, and what it does
   * afterwards in the same turn comes so much later. Meanwhile the process is `hung`.
   */
  block(ms: number): void;
  /** Something leaves for others: at once, or when a loop that was blocked in this turn gets that far. */
  leave(run: () => void): void;
  /** From now on each turn of its loop takes so long, in milliseconds; 0 is the usual. */
  slowDown(turnMs: number): void;
  /** Tells whenever the state has changed, until what is returned is called. */
  onChange(changed: () => void): () => void;
}

export function createProcess(name: string, clock: Clock, chance: Chance): SimulatedProcess {
  let state: ProcessState = 'running';
  let turnMs = 0;
  /** A turn is under way, or what waits will be looked at in time. */
  let busy = false;
  let timers: { readonly dueMs: number; readonly run: () => void }[] = [];
  let inbox: (() => void)[] = [];
  let soon: (() => void)[] = [];
  /** Until when what runs blocks the loop. */
  let freeAtMs = 0;
  /** What leaves when it has got that far, in its order. */
  let leaving: { readonly dueMs: number; readonly run: () => void }[] = [];
  const watchers = new Set<() => void>();

  const nowMs = (): number => Math.max(clock.nowMs(), freeAtMs);
  const isBlocked = (): boolean => freeAtMs > clock.nowMs();

  function tellChange(): void {
    // One that stops watching meanwhile is not called any more.
    for (const changed of watchers) changed();
  }

  function leaveDue(): void {
    while (state === 'running' && leaving[0] !== undefined && leaving[0].dueMs <= clock.nowMs()) leaving.shift()?.run();
  }

  /** What was put off until the end of the task. */
  function endTask(): void {
    while (soon.length > 0 && state === 'running') soon.shift()?.();
  }

  function nextOf(): (() => void) | undefined {
    if (timers.length === 0) return inbox.shift();
    timers.sort((a, b) => a.dueMs - b.dueMs);
    return timers.shift()?.run;
  }

  function turn(): void {
    busy = true;
    leaveDue();
    while (state === 'running') {
      if (isBlocked()) return void clock.at(freeAtMs, unblocked);
      endTask();
      const run = nextOf();
      if (run === undefined) break;
      run();
      endTask();
      if (turnMs > 0) return void clock.at(nowMs() + turnMs, turn);
    }
    busy = false;
  }

  function unblocked(): void {
    if (!isBlocked()) tellChange();
    turn();
  }

  function wake(): void {
    if (state === 'running' && !busy) turn();
  }

  function change(to: ProcessState): void {
    if (state === to || state === 'ended') return;
    state = to;
    if (to === 'ended') [timers, inbox, soon, leaving] = [[], [], [], []];
    tellChange();
    wake();
  }

  function deliver(run: () => void): void {
    if (state === 'ended') return;
    inbox.push(run);
    wake();
  }

  function block(ms: number): void {
    if (state !== 'running' || ms <= 0) return;
    freeAtMs = nowMs() + ms;
    tellChange();
    // A promise that goes on between two turns.
    if (!busy) turn();
  }

  function leave(run: () => void): void {
    if (!isBlocked() && leaving.length === 0) return run();
    leaving.push({ dueMs: nowMs(), run });
    clock.at(nowMs(), leaveDue);
  }

  const platform: Platform = {
    nowMs,
    random: () => chance.share(),
    after(delayMs, run) {
      let cancelled = false;
      // As Node's timers: whole milliseconds, at least one.
      const dueMs = nowMs() + Math.max(1, Math.ceil(delayMs));
      const cancel = clock.at(dueMs, () => {
        if (state === 'ended') return;
        timers.push({ dueMs, run: () => (cancelled ? undefined : run()) });
        wake();
      });
      return () => {
        cancelled = true;
        cancel();
      };
    },
    soon(run) {
      // From outside of the loop, a test for example: with the next turn.
      if (busy) soon.push(run);
      else platform.afterTurn(run);
    },
    // What arrived by now is delivered before.
    afterTurn: (run) => void clock.at(nowMs(), () => deliver(run)),
  };

  return {
    name,
    platform,
    state: () => (state === 'running' && isBlocked() ? 'hung' : state),
    deliver,
    stop: () => change('stopped'),
    hang: () => change('hung'),
    continue: () => change('running'),
    kill: () => change('ended'),
    block,
    leave,
    slowDown(ms) {
      turnMs = ms;
    },
    onChange(changed) {
      watchers.add(changed);
      return () => watchers.delete(changed);
    },
  };
}
