import type { AppProcess, LogEvent } from '@cateto/cluster';
import { appCommand, startProcess } from '@cateto/cluster';
import { writeKeySystem } from '@cateto/keys/node';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HostProgram } from './documented-hosts.ts';
import { documentedHosts } from './documented-hosts.ts';
import type { HostClient } from './host-client.ts';
import { startHostClient } from './host-client.ts';
import type { Network } from './network.ts';
import { createNetwork } from './network.ts';

/** The addresses of the paper, and of the fifth host. */
export const addresses = {
  primary: '10.43.96.50',
  backup: '10.43.103.58',
  opServer2: '10.43.96.60',
  client: '10.43.103.51',
  standIn: '10.43.103.52',
} as const;

/** The hosts on the other side of a partition: both op-servers, a calc-server and a broker. */
const farHosts = [addresses.primary, addresses.client];

/** Where the page has the keys. The tests have them in a folder of their own. */
const keyFolder = '/etc/cateto';

export interface FiveHosts {
  readonly network: Network;
  /** The program of an app that runs on a host. */
  get(app: string, host: string): AppProcess;
  /** Makes the primary active and the backup stand by. If the backup was active, it is restarted. */
  asInThePaper(): Promise<void>;
  /** Runs the client command of docs/running.md. */
  ask(): Promise<{ readonly code: number; readonly out: string }>;
  /** A client on a host, linked to the brokers. */
  client(host: string): Promise<HostClient>;
  stop(): Promise<void>;
}

/**
 * The five hosts with the programs that docs/running.md puts on them.
 *
 * @throws Error when the network cannot be created or a program does not start; everything has been removed by then
 */
export async function startFiveHosts(): Promise<FiveHosts> {
  const documented = documentedHosts();
  const network = await createNetwork([...new Set(documented.map(({ host }) => host))], farHosts);
  const keys = mkdtempSync(join(tmpdir(), 'cateto-keys-'));
  writeKeySystem(keys);
  const programs = documented.map((program) => withKeysIn(keys, program));
  const processes = new Map<string, AppProcess>();
  const clients: HostClient[] = [];
  const client = programOf('client', addresses.client);

  function programOf(app: string, host: string): HostProgram {
    const found = programs.find((one) => one.app === app && one.host === host);
    if (found === undefined) throw new Error(`docs/running.md has no ${app} on ${host}`);
    return found;
  }

  function start({ app, host, args, environment }: HostProgram): AppProcess {
    const command = appCommand(app, true);
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
    await Promise.all(clients.map((one) => one.kill()));
    await network.heal();
    const isBroker = (one: AppProcess): boolean => /^(?:broker|backup) /.test(one.name);
    await end([...processes.values()].filter((one) => !isBroker(one)));
    await end([...processes.values()].filter(isBroker));
    await network.remove();
    rmSync(keys, { recursive: true });
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
    ask: () => {
      const { cwd, args } = appCommand(client.app, true);
      const [command = '', ...given] = [...network.on(client.host), process.execPath, ...args, ...client.args];
      const options = { cwd, env: { ...process.env, ...client.environment } };
      return new Promise((resolve) => {
        execFile(command, given, options, (error, out) => resolve({ code: Number(error?.code ?? 0), out }));
      });
    },
    async client(host) {
      const started = startHostClient(host, network.on(host), client.environment);
      clients.push(started);
      await started.ready;
      return started;
    },
    stop,
  };
}

function withKeysIn(folder: string, program: HostProgram): HostProgram {
  const moved = Object.entries(program.environment).map(([name, value]) => [name, value.replace(keyFolder, folder)]);
  return { ...program, environment: Object.fromEntries(moved) };
}

/** Whether a broker last reported to be active. */
export function isActive(broker: AppProcess): boolean {
  return lastState(broker)?.event === 'active';
}

/** The event with which a broker became, or will become, active. */
export async function active(broker: AppProcess): Promise<LogEvent> {
  const last = lastState(broker);
  return last?.event === 'active' ? last : broker.waitForNext('active');
}

function lastState(broker: AppProcess): LogEvent | undefined {
  return broker.events.findLast(({ event }) => event === 'active' || event === 'standby');
}
