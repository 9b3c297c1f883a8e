import type { AppProcess } from '@cateto/cluster';
import { appCommand, startProcess } from '@cateto/cluster';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Account } from '../support/load.ts';
import type { HostProgram } from './documented-hosts.ts';
import { documentedHosts } from './documented-hosts.ts';
import type { Network } from './network.ts';
import { createNetwork } from './network.ts';

/** The addresses of the paper, and the fifth host's. */
export const addresses = {
  primary: '10.43.96.50',
  backup: '10.43.103.58',
  opServer2: '10.43.96.60',
  client: '10.43.103.51',
  standIn: '10.43.103.52',
} as const;

/** A load that runs on a host. */
export interface HostLoad {
  /** Resolves when so many more requests have been answered. */
  answered(more: number): Promise<void>;
  /** Asks for no more and gives the account when everything asked has its outcome. */
  stop(): Promise<Account>;
}

export interface Brokers {
  readonly active: AppProcess;
  readonly standby: AppProcess;
}

export interface FiveHosts {
  readonly network: Network;
  /** The program of an app that runs on a host. */
  get(app: string, host: string): AppProcess;
  /** The primary is active and the backup stands by: the backup is started anew if it was active. */
  asInThePaper(): Promise<void>;
  /** Runs the command that docs/running.md has for the client, with other arguments if they are given. */
  ask(args?: readonly string[]): Promise<{ readonly code: number; readonly out: string }>;
  /** A load on a host, running when it resolves; everyone has found everyone by then. */
  load(host: string, perSecond: number): Promise<HostLoad>;
  stop(): Promise<void>;
}

/** Longer than any cut of these tests: nothing that is asked has to fail. */
const loadTimeoutMs = 20_000;

const loadProgram = fileURLToPath(new URL('load-program.ts', import.meta.url));

/**
 * The five hosts with the programs that docs/running.md puts on them.
 *
 * @throws Error when the network cannot be made or a program does not start; everything is gone by then
 */
export async function startFiveHosts(): Promise<FiveHosts> {
  const programs = documentedHosts();
  const network = await createNetwork([...new Set(programs.map(({ host }) => host))]);
  const processes = new Map<string, AppProcess>();
  const loads = new Set<AppProcess>();
  const client = programOf('client', addresses.client);

  function programOf(app: string, host: string): HostProgram {
    const found = programs.find((one) => one.app === app && one.host === host);
    if (found === undefined) throw new Error(`docs/running.md has no ${app} on ${host}`);
    return found;
  }

  function start({ app, host, args, environment }: HostProgram): AppProcess {
    const command = appCommand(app, false);
    const name = `${app} on ${host}`;
    const started = startProcess({
      name,
      cwd: command.cwd,
      args: [...command.args, ...args],
      prefix: network.on(host),
      environment,
    });
    processes.set(name, started);
    return started;
  }

  function get(app: string, host: string): AppProcess {
    const found = processes.get(`${app} on ${host}`);
    if (found === undefined) throw new Error(`${app} on ${host} was not started`);
    return found;
  }

  async function end(ending: Iterable<AppProcess>): Promise<void> {
    const all = [...ending];
    for (const one of all) one.kill('SIGTERM');
    await Promise.all(all.map(({ ended }) => ended));
  }

  async function stop(): Promise<void> {
    // A load without answers would wait for its timeouts.
    for (const one of loads) one.kill('SIGKILL');
    await network.heal();
    const isBroker = (one: AppProcess): boolean => /^(?:broker|backup) /.test(one.name);
    await end([...processes.values()].filter((one) => !isBroker(one)));
    await end([...processes.values()].filter(isBroker));
    await network.remove();
  }

  async function asInThePaper(): Promise<void> {
    const primary = get('broker', addresses.primary);
    if (isActive(primary)) return;
    const backup = get('backup', addresses.backup);
    const takeover = primary.waitForNext('active');
    backup.kill('SIGTERM');
    await Promise.all([takeover, backup.ended]);
    await start(programOf('backup', addresses.backup)).waitFor('standby');
  }

  try {
    const broker = start(programOf('broker', addresses.primary));
    await broker.waitFor('active');
    for (const one of programs) if (one.app !== 'broker' && one.app !== 'client') start(one);
    await Promise.all([...processes.values()].map((one) => one.waitFor('ready')));
  } catch (error) {
    await stop();
    throw error;
  }

  return {
    network,
    get,
    asInThePaper,
    ask: (args = client.args) => {
      const { cwd, args: own } = appCommand('client', false);
      const [command = '', ...given] = [...network.on(client.host), process.execPath, ...own, ...args];
      return new Promise((resolve) => {
        const options = { cwd, env: { ...process.env, ...client.environment } };
        execFile(command, given, options, (error, out) => resolve({ code: Number(error?.code ?? 0), out }));
      });
    },
    async load(host, perSecond) {
      const one = startProcess({
        name: `load on ${host}`,
        cwd: fileURLToPath(new URL('.', import.meta.url)),
        args: ['--conditions=@cateto/source', '--import', 'tsx', loadProgram, String(perSecond), String(loadTimeoutMs)],
        prefix: network.on(host),
        environment: client.environment,
      });
      loads.add(one);
      await one.waitFor('loading');
      return loadOf(one);
    },
    stop,
  };
}

function loadOf(one: AppProcess): HostLoad {
  const count = (event: { readonly [field: string]: unknown } | undefined): number => Number(event?.count ?? 0);
  return {
    async answered(more) {
      const until = count(one.events.findLast(({ event }) => event === 'answered')) + more;
      await one.waitFor('answered', (logged) => count(logged) >= until);
    },
    async stop() {
      const account = one.waitFor('account');
      one.kill('SIGTERM');
      const said = await account;
      await one.ended;
      return said as unknown as Account;
    },
  };
}

/** Whether a broker said last that it is active. */
export function isActive(broker: AppProcess): boolean {
  return broker.events.findLast(({ event }) => event === 'active' || event === 'standby')?.event === 'active';
}
