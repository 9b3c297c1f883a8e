import { appCommand } from '@cateto/cluster';
import { spawn } from 'node:child_process';

export interface Finished {
  readonly code: number | null;
  readonly out: string;
  readonly said: string;
}

/** Runs an app to its end, and returns its output and exit code. */
export function runApp(
  app: string,
  given: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Finished> {
  const { cwd, args } = appCommand(app, true);
  const child = spawn(process.execPath, [...args, ...given], {
    cwd,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const finished = { out: '', said: '' };
  child.stdout.on('data', (chunk: Buffer) => (finished.out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (finished.said += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, ...finished }));
  });
}
