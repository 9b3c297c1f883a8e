import type { Platform } from '../link.ts';
import type { Chance } from './chance.ts';
import type { Clock } from './clock.ts';

/**
 * - `running`
 * - `stopped`: nothing of it runs, as after SIGSTOP; its kernel still holds its connections open.
 * - `hung`: its event loop does not turn, but a thread of libzmq's goes on, where there is one, and answers heartbeats.
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
  const watchers = new Set<() => void>();

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
    while (state === 'running') {
      endTask();
      const run = nextOf();
      if (run === undefined) break;
      run();
      endTask();
      if (turnMs > 0) {
        clock.at(clock.nowMs() + turnMs, turn);
        return;
      }
    }
    busy = false;
  }

  function wake(): void {
    if (state === 'running' && !busy) turn();
  }

  function change(to: ProcessState): void {
    if (state === to || state === 'ended') return;
    state = to;
    if (to === 'ended') [timers, inbox, soon] = [[], [], []];
    // One that stops watching meanwhile is not called any more.
    for (const changed of watchers) changed();
    wake();
  }

  function deliver(run: () => void): void {
    if (state === 'ended') return;
    inbox.push(run);
    wake();
  }

  const platform: Platform = {
    nowMs: clock.nowMs,
    random: () => chance.share(),
    after(delayMs, run) {
      let cancelled = false;
      // As Node's timers: whole milliseconds, at least one.
      const dueMs = clock.nowMs() + Math.max(1, Math.ceil(delayMs));
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
    afterTurn: (run) => void clock.at(clock.nowMs(), () => deliver(run)),
  };

  return {
    name,
    platform,
    state: () => state,
    deliver,
    stop: () => change('stopped'),
    hang: () => change('hung'),
    continue: () => change('running'),
    kill: () => change('ended'),
    slowDown(ms) {
      turnMs = ms;
    },
    onChange(changed) {
      watchers.add(changed);
      return () => watchers.delete(changed);
    },
  };
}
