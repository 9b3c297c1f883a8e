import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Measurement } from '../measurement.ts';

/* The running system of a clone of this repository. */

export type Slice = Pick<Measurement, 'perSecond' | 'cpuUs' | 'failed' | 'wrong'>;

export interface RunningClone {
  readonly folder: string;
  measure(inFlight: number, ms: number): Promise<Slice>;
  stop(): Promise<void>;
}

const program = 'src/paired/program.ts';

/** @throws Error if the clone has no such program, or its system ends */
export async function startClone(folder: string): Promise<RunningClone> {
  const cwd = join(resolve(folder), 'bench');
  if (!existsSync(join(cwd, program))) {
    throw new Error(`${folder} has no bench/${program}: copy this clone's file there, and build it`);
  }
  const args = ['--conditions=@cateto/source', '--import', 'tsx', program];
  const child = spawn(process.execPath, args, { cwd, stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const nextLine = async (): Promise<string> => {
    const { value, done } = await lines.next();
    if (done === true) throw new Error(`the system of ${folder} ended`);
    return value;
  };
  await nextLine();
  return {
    folder,
    async measure(inFlight, ms) {
      child.stdin.write(`${inFlight} ${ms}\n`);
      return JSON.parse(await nextLine()) as Slice;
    },
    async stop() {
      child.stdin.end();
      await ended;
    },
  };
}
