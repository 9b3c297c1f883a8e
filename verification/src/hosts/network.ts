import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';

/*
 * Hosts as network namespaces, each with a cable (a veth pair) to one of two switches (bridges), and a cable between
 * the switches. The switches are in a namespace too, so that nothing is added to the machine's own network. It needs
 * only iproute2 and a kernel with veth and bridge. It uses no packet filter, because the kernels of small virtual
 * machines have none.
 */

export interface Network {
  /** The words before a command that run it on a host. */
  on(host: string): readonly string[];
  /** Pulls a host's cable: both ends lose their carrier. */
  unplug(host: string): Promise<void>;
  plug(host: string): Promise<void>;
  /** Loses everything that one host sends to another, silently. The way back is unchanged. */
  cutOneWay(from: string, to: string): Promise<void>;
  /**
   * Pulls the cable between the two switches. One command does it, so that all links between the sides are cut at the
   * same moment.
   */
  partition(): Promise<void>;
  /** Plugs in every cable, and stops all losses. */
  heal(): Promise<void>;
  /** Removes the namespaces and everything in them. Processes in them must have ended. */
  remove(): Promise<void>;
}

const run = promisify(execFile);
const ip = (...args: readonly string[]): Promise<unknown> => run('ip', args);

/** The address of no host. The switch sends such a frame to every host, and every interface drops it. */
const nobody = '02:00:00:00:00:00';
/** The paper's addresses, 10.43.96.* and 10.43.103.*, in one network. */
const prefixLength = 21;
/** The switches, each with its end of the cable between them. */
const near = { bridge: 'near', end: 'to-far' };
const far = { bridge: 'far', end: 'to-near' };
const namePrefix = 'cateto-';

/**
 * A network of hosts, named by their IPv4 addresses. Its names are unique, so that several networks can exist at once.
 *
 * @param farHosts the hosts that a partition cuts off from the others
 * @throws Error with the message of `ip` when this machine does not permit it; nothing is left behind by then
 */
export async function createNetwork(hosts: readonly string[], farHosts: readonly string[] = []): Promise<Network> {
  await removeOrphans();
  const id = `${namePrefix}${process.pid}-${randomBytes(3).toString('hex')}`;
  const switches = `${id}-switches`;
  const namespaceOf = (host: string): string => `${id}-${host}`;
  const cableOf = (host: string): string => `to-${hosts.indexOf(host)}`;
  const made: string[] = [];
  const lost = new Set<string>();
  const unplugged = new Set<string>();

  async function addNamespace(name: string): Promise<void> {
    await ip('netns', 'add', name);
    made.push(name);
    // Programs on one host reach each other over loopback, whatever happens to the cable.
    await ip('-n', name, 'link', 'set', 'lo', 'up');
  }

  async function addSwitches(): Promise<void> {
    await addNamespace(switches);
    await ip('-n', switches, 'link', 'add', near.end, 'type', 'veth', 'peer', 'name', far.end);
    for (const { bridge, end } of [near, far]) {
      await ip('-n', switches, 'link', 'add', bridge, 'type', 'bridge');
      await ip('-n', switches, 'link', 'set', bridge, 'up');
      await ip('-n', switches, 'link', 'set', end, 'master', bridge, 'up');
    }
  }

  async function addHost(host: string): Promise<void> {
    const own = namespaceOf(host);
    const cable = cableOf(host);
    const { bridge } = farHosts.includes(host) ? far : near;
    await addNamespace(own);
    await ip('-n', switches, 'link', 'add', cable, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', own);
    await ip('-n', switches, 'link', 'set', cable, 'master', bridge, 'up');
    await ip('-n', own, 'address', 'add', `${host}/${prefixLength}`, 'dev', 'eth0');
    await ip('-n', own, 'link', 'set', 'eth0', 'up');
  }

  async function remove(): Promise<void> {
    for (const name of made.splice(0).toReversed()) await ip('netns', 'delete', name);
  }

  async function plug(host: string): Promise<void> {
    await ip('-n', switches, 'link', 'set', cableOf(host), 'up');
    unplugged.delete(host);
  }

  /** Sets a permanent, wrong neighbour entry: the sender notices nothing. */
  async function cutOneWay(from: string, to: string): Promise<void> {
    const entry = [to, 'lladdr', nobody, 'dev', 'eth0', 'nud', 'permanent'];
    await ip('-n', namespaceOf(from), 'neighbour', 'replace', ...entry);
    lost.add(`${from} ${to}`);
  }

  async function healOneWay(from: string, to: string): Promise<void> {
    await ip('-n', namespaceOf(from), 'neighbour', 'delete', to, 'dev', 'eth0');
    lost.delete(`${from} ${to}`);
  }

  try {
    await addSwitches();
    for (const host of hosts) await addHost(host);
  } catch (error) {
    await remove();
    throw error;
  }

  return {
    on: (host) => ['ip', 'netns', 'exec', namespaceOf(host)],
    async unplug(host) {
      await ip('-n', switches, 'link', 'set', cableOf(host), 'down');
      unplugged.add(host);
    },
    plug,
    cutOneWay,
    async partition() {
      await ip('-n', switches, 'link', 'set', near.end, 'down');
    },
    async heal() {
      await ip('-n', switches, 'link', 'set', near.end, 'up');
      const ways = [...lost].map((way) => way.split(' '));
      await Promise.all(ways.map(([from = '', to = '']) => healOneWay(from, to)));
      await Promise.all([...unplugged].map(plug));
    },
    remove,
  };
}

/** Why this machine cannot have such a network; undefined when it can. */
export async function networkRefused(): Promise<string | undefined> {
  try {
    const network = await createNetwork(['10.43.96.1']);
    const [command = '', ...args] = network.on('10.43.96.1');
    try {
      await run(command, [...args, 'true']);
    } finally {
      await network.remove();
    }
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message.trim() : String(error);
  }
}

/** Removes networks that killed runs left behind. Their names contain the process that created them. */
async function removeOrphans(): Promise<void> {
  const { stdout } = await run('ip', ['netns', 'list']);
  for (const line of stdout.split('\n')) {
    const [name = ''] = line.split(' ');
    const maker = /^cateto-(\d+)-/.exec(name)?.[1];
    if (maker !== undefined && !isAlive(Number(maker))) await ip('netns', 'delete', name).catch(() => undefined);
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code !== 'ESRCH';
  }
}
