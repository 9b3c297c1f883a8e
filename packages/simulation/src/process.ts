import type { Platform } from '@cateto/bus';
import type { Chance } from './chance.ts';
import type { Clock } from './clock.ts';

/**
 * - `running`
 * - `stopped`: it does nothing, as after SIGSTOP; its kernel keeps its connections open.
 * - `hung`: its event loop stands still or is blocked, but libzmq's thread, if there is one, answers heartbeats.
 * - `ended`: it was killed or has ended.
 */
export type ProcessState = 'running' | 'stopped' | 'hung' | 'ended';

/** A process with one event loop. What arrives while it does not run waits. When it continues, timers run first. */
export interface SimulatedProcess {
  /** Also the name of its host: a new process on a host has the same name. */
  readonly name: string;
  readonly platform: Platform;
  state(): ProcessState;
  /** Something arrived for its event loop. */
  deliver(run: () => void): void;
  stop(): void;
  hang(): void;
  /** Continues after a stop or a hang. */
  continue(): void;
  /** Ends it at once, like kill -9. */
  kill(): void;
  /**
   * The running code blocks the event loop for this long, like a handler that computes: the process's own clock
   * advances by that, and whatever the code does later in the same turn happens that much later. Meanwhile the process
   * is `hung`.
   */
  block(ms: number): void;
  /** Something leaves the process: at once, or when a loop that was blocked in this turn gets that far. */
  leave(run: () => void): void;
  /** From now on each turn of its event loop takes this long, in milliseconds; 0 is normal speed. */
  slowDown(turnMs: number): void;
  /** Calls back after each change of the state, until the returned function is called. */
  onChange(changed: () => void): () => void;
}

export function createProcess(process: Platform['process'], clock: Clock, chance: Chance): SimulatedProcess {
  let state: ProcessState = 'running';
  let turnMs = 0;
  /** A turn is in progress, or the waiting work will be checked in time. */
  let busy = false;
  let timers: { readonly dueMs: number; readonly run: () => void }[] = [];
  let inbox: (() => void)[] = [];
  let soon: (() => void)[] = [];
  /** Until when the running code blocks the event loop. */
  let freeAtMs = 0;
  /** The output that leaves when the event loop has got that far, in order. */
  let leaving: { readonly dueMs: number; readonly run: () => void }[] = [];
  const watchers = new Set<() => void>();

  const nowMs = (): number => Math.max(clock.nowMs(), freeAtMs);
  const isBlocked = (): boolean => freeAtMs > clock.nowMs();

  function tellChange(): void {
    // A watcher that stops watching meanwhile is not called any more.
    for (const changed of watchers) changed();
  }

  function leaveDue(): void {
    while (state === 'running' && leaving[0] !== undefined && leaving[0].dueMs <= clock.nowMs()) leaving.shift()?.run();
  }

  /** Runs what was deferred until the end of the task. */
  function endTask(): void {
    while (soon.length > 0 && state === 'running') soon.shift()?.();
  }

  function nextOf(): (() => void) | undefined {
    if (timers.length === 0) return inbox.shift();
    timers.sort((a, b) => a.dueMs - b.dueMs);
    return timers.shift()?.run;
  }

  /** Like a loop of Node, a turn takes everything that has arrived. */
  function readAll(): void {
    for (const run of inbox.splice(0)) {
      if (state !== 'running' || isBlocked()) inbox.push(run);
      else run();
      endTask();
    }
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
      if (turnMs > 0) {
        readAll();
        return void clock.at(nowMs() + turnMs, turn);
      }
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
    // A promise that continues between two turns.
    if (!busy) turn();
  }

  function leave(run: () => void): void {
    if (!isBlocked() && leaving.length === 0) return run();
    leaving.push({ dueMs: nowMs(), run });
    clock.at(nowMs(), leaveDue);
  }

  const platform: Platform = {
    process,
    nowMs,
    // The virtual time begins in 1970, on every host.
    wallMs: nowMs,
    random: () => chance.share(),
    after(delayMs, run) {
      let cancelled = false;
      // Like Node's timers: whole milliseconds, at least one.
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
      // Called from outside of the event loop, for example by a test: runs with the next turn.
      if (busy) soon.push(run);
      else platform.afterTurn(run);
    },
    // Messages that have arrived by now are delivered before.
    afterTurn: (run) => void clock.at(nowMs(), () => deliver(run)),
  };

  return {
    name: process.host,
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
