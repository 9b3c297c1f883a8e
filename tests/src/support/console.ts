import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { environmentWith } from '@cateto/app-kit';
import { onTestFinished } from 'vitest';

/* A console as a user starts it, and what a page hears from it. */

const cwd = fileURLToPath(new URL('../../../', import.meta.url));

/** Runs `cateto console` or `cateto cluster --console` as they were built, and finds the URL that they print. */
export async function consoleProgram(program: 'console' | 'cluster', ...given: string[]) {
  const child = spawn(process.execPath, ['packages/cateto/dist/main.js', program, ...given], {
    cwd,
    env: environmentWith({}),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  onTestFinished(async () => {
    child.kill('SIGTERM');
    await ended;
  }, 30_000);
  for await (const line of createInterface({ input: child.stdout })) {
    const [, url] = /^The console(?: is at|:) (http:\S+)$/.exec(line) ?? [];
    if (url !== undefined) return { url, child, ended };
  }
  throw new Error(`the program named no console: ${said}`);
}

export interface Told {
  readonly id: string | undefined;
  readonly name: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- the tests compare it with what they expect
  readonly data: any;
}

/** Hears the stream of a console, as a page does. */
export async function hear(url: string, headers: Readonly<Record<string, string>> = {}) {
  const ending = new AbortController();
  onTestFinished(() => ending.abort());
  const answer = await fetch(`${url}api/stream`, { headers, signal: ending.signal });
  if (answer.body === null || !answer.ok) throw new Error(`the stream answers ${answer.status}`);
  const told = events(answer.body.pipeThrough(new TextDecoderStream()));
  return {
    /** The next event of this name that fits. */
    async until(name: string, fits: (data: Told['data']) => boolean = () => true): Promise<Told> {
      for (;;) {
        const { value, done } = await told.next();
        if (done === true) throw new Error(`the stream ended before ${name}`);
        if (value.name === name && fits(value.data)) return value;
      }
    },
    next: async () => (await told.next()).value as Told,
    close: () => ending.abort(),
  };
}

async function* events(chunks: AsyncIterable<string>): AsyncGenerator<Told, void> {
  let text = '';
  for await (const chunk of chunks) {
    text += chunk;
    const parts = text.split('\n\n');
    text = parts.pop() ?? '';
    for (const part of parts) {
      const fields = new Map(
        part.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
      );
      yield { id: fields.get('id'), name: fields.get('event') ?? '', data: JSON.parse(fields.get('data') ?? 'null') };
    }
  }
}
