import { crowdSuites } from './crowd-suites.ts';
import { consoles } from './console-suite.ts';
import { keys } from './keys-suite.ts';
import { scraped } from './scraped-suite.ts';
import { large } from './large/suite.ts';
import { map } from './map-suite.ts';
import { flood, overload } from './overload.ts';
import type { Suite } from './suite.ts';
import { using } from './suite.ts';
import { measure, startSystem } from './system.ts';
import { work } from './work/suite.ts';

/*
 * The measurements, besides crowds and overload. Each suite starts systems of its own and reports its results as it
 * goes.
 */

/** A cold start: how long a user waits from starting the system to the first answer. */
const start: Suite = async ({ round, tell }) => {
  const system = await startSystem({});
  try {
    const each = { type: 'closed', inFlight: 1, warmMs: 0, ms: 1_000 } as const;
    const measured = await measure(system, { suite: 'start', load: 'the first second, 1 in flight', round, each });
    tell({ ...measured, firstAnswerMs: system.firstAnswerMs });
  } finally {
    await system.stop();
  }
};

const closed: Suite = ({ round, ms, warmMs, tell }) =>
  using({}, warmMs, async (system) => {
    for (const inFlight of [1, 16, 64, 256, 1_024]) {
      const each = { type: 'closed', inFlight, warmMs: 0, ms } as const;
      tell(await measure(system, { suite: 'closed loop', load: `${inFlight} in flight`, round, each }));
    }
  });

const open: Suite = ({ round, ms, warmMs, tell }) =>
  using({}, warmMs, async (system) => {
    for (const perSecond of [1_000, 5_000, 10_000, 20_000, 40_000]) {
      const each = { type: 'open', perSecond, warmMs: 0, ms } as const;
      const measured = await measure(system, { suite: 'open loop', load: `${perSecond}/s`, round, each });
      tell(measured);
      // The system does not keep up. A higher rate would only measure how long the clients tried.
      if (measured.p50Ms > 1_000) return;
    }
  });

const clients: Suite = async ({ round, ms, warmMs, tell }) => {
  for (const count of [1, 4, 16, 64]) {
    await using({ clients: count }, warmMs, async (system) => {
      const each = { type: 'closed', inFlight: 64 / count, warmMs: 0, ms } as const;
      tell(await measure(system, { suite: 'client processes', load: `${count}, 64 in flight in all`, round, each }));
    });
  }
};

const servers: Suite = async ({ round, ms, warmMs, tell }) => {
  for (const calcServers of [1, 2]) {
    await using({ calcServers }, warmMs, async (system) => {
      const each = { type: 'closed', inFlight: 256, warmMs: 0, ms } as const;
      tell(await measure(system, { suite: 'calc-servers', load: `${calcServers}, 256 in flight`, round, each }));
    });
  }
};

interface Fault {
  readonly target: string;
  readonly signal: 'SIGKILL' | 'SIGSTOP';
}

const faultPerSecond = 500;

/** Ten seconds at 500 a second; the fault comes after three. */
const faults: Suite = async ({ round, warmMs, tell }) => {
  const hit: readonly Fault[] = [
    { target: 'op-server-1', signal: 'SIGKILL' },
    { target: 'calc-server-1', signal: 'SIGKILL' },
    { target: 'broker', signal: 'SIGKILL' },
    { target: 'broker', signal: 'SIGSTOP' },
  ];
  for (const { target, signal } of hit) {
    // Each server has a second one that can replace it.
    await using({ opServers: 4, calcServers: 2 }, warmMs, async (system) => {
      const each = { type: 'open', perSecond: faultPerSecond, warmMs: 0, ms: 10_000 } as const;
      const during = async (): Promise<void> => {
        await new Promise<void>((resolve) => void setTimeout(resolve, 3_000));
        await system.kill(target, signal);
      };
      const load = `${signal} of ${target.replace(/-\d+$/, '')}`;
      tell(await measure(system, { suite: 'fault at 500/s', load, round, each, during }));
    });
  }
};

export const suites: Readonly<Record<string, Suite>> = {
  start,
  closed,
  open,
  clients,
  servers,
  keys,
  scraped,
  console: consoles,
  map,
  large: ({ tellLarge, ...options }) => large({ ...options, tell: tellLarge }),
  ...crowdSuites,
  faults,
  overload,
  flood,
  work: ({ tellWork, ...options }) => work({ ...options, tell: tellWork }),
};
