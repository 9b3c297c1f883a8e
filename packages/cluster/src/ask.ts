import { environmentWith } from '@cateto/app-kit';
import { spawn } from 'node:child_process';
import { appCommand } from './app-command.ts';

/** The output of `client <formula> <operands> --json`. */
export interface ClientAnswer {
  readonly id: string;
  readonly value: number;
  readonly elapsedMs: number;
  readonly fallbacks: readonly number[];
}

/**
 * Calls a formula through the client app, as a user would.
 *
 * @throws Error with the client's output when it failed
 */
export async function ask(
  brokers: string,
  formula: string,
  operands: readonly number[],
  built: boolean,
): Promise<ClientAnswer> {
  const { cwd, args } = appCommand('client', built);
  const given = [formula, ...operands.map(String), '--json', '--brokers', brokers];
  const child = spawn(process.execPath, [...args, ...given], {
    cwd,
    env: environmentWith({}),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const written = { out: '', said: '' };
  child.stdout.on('data', (chunk: Buffer) => (written.out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (written.said += chunk.toString()));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`the client failed (exit ${code}): ${written.said.trim()}`);
  return JSON.parse(written.out) as ClientAnswer;
}
