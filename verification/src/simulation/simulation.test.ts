import { expect, test } from 'vitest';
import { report, trySeed } from './campaign.ts';
import { misbehaviours } from './misbehaving.ts';
import { simulate } from './simulate.ts';

/** `pnpm simulate` runs more. */
const seeds = 20;

test(`no seed from 1 to ${seeds} breaks a promise`, { timeout: 600_000 }, async () => {
  let failovers = 0;
  let asked = 0;
  for (let seed = 1; seed <= seeds; seed += 1) {
    const trial = await trySeed(seed);
    if (trial.violations.length > 0) expect.fail(await report(trial));
    asked += trial.history.asked.length;
    failovers += trial.history.brokers.filter(({ state }) => state === 'active').length - 1;
  }
  // Otherwise nothing could have been lost.
  expect(failovers).toBeGreaterThan(seeds / 2);
  expect(asked).toBeGreaterThan(200 * seeds);
});

/** A seed of this mode takes as long as three of other modes: each restart of a server is one more process. */
const fatalSeeds = 8;

test(
  `no seed from 1 to ${fatalSeeds} breaks a promise while requests end their servers`,
  { timeout: 600_000 },
  async () => {
    let lost = 0;
    for (let seed = 1; seed <= fatalSeeds; seed += 1) {
      const trial = await trySeed(seed, 'fatal');
      if (trial.violations.length > 0) expect.fail(await report(trial));
      const codes = trial.history.asked.flatMap(({ settled: [first] }) =>
        first && 'code' in first.outcome ? [first.outcome.code] : [],
      );
      lost += codes.filter((code) => code === 'server-lost').length;
    }
    expect(lost).toBeGreaterThan(fatalSeeds / 2);
  },
);

const workSeeds = 6;

test(
  `no seed from 1 to ${workSeeds} breaks a promise while computations take up to thirty seconds`,
  { timeout: 600_000 },
  async () => {
    for (let seed = 1; seed <= workSeeds; seed += 1) {
      const trial = await trySeed(seed, 'work');
      if (trial.violations.length > 0) expect.fail(await report(trial));
    }
  },
);

const workFailoverSeeds = 3;

test(
  `no seed from 1 to ${workFailoverSeeds} computes anything again because of forty failovers`,
  { timeout: 600_000 },
  async () => {
    for (let seed = 1; seed <= workFailoverSeeds; seed += 1) {
      const trial = await trySeed(seed, 'work-failovers');
      if (trial.violations.length > 0) expect.fail(await report(trial));
    }
  },
);

const restartSeeds = 6;

test(
  `no seed from 1 to ${restartSeeds} computes anything again because op-servers are restarted one after the other`,
  { timeout: 600_000 },
  async () => {
    for (let seed = 1; seed <= restartSeeds; seed += 1) {
      const trial = await trySeed(seed, 'restarts');
      if (trial.violations.length > 0) expect.fail(await report(trial));
    }
  },
);

const disturbedSeeds = 6;

test.each([
  ['computes anything again because the only broker stands still for a moment', 'pauses'],
  ['computes anything again because a server is not reached for a moment', 'cuts'],
  ['lets the short computations of one client wait for the long ones of another', 'shares'],
] as const)(`no seed from 1 to ${disturbedSeeds} %s`, { timeout: 600_000 }, async (_what, mode) => {
  for (let seed = 1; seed <= disturbedSeeds; seed += 1) {
    const trial = await trySeed(seed, mode);
    if (trial.violations.length > 0) expect.fail(await report(trial));
  }
});

const generatorSeeds = 4;

test(
  `no seed from 1 to ${generatorSeeds} breaks a promise for formulas in steps of hundreds of calls`,
  { timeout: 600_000 },
  async () => {
    let failovers = 0;
    let answered = 0;
    for (let seed = 1; seed <= generatorSeeds; seed += 1) {
      const trial = await trySeed(seed, 'generators');
      if (trial.violations.length > 0) expect.fail(await report(trial));
      const { asked, brokers } = trial.history;
      answered += asked.filter(
        ({ formula, settled: [first] }) => formula === 'rounds' && first && 'value' in first.outcome,
      ).length;
      failovers += brokers.filter(({ state }) => state === 'active').length - 1;
    }
    expect(answered).toBeGreaterThan(10 * generatorSeeds);
    expect(failovers).toBeGreaterThan(generatorSeeds / 4);
  },
);

const loadSeeds = 4;

test(
  `no seed from 1 to ${loadSeeds} breaks a promise while there is more to do than can be done at once`,
  { timeout: 600_000 },
  async () => {
    for (let seed = 1; seed <= loadSeeds; seed += 1) {
      const trial = await trySeed(seed, 'load');
      if (trial.violations.length > 0) expect.fail(await report(trial));
    }
  },
);

/** One seed of each kind. */
const misbehavingSeeds = [1, 2, 3, 5, 6, 7, 14, 16, 21, 37];

test('a server that misbehaves hurts other requests only within its bounds', { timeout: 600_000 }, async () => {
  const kinds = new Set<string | undefined>();
  for (const seed of misbehavingSeeds) {
    const trial = await trySeed(seed, 'misbehaving');
    if (trial.violations.length > 0) expect.fail(await report(trial));
    kinds.add(trial.scenario.misbehaviour);
  }
  expect(kinds).toEqual(new Set(Object.keys(misbehaviours)));
});

test('a seed gives the same course of events each time', async () => {
  const { scenario } = await trySeed(5);
  const [once, again] = [await simulate(scenario, true), await simulate(scenario, true)];
  expect(once.lines.length).toBeGreaterThan(100);
  expect(again.lines).toEqual(once.lines);
});
