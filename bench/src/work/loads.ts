/* What the suite asks for: the rows of the design's table that are about work that takes time. */

/** Requests of one client. */
export interface Batch {
  readonly kind: 'burn' | 'pause' | 'eight';
  readonly count: number;
  /** Of each handler: of the processor for `burn` and `eight`, of a timer for `pause`. */
  readonly takesMs: number;
  /** Asked for at so many a second; all at once unless given. */
  readonly perSecond?: number;
}

export interface WorkLoad {
  readonly title: string;
  /** Of each client, by what the table calls it. The first has the longest work. */
  readonly batches: Readonly<Record<string, Batch>>;
  /** Requests that a server may run at once where its handlers wait; 1 unless given. */
  readonly concurrency?: number;
  /** One of the servers is killed (SIGKILL) when half of the ideal time has passed, and started anew at once. */
  readonly kills?: boolean;
  /** With how many threads Cateto's servers are measured; without and with one unless given. Each has one slot either way. */
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

/** @param share of the requests, from 0 to 1: less than all is a quick look, and no figure of the design */
export function loadOf(name: WorkLoadName, share = 1): WorkLoad {
  const load: WorkLoad = workLoads[name];
  const counts = Object.values(load.batches).map(({ count }) => Math.ceil(count * share));
  if (Object.values(load.batches).every(({ count }, index) => count === counts[index])) return load;
  const fewer = Object.entries(load.batches).map(([client, batch], index) => {
    return [client, { ...batch, count: counts[index] ?? batch.count }] as const;
  });
  return { ...load, title: `${share} of ${load.title}`, batches: Object.fromEntries(fewer) };
}

/** How many runs of a handler a batch needs. */
export function runsOf({ kind, count }: Batch): number {
  return kind === 'eight' ? 8 * count : count;
}

/** How long it takes servers that are never idle and cost nothing themselves; pacing not counted. */
export function idealMs({ batches, concurrency = 1 }: WorkLoad): number {
  const each = Object.values(batches).map((batch) => runsOf(batch) * batch.takesMs);
  return each.reduce((total, one) => total + one, 0) / (serverCount * concurrency);
}
