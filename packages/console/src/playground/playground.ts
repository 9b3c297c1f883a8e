import type { FromPlayground, Host, Pace, ToPlayground } from '../shared/playground.ts';
import { hosts } from '../shared/playground.ts';
import { paceAt } from './pace.ts';
import type { Run } from './run.ts';
import { beginRun } from './run.ts';
import { scenes } from './scenes.ts';

/* The playground: a system in virtual time, what a person does to it, and what the page is told about it. */

export interface Playground {
  /** Takes effect with the next {@link advance}. */
  hear(command: ToPlayground): void;
  /**
   * Lets the time pass that belongs to so many milliseconds of real time, and tells the page what it has to show. When
   * the computer is too slow for the pace, less time passes.
   *
   * @returns whether to call it again soon
   */
  advance(realMs: number): Promise<boolean>;
}

export interface PlaygroundParts {
  tell(message: FromPlayground): void;
  /** A clock of the computer, in milliseconds. */
  nowMs(): number;
}

/** The texts and the figure change ten times a second, the messages on the links with each frame. */
const storyFrames = 6;
/** How long one call of `advance` may compute. */
const computeMaxMs = 12;
/** A step to the next thing that happens ends after this time when nothing does. */
const stepMaxMs = 200;
const loadOperands: readonly (readonly number[])[] = [
  [3, 4],
  [5, 12],
  [8, 15],
  [7, 24],
  [20, 21],
];

/** A scene that is being played. */
interface Played {
  readonly index: number;
  readonly id: string | undefined;
  killed: boolean;
}

export function createPlayground({ tell, nowMs }: PlaygroundParts): Playground {
  const commands: ToPlayground[] = [];
  let run: Run | undefined;
  let playing = false;
  let pace: Pace = 'follow';
  let perSecond = 0;
  /** The number of the current load. */
  let loads = 0;
  let asked = 0;
  /** The request that a person has chosen, or else the last one that a person or a scene made. */
  let shown: string | undefined;
  let scene: Played | undefined;
  let frames = 0;
  let toldVersion = -1;
  let toldFigure: string | undefined;

  async function begin(seed: number): Promise<void> {
    run = undefined;
    scene = undefined;
    shown = undefined;
    const began = await beginRun(seed, {
      sent: (kinds) => followScene(kinds),
      settled: (id) => endScene(id),
    });
    run = began;
    toldVersion = -1;
    load(began);
  }

  /** Asks again and again, until another load begins. */
  function load(of: Run): void {
    loads += 1;
    const number = loads;
    const again = (): void => {
      if (number !== loads || run !== of || perSecond === 0) return;
      asked += 1;
      of.ask('hypotenuse', loadOperands[asked % loadOperands.length] ?? []);
      of.network.at(of.network.nowMs() + 1_000 / perSecond, again);
    };
    again();
  }

  async function play(index: number, seed: number): Promise<void> {
    const plan = scenes[index];
    if (plan === undefined) return;
    perSecond = 0;
    await begin(seed);
    if (plan.kills !== undefined && plan.killsWhen === undefined) run?.act(plan.kills, 'kill');
    shown = run?.ask('hypotenuse', plan.operands);
    scene = { index, id: shown, killed: false };
    playing = true;
    pace = 'follow';
    tell({ type: 'scene', outcome: { index, row: undefined } });
  }

  function followScene(kinds: readonly string[]): void {
    if (scene === undefined || scene.killed || run === undefined) return;
    const { kills, killsWhen } = scenes[scene.index] ?? {};
    if (kills === undefined || killsWhen === undefined || !kinds.includes(killsWhen)) return;
    scene.killed = true;
    const of = run;
    // Not within the turn of the process that sends.
    of.network.at(of.network.nowMs(), () => of.act(kills, 'kill'));
  }

  function endScene(id: string): void {
    if (scene?.id !== id) return;
    const row = run?.row(id);
    if (row !== undefined) tell({ type: 'scene', outcome: { index: scene.index, row: { ...row } } });
    scene = undefined;
  }

  async function step({ network, version }: Run): Promise<void> {
    const before = version();
    const untilMs = network.nowMs() + stepMaxMs;
    while (version() === before) {
      const nextMs = network.nextMs();
      if (nextMs === undefined || nextMs > untilMs) return network.runTo(untilMs);
      await network.runTo(nextMs);
    }
  }

  async function obey(command: ToPlayground): Promise<void> {
    if (command.type === 'begin') return begin(command.seed);
    if (run === undefined) return;
    switch (command.type) {
      case 'play':
        playing = true;
        return;
      case 'pause':
        playing = false;
        return;
      case 'step':
        playing = false;
        return step(run);
      case 'pace':
        ({ pace } = command);
        return;
      case 'load':
        ({ perSecond } = command);
        return load(run);
      case 'ask':
        shown = run.ask(command.formula, command.operands) ?? shown;
        return;
      case 'act':
        if (isHost(command.process)) run.act(command.process, command.action);
        return;
      case 'link':
        return run.link(command.one, command.other, command.action);
      case 'scene':
        return play(command.index, run.seed);
      case 'show':
        shown = command.id;
    }
  }

  async function pass({ network, isBusy, isLed }: Run, realMs: number): Promise<void> {
    const untilMs = nowMs() + computeMaxMs;
    let leftMs = realMs;
    while (leftMs > 0 && nowMs() < untilMs) {
      const perMs = paceAt(pace, { isBusy: isBusy(), isLed: isLed() }) / 1_000;
      const before = network.nowMs();
      const targetMs = before + leftMs * perMs;
      const nextMs = network.nextMs();
      if (nextMs === undefined || nextMs > targetMs) return network.runTo(targetMs);
      leftMs -= (nextMs - before) / perMs;
      await network.runTo(nextMs);
    }
  }

  function report(of: Run, isWhole: boolean): void {
    tell({ type: 'stage', stage: { ...of.stage(), playing, perSecond, pace } });
    frames += 1;
    if (!isWhole && frames % storyFrames !== 0) return;
    if (of.version() !== toldVersion) {
      toldVersion = of.version();
      tell({ type: 'story', story: of.story() });
    }
    const figure = of.figure(shown);
    const text = JSON.stringify(figure);
    if (text === toldFigure) return;
    toldFigure = text;
    tell({ type: 'figure', figure });
  }

  return {
    hear: (command) => void commands.push(command),
    async advance(realMs) {
      const given = commands.splice(0);
      for (const command of given) await obey(command);
      if (run === undefined) return false;
      if (playing) await pass(run, realMs);
      report(run, !playing || given.length > 0);
      return playing || commands.length > 0;
    },
  };
}

function isHost(name: string): name is Host {
  return (hosts as readonly string[]).includes(name);
}
