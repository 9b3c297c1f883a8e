import { environmentWith } from '@cateto/app-kit';
import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { Started } from './following.ts';
import { following } from './following.ts';

/** The system's own Python, which has Debian's packages. */
const python = '/usr/bin/python3';
const program = fileURLToPath(new URL('../../../examples/python/op_server.py', import.meta.url));

/** Why the example in Python cannot run on this machine; undefined when it can. */
export function pythonRefused(): string | undefined {
  const { status, stderr, error } = spawnSync(python, ['-c', 'import msgpack, zmq'], { encoding: 'utf8' });
  return status === 0 ? undefined : (error?.message ?? stderr.trim());
}

export interface PythonServer extends Started {
  readonly pid: number;
  readonly address: string;
}

/**
 * Starts the op-server in Python, and ends it with the test.
 *
 * @param takesMs how long it computes each square
 * @param settings as variables
 */
export async function startPython(
  brokers: string,
  lanes: readonly number[],
  takesMs = 0,
  settings: Readonly<Record<string, string>> = {},
): Promise<PythonServer> {
  const child = spawn(python, [program, ...lanes.map(String), '--takes-ms', String(takesMs)], {
    env: environmentWith({ ...settings, CATETO_BROKERS: brokers }),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const started = following(child);
  const { address } = JSON.parse(await started.wrote(/"ready"/)) as { readonly address: string };
  return { ...started, pid: child.pid ?? -1, address };
}
