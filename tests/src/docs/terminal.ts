import { environmentWith } from '@cateto/app-kit';
import { freeBrokers } from '@cateto/cluster';
import { parseBrokers } from '@cateto/contracts';
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Started } from '../support/following.ts';
import { following } from '../support/following.ts';
import { openTraffic } from '../support/traffic.ts';
import { assignment, programOf } from './commands.ts';
import { repository } from './pages.ts';

/** A shell in a folder that looks like the repository, with brokers of its own. */
export interface Terminal {
  /**
   * Executes a command: runs a program to its end, or until it is ready if it keeps running.
   *
   * @returns its output on stdout
   * @throws Error when it fails, or when the command is not known here
   */
  run(text: string): Promise<string>;
  /** Sends Ctrl-C to all programs that keep running. @returns their exit codes, by command */
  interrupt(): Promise<Readonly<Record<string, number | NodeJS.Signals>>>;
  /** The content of a file that a command wrote into the folder. */
  read(file: string): string;
  /** Kills all programs that still run. */
  close(): void;
}

const watches = /(?:client|calc) watch/;

/** Programs that keep running, and their output when they are ready. */
const goingOn: readonly (readonly [RegExp, RegExp])[] = [
  [/cluster/, /^Everything is up/],
  [watches, /calc\.\w/],
  [/client events|calc events/, / {2}active epoch=/],
  [/cateto (?:broker|backup|op-server|calc-server)|--filter \S+ start/, /"event":"ready"/],
];

export function goesOn(text: string): boolean {
  return goingOn.some(([command]) => command.test(text));
}

export async function openTerminal(files: Readonly<Record<string, string>> = {}): Promise<Terminal> {
  const folder = mkdtempSync(join(tmpdir(), 'documented-'));
  for (const linked of ['apps', 'packages', 'node_modules'])
    symlinkSync(join(repository, linked), join(folder, linked));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const own = { CATETO_BROKERS: await freeBrokers(), CATETO_LOG: 'json' };
  const exported: Record<string, string> = {};
  const started: [text: string, process: Started][] = [];
  const running = new Set<ChildProcess>();

  function set(text: string): void {
    const [name, value] = assignment(text);
    // The hosts of the page do not exist here, but the value has to be a list of brokers.
    if (name === 'CATETO_BROKERS' && parseBrokers(value) instanceof Error) throw new Error(`${value} are no brokers`);
    exported[name] = value;
  }

  function launch(text: string): ChildProcess {
    const program = programOf(text);
    if (program === undefined)
      throw new Error(`"${text}" is not known here: run it otherwise, and say so in not-run.ts`);
    const child = spawn('bash', ['-c', `exec ${program.start} ${program.args}`], {
      cwd: join(folder, program.folder),
      env: environmentWith({ ...exported, ...program.environment, ...own }),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running.add(child);
    child.once('close', () => running.delete(child));
    return child;
  }

  return {
    async run(text) {
      if (text.startsWith('export ')) return (set(text.slice('export '.length)), '');
      const ready = goingOn.find(([command]) => command.test(text))?.[1];
      const child = launch(text);
      const written = { out: '', said: '' };
      child.stdout?.on('data', (chunk: Buffer) => (written.out += chunk.toString()));
      child.stderr?.on('data', (chunk: Buffer) => (written.said += chunk.toString()));
      const process = following(child);
      if (ready !== undefined) {
        started.push([text, process]);
        if (!watches.test(text)) return process.wrote(ready);
        const traffic = await openTraffic(own.CATETO_BROKERS);
        try {
          return await process.wrote(ready);
        } finally {
          await traffic.close();
        }
      }
      const code = await process.ended;
      if (code !== 0) throw new Error(`"${text}" ended with ${code}: ${written.out}${written.said}`);
      return written.out;
    },
    async interrupt() {
      for (const [, { child }] of started) child.kill('SIGINT');
      return Object.fromEntries(
        await Promise.all(started.map(async ([text, { ended }]) => [text, await ended] as const)),
      );
    },
    read: (file) => readFileSync(join(folder, file), 'utf8'),
    close() {
      for (const child of running) child.kill('SIGKILL');
      rmSync(folder, { recursive: true });
    },
  };
}
