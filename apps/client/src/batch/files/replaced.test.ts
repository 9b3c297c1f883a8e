import { chmod, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Setup } from '../../in-memory.test-support.ts';
import { openStdin, runHere, sum } from '../../in-memory.test-support.ts';
import { refuseUnreplaceable } from './replaceable.ts';
import { temporaryFiles, textOf } from '../temporary-files.test-support.ts';

const { file, folder, beside } = temporaryFiles();
const hypotenuse = ['--formula', 'hypotenuse'];
const input = 'a,b\n3,4\n';
const output = 'a,b,value,error\n3,4,7,\n';

const write = (out: string, answer: NonNullable<Setup['answer']> = sum, flags: readonly string[] = []) =>
  runHere(['batch', '-', ...hypotenuse, '--out', out, ...flags], { stdin: input, answer });

/** Runs as a user without rights, if the tests have all rights. */
async function withoutRights<T>(act: () => Promise<T>): Promise<T> {
  // The program loads its own code with all rights: only root may be able to read the folder of the repository.
  await runHere(['batch', '-', ...hypotenuse], { stdin: input, answer: sum });
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) process.seteuid?.(65_534);
  try {
    return await act();
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
}

describe('a file that another program touches while a batch runs', () => {
  test.each([
    ['makes', undefined, 'theirs\n'],
    ['replaces', 'old\n', 'theirs\n'],
    ['appends to', 'old\n', 'old\nmore\n'],
  ])('a file that another program %s during a batch stays, and --resume replaces it', async (_what, before, theirs) => {
    const out = await file(before);
    const ran = await write(out, async (call) => {
      await writeFile(out, theirs);
      return sum(call);
    });
    expect(ran.exitCode).toBe(1);
    expect(ran.stderr).toContain(`${out} was changed by another program meanwhile`);
    expect(ran.stderr).toContain(`the row done is in ${out}.partial`);
    expect(await textOf(out)).toBe(theirs);
    expect(await textOf(`${out}.partial`)).toBe(output);
    expect(await write(out, sum, ['--resume'])).toMatchObject({ exitCode: 0, calls: [] });
    expect(await textOf(out)).toBe(output);
    expect(await beside(out)).toEqual([]);
  });

  test('a batch looks at the file with the lock held, and so continues from the result of another batch', async () => {
    const out = await file();
    const stdin = openStdin('');
    const later = runHere(['batch', '-', ...hypotenuse, '--out', out, '--resume'], { stdin });
    expect(await write(out)).toMatchObject({ exitCode: 0 });
    stdin.end('a,b\n3,4\n5,6\n');
    expect((await later).stderr).toBe('batch: 2 rows, 1 of them done before, 0 failed, in … s\n');
    expect(await textOf(out)).toBe(`${output}5,6,11,\n`);
  });
});

describe('a partial file that another program touches while a batch runs', () => {
  test.each([
    ['removed', undefined],
    ['replaced', 'theirs\n'],
  ])('a partial file that another program touched and that has %s does not become the result', async (_how, theirs) => {
    const out = await file('old\n');
    const ran = await write(out, async (call) => {
      await rm(`${out}.partial`);
      if (theirs !== undefined) await writeFile(`${out}.partial`, theirs);
      return sum(call);
    });
    expect(ran.exitCode).toBe(1);
    expect(ran.stderr).toMatch(/\.partial was removed or replaced by another program, and the rows in it are gone\n$/);
    expect(await textOf(out)).toBe('old\n');
    expect(await textOf(`${out}.partial`)).toBe(theirs);
    expect(await textOf(`${out}.partial.json`)).toBeUndefined();
  });
});

describe('an --out that could not be replaced in the end', () => {
  test.each([
    ['without a name', () => ''],
    ['in a folder that is not there', () => join(folder(), 'none/')],
    ['with a name that leaves no room for .partial', () => join(folder(), 'n'.repeat(250))],
    ['with a name that leaves no room for .lock', () => join(folder(), 'n'.repeat(240))],
  ])('an --out %s is refused before a row is requested', async (_what, out) => {
    const before = await readdir(folder());
    const ran = await write(out());
    expect(ran).toMatchObject({ exitCode: 2, calls: [] });
    expect(ran.stderr.split('\n')).toHaveLength(2);
    expect(await readdir(folder())).toEqual(before);
  });

  test('an --out of another user in a shared folder is refused', async () => {
    const shared = join(folder(), 'shared');
    await mkdir(shared);
    await chmod(shared, 0o1777);
    const path = join(shared, 'out.csv');
    await writeFile(path, 'old\n');
    const existing = await stat(path, { bigint: true });
    const other = Number(existing.uid) + 1;
    await expect(refuseUnreplaceable(path, existing, other)).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining('belongs to another user') as string,
    });
    await refuseUnreplaceable(path, existing, Number(existing.uid));
    await chmod(shared, 0o777);
    await refuseUnreplaceable(path, existing, other);
  });

  test.runIf(process.platform === 'linux')('an --out that is mounted by itself is refused', async () => {
    await expect(refuseUnreplaceable('/proc', await stat('/proc', { bigint: true }))).rejects.toMatchObject({
      exitCode: 2,
      message: '--out: /proc is mounted by itself and cannot be replaced; mount its folder instead',
    });
  });
});

describe('what lies beside --out', () => {
  test('a batch does not write its mark into a file that is the input', async () => {
    const out = await file();
    const draft = `${out}.partial.json.new`;
    await writeFile(draft, input);
    const ran = await runHere(['batch', draft, ...hypotenuse, '--out', out]);
    expect(ran).toMatchObject({ exitCode: 2, calls: [] });
    expect(await readFile(draft, 'utf8')).toBe(input);
  });

  test('a mark that cannot be written ends the batch with one line, and leaves no lock', async () => {
    const out = await file();
    await mkdir(`${out}.partial.json.new`);
    const ran = await write(out);
    expect(ran).toMatchObject({ exitCode: 1, calls: [] });
    expect(ran.stderr.split('\n')).toHaveLength(2);
    expect((await beside(out)).map((name) => name.replace(/^[0-9]+/, ''))).toEqual(['.csv.partial.json.new']);
  });

  test('a folder for --out that can be written and not read is enough', async () => {
    const drop = join(folder(), 'drop');
    await mkdir(drop);
    await chmod(folder(), 0o711);
    await chmod(drop, 0o333);
    const out = join(drop, 'out.csv');
    expect(await withoutRights(() => write(out))).toMatchObject({ exitCode: 0 });
    await chmod(drop, 0o755);
    expect(await textOf(out)).toBe(output);
    expect(await readdir(drop)).toEqual(['out.csv']);
  });
});

describe('symbolic links that another program puts beside the result', () => {
  test('a link in the place of the partial file is refused, and its target stays as it is', async () => {
    const [out, victim] = [await file(), await file(output)];
    await symlink(victim, `${out}.partial`);
    const ran = await write(out, sum, ['--resume']);
    expect(ran).toMatchObject({ exitCode: 2, calls: [] });
    expect(ran.stderr).toContain(`${out}.partial exists and is not a file; remove it`);
    expect(await textOf(victim)).toBe(output);
  });

  test('a link that takes the place of the partial file after it was opened is not written through', async () => {
    const [out, victim] = [await file(), await file('precious\n')];
    await writeFile(`${out}.partial`, 'a,b,value,error\n3,');
    const stdin = openStdin('a,b\n');
    const running = runHere(['batch', '-', ...hypotenuse, '--out', out, '--resume'], { stdin, answer: sum });
    // The partial file is read soon after the lock is taken. It is written after the first row of the input has been
    // compared with it. The batch may be anywhere before that.
    while ((await textOf(`${out}.lock`)) === undefined) await new Promise((resolve) => setImmediate(resolve));
    for (let turn = 0; turn < 1_000; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    await rm(`${out}.partial`);
    await symlink(victim, `${out}.partial`);
    stdin.end('3,4\n');
    expect((await running).exitCode).not.toBe(0);
    expect(await textOf(victim)).toBe('precious\n');
  });

  test('a link in the place of a new mark is not written through', async () => {
    const [out, victim] = [await file(), await file('precious\n')];
    await symlink(victim, `${out}.partial.json.new`);
    expect(await write(out)).toMatchObject({ exitCode: 0 });
    expect(await textOf(victim)).toBe('precious\n');
  });
});
