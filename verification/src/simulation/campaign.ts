import fc from 'fast-check';
import type { Violation } from './violation.ts';
import { check } from './check.ts';
import type { History } from './history.ts';
import type { Mode, Scenario } from './scenario.ts';
import { scenarios } from './scenario.ts';
import { simulate } from './simulate.ts';

/** The result of a seed. */
export interface Trial {
  readonly seed: number;
  readonly scenario: Scenario;
  readonly history: History;
  readonly violations: readonly Violation[];
}

/** Unless a mode is given, odd seeds have one fault at a time and even ones any faults. */
function modeOf(seed: number): Mode {
  return seed % 2 === 0 ? 'any' : 'one-at-a-time';
}

/** Runs the scenario of a seed; the result is the same each time. */
export async function trySeed(seed: number, mode: Mode = modeOf(seed)): Promise<Trial> {
  const [scenario] = fc.sample(scenarios(mode), { seed, numRuns: 1 });
  if (scenario === undefined) throw new Error(`no scenario for seed ${seed}`);
  const history = await simulate(scenario);
  return { seed, scenario, history, violations: check(scenario, history) };
}

const shrinkMaxMs = 20_000;

/** The smallest scenario found in 20 s that still breaks a promise. */
export async function shrink({ seed, scenario }: Trial): Promise<Scenario> {
  const found = await fc.check(
    fc.asyncProperty(scenarios(scenario.mode), async (smaller) => check(smaller, await simulate(smaller)).length === 0),
    { seed, numRuns: 1, interruptAfterTimeLimit: shrinkMaxMs },
  );
  return found.counterexample?.[0] ?? scenario;
}

const linesShown = 60;

/** A report for people: the broken promises, the events before, and the command that repeats the run. */
export async function report(trial: Trial): Promise<string> {
  const scenario = await shrink(trial);
  const history = await simulate(scenario, true);
  const violations = check(scenario, history);
  const [first] = violations;
  const untilMs = first?.atMs ?? history.endMs;
  const before = history.lines.filter((line) => Number.parseFloat(line) <= untilMs);
  return [
    `seed ${trial.seed} breaks ${violations.length === 1 ? 'a promise' : `${violations.length} promises`}:`,
    ...violations.slice(0, 5).map(({ atMs, what }) => `  at ${atMs.toFixed(2)} ms: ${what}`),
    '',
    `Smallest scenario found: ${JSON.stringify({ ...scenario, faults: undefined })}`,
    ...history.faults.map(({ kind, target, other, fromMs, toMs }) => {
      return `  ${fromMs.toFixed(0)} to ${toMs.toFixed(0)} ms: ${kind} ${target}${other === undefined ? '' : ` and ${other}`}`;
    }),
    '',
    `The last of what happened before (of ${before.length} lines):`,
    ...before.slice(-linesShown),
    '',
    `Again: pnpm simulate --from ${trial.seed} --seeds 1 --mode ${scenario.mode}`,
  ].join('\n');
}
