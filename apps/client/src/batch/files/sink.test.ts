import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, link, lstat, mkdir, open, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { bundled } from '../../../../../vitest.programs.ts';
import type { Setup } from '../../in-memory.test-support.ts';
import { runHere, sum } from '../../in-memory.test-support.ts';
import { temporaryFiles, textOf } from '../temporary-files.test-support.ts';

const { file, folder, beside } = temporaryFiles();
const hypotenuse = ['--formula', 'hypotenuse'];
const input = 'a,b\n3,4\n';
const output = 'a,b,value,error\n3,4,7,\n';

const main = bundled(new URL('../../main.ts', import.meta.url));
const program = `'${process.execPath}' '${main}'`;

/** Runs the client as a shell starts it. */
function shell(words: string) {
  const env = { ...process.env, CATETO_TIMEOUT_MS: '200' };
  const { status, stdout, stderr } = spawnSync('sh', ['-c', `${program} ${words}`], { encoding: 'utf8', env });
  return { status, stdout, stderr };
}

describe('a batch that would write into its own input', () => {
  test.each([
    ['stdin is --out', (path: string) => `batch - --out ${path} < ${path}`],
    ['stdin is --out by another name', (path: string) => `batch - --out ${path}.link < ${path}`],
    ['stdin is --out by a hard link', (path: string) => `batch - --out ${path}.hard < ${path}`],
    ['the file is --out by a symbolic link', (path: string) => `batch ${path} --out ${path}.link`],
    ['stdout is appended to the file', (path: string) => `batch ${path} >> ${path}`],
    ['stdout is appended to the file, by name', (path: string) => `batch ${path} --out - >> ${path}`],
    ['stdout is appended to stdin', (path: string) => `batch - < ${path} >> ${path}`],
    ['stdout is the file through a link', (path: string) => `batch ${path}.hard >> ${path}`],
    ['stdout is the file as a device', (path: string) => `batch ${path} --out /dev/stdout >> ${path}`],
    ['stderr is appended to the file', (path: string) => `batch ${path} --out ${path}.out 2>> ${path}`],
  ])('a batch that would write into its own input is refused with exit code 2: %s', async (_how, words) => {
    const path = await file(input);
    await symlink(path, `${path}.link`);
    await link(path, `${path}.hard`);
    const ran = shell(`${words(path)} --formula hypotenuse`);
    expect(ran).toMatchObject({ status: 2, stdout: '' });
    const written = (await readFile(path, 'utf8')).slice(input.length);
    expect(`${ran.stderr}${written}`).toMatch(/^batch: .+ is the input itself; write to another file\n$/);
    expect((await readFile(path, 'utf8')).slice(0, input.length)).toBe(input);
  });

  test('a batch whose input is its own partial file is refused', async () => {
    const path = await file();
    await writeFile(`${path}.partial`, input);
    const ran = await runHere(['batch', `${path}.partial`, ...hypotenuse, '--out', path, '--resume']);
    expect(ran).toMatchObject({ exitCode: 2, calls: [] });
    expect(await readFile(`${path}.partial`, 'utf8')).toBe(input);
  });
});

describe('faults of the output', () => {
  test.each([
    ['a timeout', ['--timeout', 'soon'], {}],
    ['brokers', ['--brokers', 'a:b'], {}],
    ['a timeout in the environment', [], { CATETO_TIMEOUT_MS: '-1' }],
    ['brokers in the environment', [], { CATETO_BROKERS: ':::' }],
    ['an encoding', ['--encoding', 'klingon'], {}],
    ['a delimiter', ['--delimiter', 'ab'], {}],
    ['a concurrency', ['--concurrency', '0'], {}],
  ])('a wrong setting is refused before --out is touched: %s', async (_what, flags, env) => {
    const out = await file('old\n');
    const before = await stat(out);
    const ran = await runHere(['batch', '-', ...hypotenuse, '--out', out, ...flags], { stdin: input, env });
    expect(ran).toMatchObject({ exitCode: 2, calls: [], connected: [] });
    expect(await textOf(out)).toBe('old\n');
    expect((await stat(out)).mtimeMs).toBe(before.mtimeMs);
    expect(await beside(out)).toEqual([]);
  });

  test.each([
    ['an empty input', ''],
    ['a header without the columns', 'a\n'],
    ['a stray quote in the header', '"a,b\n'],
    ['a header that is not UTF-8', Buffer.from('a,\xf6\n', 'latin1')],
  ])('a wrong input is refused before --out is touched: %s', async (_what, text) => {
    const out = await file('old\n');
    const ran = await runHere(['batch', await file(text), ...hypotenuse, '--out', out]);
    expect(ran.exitCode).toBeGreaterThan(0);
    expect(await textOf(out)).toBe('old\n');
    expect(await beside(out)).toEqual([]);
  });

  test('a fault of the connection is reported before --out is touched', async () => {
    const out = await file('old\n');
    const running = runHere(['batch', '-', ...hypotenuse, '--out', out], {
      stdin: input,
      refuseConnect: new Error('EMFILE'),
    });
    await expect(running).rejects.toThrow('EMFILE');
    expect(await textOf(out)).toBe('old\n');
    expect(await beside(out)).toEqual([]);
  });
});

describe('--out', () => {
  const write = (out: string, answer: NonNullable<Setup['answer']> = sum) =>
    runHere(['batch', '-', ...hypotenuse, '--out', out], { stdin: input, answer });

  test('--out keeps its content until all rows are written', async () => {
    const out = await file('old\n');
    const ran = await runHere(['batch', '-', ...hypotenuse, '--out', out], {
      stdin: input,
      async answer(call) {
        expect(await textOf(out)).toBe('old\n');
        expect((await beside(out)).map((name) => name.replace(/^[0-9]+/, ''))).toEqual([
          '.csv.lock',
          '.csv.partial',
          '.csv.partial.json',
        ]);
        return sum(call);
      },
    });
    expect(ran.exitCode).toBe(0);
    expect(await textOf(out)).toBe(output);
    expect(await beside(out)).toEqual([]);
  });

  test('--out keeps its mode', async () => {
    const out = await file('old\n');
    await chmod(out, 0o640);
    expect(await write(out)).toMatchObject({ exitCode: 0 });
    expect((await stat(out)).mode & 0o7777).toBe(0o640);
  });

  test.each([
    ['a file that is there', 'old\n'],
    ['a file that is not there yet', undefined],
  ])('--out as a symbolic link writes to the target of the link: %s', async (_what, text) => {
    const out = await file(text);
    const one = `${out}.one`;
    const two = `${out}.two`;
    await symlink(out, one);
    await symlink(one.slice(folder().length + 1), two);
    expect(await write(two)).toMatchObject({ exitCode: 0 });
    expect(await textOf(out)).toBe(output);
    expect((await lstat(one)).isSymbolicLink() && (await lstat(two)).isSymbolicLink()).toBe(true);
  });

  test('--out as a symbolic link that leads nowhere is refused', async () => {
    const out = await file();
    await symlink(out, out);
    expect(await write(out)).toMatchObject({ exitCode: 2, calls: [] });
  });

  test('--out as a device is written directly', async () => {
    expect(await write('/dev/null')).toMatchObject({ exitCode: 0 });
  });

  test('--out as a pipe is written directly', async () => {
    const out = await file();
    expect(spawnSync('mkfifo', [out]).status).toBe(0);
    const reader = spawn('cat', [out]);
    let read = '';
    reader.stdout.on('data', (piece: Buffer) => (read += piece.toString()));
    const [ran] = await Promise.all([write(out), once(reader, 'close')]);
    expect(ran).toMatchObject({ exitCode: 0 });
    expect(read).toBe(output);
    expect(await beside(out)).toEqual([]);
  });

  test.each([
    ['that nobody reads', (pipe: string) => ['-', '--out', pipe]],
    ['that nobody writes', (pipe: string) => [pipe]],
  ])('a pipe %s does not keep an interrupted batch alive', async (_what, args) => {
    const pipe = await file();
    expect(spawnSync('mkfifo', [pipe]).status).toBe(0);
    const ending = new AbortController();
    const running = runHere(['batch', ...hypotenuse, ...args(pipe)], { stdin: input, ending });
    setImmediate(() => ending.abort());
    expect(await running).toMatchObject({ exitCode: 130, calls: [], open: 0 });
    expect(await runHere(['batch', ...hypotenuse, ...args(pipe)], { stdin: input, ending })).toMatchObject({
      exitCode: 130,
    });
  });

  test('--out as a descriptor of the process keeps the earlier output', async () => {
    const out = await file('before\n');
    const handle = await open(out, 'a');
    expect(await write(`/dev/fd/${handle.fd}`)).toMatchObject({ exitCode: 0 });
    await handle.close();
    expect(await textOf(out)).toBe(`before\n${output}`);
  });

  test('--out - is stdout', async () => {
    expect(await write('-')).toMatchObject({ exitCode: 0, stdout: output });
  });

  test.each([
    ['a folder', async () => folder()],
    ['in no folder', async () => join(folder(), 'none', 'out.csv')],
    ['behind a file', async () => join(await file('x'), 'out.csv')],
  ])('--out as %s is refused', async (_what, path) => {
    expect(await write(await path())).toMatchObject({ exitCode: 2, calls: [] });
  });

  test('--out is refused while rows of an earlier run lie beside it, because they may be hours of work', async () => {
    const out = await file('old\n');
    await writeFile(`${out}.partial`, output);
    const ran = await write(out);
    expect(ran).toMatchObject({ exitCode: 2, calls: [] });
    expect(ran.stderr).toContain(`${out}.partial exists`);
    expect(await textOf(`${out}.partial`)).toBe(output);
    expect(await textOf(out)).toBe('old\n');
  });

  test('an --out that cannot be replaced leaves all rows in the partial file', async () => {
    const out = await file();
    const ran = await write(out, async (call) => {
      await mkdir(out);
      return sum(call);
    });
    expect(ran.exitCode).toBe(1);
    expect(ran.stderr).toContain(`the row done is in ${out}.partial`);
    expect(await textOf(`${out}.partial`)).toBe(output);
  });

  test('an --out that another batch writes is refused under any of its names', async () => {
    const out = await file('old\n');
    await symlink(out, `${out}-link`);
    const first = await write(out, async (call) => {
      const second = await write(`${out}-link`);
      expect(second).toMatchObject({ exitCode: 2, calls: [] });
      expect(second.stderr).toContain('another batch writes there');
      return sum(call);
    });
    expect(first.exitCode).toBe(0);
    expect(await textOf(out)).toBe(output);
    expect(await beside(out)).toEqual([]);
  });
});
