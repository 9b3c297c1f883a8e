/* The loads of the suite: those rows of the design's table that are about work that takes time. */

/** Requests of one client. */
export interface Batch {
  readonly kind: 'burn' | 'pause' | 'eight';
  readonly count: number;
  /** The time of each handler run: processor time for `burn` and `eight`, a timer for `pause`. */
  readonly takesMs: number;
  /** The rate of the requests per second; unless given, all are sent at once. */
  readonly perSecond?: number;
}

export interface WorkLoad {
  readonly title: string;
  /** A batch for each client, by the client's name in the table. The first has the longest work. */
  readonly batches: Readonly<Record<string, Batch>>;
  /** How many asynchronous handlers a server may run at once; unless given, 1. */
  readonly concurrency?: number;
  /** Whether one of the servers is killed (SIGKILL) after half of the ideal time, and restarted at once. */
  readonly kills?: boolean;
  /**
   * The numbers of threads with which Cateto's servers are measured; unless given, 0 and 1. Each server has one slot
   * either way.
   */
  readonly threads?: readonly number[];
}

export const serverCount = 2;

const burst: Batch = { kind: 'burn', count: 500, takesMs: 50 };

export const workLoads = {
  burst: { title: '500 x 50 ms CPU at once', batches: { all: burst } },
  killed: { title: 'the same, a server killed halfway and started anew', batches: { all: burst }, kills: true },
  asynchronous: {
    title: '64 x 1 s asynchronous, 16 at once in each server',
    batches: { all: { kind: 'pause', count: 64, takesMs: 1_000 } },
    concurrency: 16,
    threads: [0],
  },
  paced: {
    title: '200 x 5 ms CPU, 10/s, beside 1,000 x 50 ms of another client',
    batches: {
      'the burst': { kind: 'burn', count: 1_000, takesMs: 50 },
      paced: { kind: 'burn', count: 200, takesMs: 5, perSecond: 10 },
    },
  },
  formula: {
    title: 'a formula of 8 calls of 1 s CPU',
    batches: { all: { kind: 'eight', count: 1, takesMs: 1_000 } },
    threads: [1],
  },
} satisfies Readonly<Record<string, WorkLoad>>;

export type WorkLoadName = keyof typeof workLoads;

/** @param share of the requests, from 0 to 1. Less than all gives a quick look, not a figure for the design. */
export function loadOf(name: WorkLoadName, share = 1): WorkLoad {
  const load: WorkLoad = workLoads[name];
  const counts = Object.values(load.batches).map(({ count }) => Math.ceil(count * share));
  if (Object.values(load.batches).every(({ count }, index) => count === counts[index])) return load;
  const fewer = Object.entries(load.batches).map(([client, batch], index) => {
    return [client, { ...batch, count: counts[index] ?? batch.count }] as const;
  });
  return { ...load, title: `${share} of ${load.title}`, batches: Object.fromEntries(fewer) };
}

/** How many handler runs a batch needs. */
export function runsOf({ kind, count }: Batch): number {
  return kind === 'eight' ? 8 * count : count;
}

/** The time that servers need which are never idle and have no overhead, without the pace of the clients. */
export function idealMs({ batches, concurrency = 1 }: WorkLoad): number {
  const each = Object.values(batches).map((batch) => runsOf(batch) * batch.takesMs);
  return each.reduce((total, one) => total + one, 0) / (serverCount * concurrency);
}
