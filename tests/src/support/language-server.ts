import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** TypeScript as an editor runs it: what it shows of a program, and what it suggests. */
export interface LanguageServer {
  /** The text that an editor shows for the name before the mark `/**\/` in a program. */
  hover(program: string): Promise<string>;
  /** The suggestions at the mark `/**\/`. */
  completions(program: string): Promise<readonly string[]>;
  close(): void;
}

interface Answer {
  readonly id?: number;
  readonly method?: string;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

const mark = '/**/';
const folder = fileURLToPath(new URL('../..', import.meta.url));
const compiler = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');

/** Treats programs as files beside the tests. */
export async function startLanguageServer(): Promise<LanguageServer> {
  const child = spawn(process.execPath, [compiler, '--lsp', '--stdio'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const waiting = new Map<number, { resolve(result: unknown): void; reject(error: Error): void }>();
  let read = Buffer.alloc(0);
  let ids = 0;
  let programs = 0;

  child.stdout.on('data', (chunk: Buffer) => {
    read = Buffer.concat([read, chunk]);
    for (;;) {
      const end = read.indexOf('\r\n\r\n');
      const length = Number(/Content-Length: (\d+)/i.exec(read.toString('latin1', 0, Math.max(end, 0)))?.[1]);
      if (end < 0 || read.length < end + 4 + length) return;
      take(JSON.parse(read.toString('utf8', end + 4, end + 4 + length)) as Answer);
      read = read.subarray(end + 4 + length);
    }
  });

  function take({ id, method, result, error }: Answer): void {
    // An editor has no answer to these questions of the server.
    if (method !== undefined && id !== undefined) return say({ id, result: null });
    const asked = id === undefined ? undefined : waiting.get(id);
    if (id === undefined || asked === undefined) return;
    waiting.delete(id);
    if (error === undefined) asked.resolve(result);
    else asked.reject(new Error(error.message));
  }

  function say(message: object): void {
    const body = JSON.stringify({ jsonrpc: '2.0', ...message });
    child.stdin.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  }

  function ask(method: string, params: object): Promise<unknown> {
    ids += 1;
    const id = ids;
    say({ id, method, params });
    return new Promise((resolve, reject) => waiting.set(id, { resolve, reject }));
  }

  /** Opens a program. @returns the position of its mark, less `before` characters */
  function open(program: string, before: number): object {
    programs += 1;
    const uri = pathToFileURL(join(folder, 'src', `program-${programs}.ts`)).href;
    const [head = ''] = program.split(mark);
    const lines = head.split('\n');
    const textDocument = { uri, languageId: 'typescript', version: 1, text: program.replace(mark, '') };
    say({ method: 'textDocument/didOpen', params: { textDocument } });
    return {
      textDocument: { uri },
      position: { line: lines.length - 1, character: (lines.at(-1) ?? '').length - before },
    };
  }

  const rootUri = pathToFileURL(folder).href;
  await ask('initialize', { processId: process.pid, rootUri, capabilities: {} });
  say({ method: 'initialized', params: {} });

  return {
    async hover(program) {
      const shown = (await ask('textDocument/hover', open(program, 1))) as { contents: unknown } | null;
      return JSON.stringify(shown?.contents ?? '');
    },
    async completions(program) {
      const offered = (await ask('textDocument/completion', open(program, 0))) as
        | { readonly items: readonly { readonly label: string }[] }
        | readonly { readonly label: string }[]
        | null;
      const items = offered === null ? [] : 'items' in offered ? offered.items : offered;
      return items.map(({ label }) => label);
    },
    close: () => void child.kill(),
  };
}
