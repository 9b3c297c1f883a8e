import { environmentWith } from '@cateto/app-kit';
import type { ChildProcess } from 'node:child_process';
import { fork, spawn } from 'node:child_process';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { usageOf } from '../usage.ts';

/* The processes of one system. Starts, kills and ends each by its id. */

/** A process as the modules of `bench/peers` and `bench/peer` describe it. */
export interface ProcessSpec {
  readonly name: string;
  /** A Node program, by its path or file URL, that sends `ready` over its channel. */
  readonly node?: string;
  readonly cmd?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly opts?: unknown;
  /** A command counts as ready when something listens on this port. */
  readonly port?: number;
}

export interface StartedProcess {
  readonly child: ChildProcess;
  readonly pid: number;
}

export interface Stack {
  start(spec: ProcessSpec): Promise<StartedProcess>;
  /** Sends SIGKILL; resolves when the process has ended. */
  kill(name: string): Promise<void>;
  /** The processor time of all its processes so far, including those that were killed. */
  cpuUs(): number;
  stop(): Promise<void>;
}

const startsWithinMs = 20_000;
const tryAgainMs = 30;

const endedBy = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

/**
 * Until `stop`, a signal that ends the bench also ends every process of the stack. Brokers of other systems have no
 * channel to the bench, so they would not notice its end.
 *
 * @param environment of every process
 */
export function openStack(environment: Readonly<Record<string, string>>): Stack {
  const started = new Map<string, StartedProcess>();
  let endedCpuUs = 0;

  const killAll = (): void => {
    for (const { child } of started.values()) child.kill('SIGKILL');
  };
  const endBench = (signal: keyof typeof endedBy): void => process.exit(endedBy[signal]);
  process.on('exit', killAll);
  for (const signal of Object.keys(endedBy)) process.on(signal, endBench);

  async function start(spec: ProcessSpec): Promise<StartedProcess> {
    const { name, node, cmd = [], args = [], env = {}, opts = {}, port } = spec;
    const variables = environmentWith({ ...environment, ...env, PEER_OPTS: JSON.stringify(opts) });
    const [command = '', ...rest] = cmd;
    const child =
      node === undefined
        ? spawn(command, rest, { env: variables, stdio: ['ignore', 'ignore', 'inherit'] })
        : fork(node.startsWith('file:') ? fileURLToPath(node) : node, [...args], {
            env: variables,
            // Do not pass on the flags with which the bench itself runs from source.
            execArgv: [],
            stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
          });
    const ended = new Promise<never>((_resolve, reject) => {
      child.once('error', (error: NodeJS.ErrnoException) => {
        const why = error.code === 'ENOENT' ? `${command} is not installed, or not in PATH` : error.message;
        reject(new Error(`${name} could not be started: ${why}`));
      });
      child.once('exit', (code, signal) => reject(new Error(`${name} ended (${signal ?? code}) before it was ready`)));
    });
    // It may reject later, when no caller waits for it any more.
    ended.catch(() => undefined);
    const one = { child, pid: child.pid ?? 0 };
    started.set(name, one);
    await within(name, Promise.race([ended, node === undefined ? listens(port) : saysReady(child)]));
    return one;
  }

  async function end({ child, pid }: StartedProcess): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    endedCpuUs += usageOf(pid).cpuUs;
    const ended = new Promise<void>((resolve) => void child.once('exit', () => resolve()));
    child.kill('SIGKILL');
    await ended;
  }

  return {
    start,
    async kill(name) {
      const one = started.get(name);
      if (one === undefined) throw new Error(`there is no process ${name}`);
      await end(one);
      started.delete(name);
    },
    cpuUs() {
      const living = [...started.values()].filter(({ child }) => child.exitCode === null && child.signalCode === null);
      return living.reduce((total, { pid }) => total + usageOf(pid).cpuUs, endedCpuUs);
    },
    async stop() {
      // In reverse order, because a server that loses its broker would report that.
      for (const one of [...started.values()].toReversed()) await end(one);
      started.clear();
      process.off('exit', killAll);
      for (const signal of Object.keys(endedBy)) process.off(signal, endBench);
    },
  };
}

function saysReady(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.on('message', (message: unknown) => {
      if (message === 'ready' || (message as { type?: unknown } | null)?.type === 'ready') resolve();
    });
  });
}

async function listens(port: number | undefined): Promise<void> {
  if (port === undefined) return;
  for (const untilMs = performance.now() + startsWithinMs; performance.now() < untilMs;) {
    if (await accepts(port)) return;
    await new Promise<void>((resolve) => void setTimeout(resolve, tryAgainMs));
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const settle = (up: boolean): void => {
      socket.destroy();
      resolve(up);
    };
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
  });
}

async function within(name: string, starting: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const text = `${name} was not ready within ${startsWithinMs / 1_000} s`;
    timer = setTimeout(() => reject(new Error(text)), startsWithinMs);
  });
  try {
    await Promise.race([starting, late]);
  } finally {
    clearTimeout(timer);
  }
}
