import { testConfig } from '../vitest.base.ts';

/* The tests of these programs. `pnpm simulate`, `pnpm chaos`, `pnpm soak` and `pnpm fuzz` run the programs themselves, for longer. */

const startsProcesses = [
  'src/chaos/{chaos,system-under-test,nemesis}.test.ts',
  'src/hosts/{five-hosts,network,silent-names}.test.ts',
];

const { ssr, test } = testConfig();
const { reporters, include, ...limits } = test ?? {};

export default {
  test: {
    reporters,
    projects: [
      // Virtual time: a busy machine changes nothing, so these files run side by side. On two cores vitest would start one worker.
      {
        ssr,
        test: {
          ...limits,
          // Some files run with mutants in place of modules.
          isolate: true,
          name: 'in-process',
          include,
          exclude: startsProcesses,
          maxWorkers: '100%',
          sequence: { groupOrder: 0 },
        },
      },
      // Processes that miss each other after 200 ms: beside a file that keeps a core busy, on two cores, a broker missed a healthy
      // server for a moment, and its work was done by a fallback.
      {
        ssr,
        test: {
          ...limits,
          name: 'processes',
          include: startsProcesses,
          globalSetup: '../vitest.build.ts',
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
};
