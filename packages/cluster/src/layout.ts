/** One process of a system. */
export interface ProcessPlan {
  /** `op-server-1`: unique in its system. */
  readonly name: string;
  /** The folder of the app. */
  readonly app: 'broker' | 'backup' | 'op-server' | 'calc-server';
  readonly args: readonly string[];
}

export interface LayoutOptions {
  readonly opServers: number;
  readonly calcServers: number;
}

const lanes = [1, 2, 3, 4, 5, 6, 7, 8];

/**
 * The processes of a system: two brokers, op-servers that share the lanes as evenly as they can, and calc-servers. Of
 * two op-servers, one has the odd lanes and the other the even lanes, so that two servers square two legs.
 */
export function planSystem({ opServers, calcServers }: LayoutOptions): readonly ProcessPlan[] {
  return [
    { name: 'broker', app: 'broker', args: [] },
    { name: 'backup', app: 'backup', args: [] },
    ...numbers(opServers).map((number): ProcessPlan => {
      const own = lanesOf(number, opServers);
      return { name: `op-server-${number}`, app: 'op-server', args: ['--lanes', own.join(',')] };
    }),
    ...numbers(calcServers).map((number): ProcessPlan => {
      return { name: calcServers === 1 ? 'calc-server' : `calc-server-${number}`, app: 'calc-server', args: [] };
    }),
  ];
}

/** One more op-server for a system, for all lanes. */
export function anotherOpServer(plans: readonly ProcessPlan[]): ProcessPlan {
  const taken = plans.map(({ name }) => /^op-server-(\d+)$/.exec(name)?.[1] ?? '0');
  return { name: `op-server-${Math.max(0, ...taken.map(Number)) + 1}`, app: 'op-server', args: [] };
}

/** The lanes of the n-th op-server, of `of` op-servers. From the ninth on, servers repeat the lanes of the first ones. */
export function lanesOf(number: number, of: number): readonly number[] {
  const groups = Math.min(of, lanes.length);
  return lanes.filter((lane) => (lane - 1) % groups === (number - 1) % groups);
}

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}
