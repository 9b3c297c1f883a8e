import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { calculator, hashOf } from '@cateto/contracts';
import { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { openStdin, refusal, runHere, sum } from '../in-memory.test-support.ts';
import type { FakeCall } from '../in-memory.test-support.ts';
import { resumeCommand } from './resume-command.ts';
import { temporaryFiles, textOf } from './temporary-files.test-support.ts';

const { file, beside } = temporaryFiles();
const hypotenuse = ['--formula', 'hypotenuse'];

describe('--resume of a file without a mark', () => {
  test.each([
    ['notes', 'a,b,value,error\n3,4,7,\nask Ann about these'],
    ['notes where a row would be torn', 'a,b,value,error\n3,4,7,\n5,60'],
    ['notes behind all rows', 'a,b,value,error\n3,4,7,\n5,6,11,\nask Ann about these'],
  ])('--resume refuses to cut off %s', async (_what, text) => {
    const out = await file(text);
    const ran = await runHere(['batch', '-', ...hypotenuse, '--out', out, '--resume'], { stdin: 'a,b\n3,4\n5,6\n' });
    expect(ran).toMatchObject({ exitCode: 2, calls: [] });
    expect(ran.stderr).toContain('follows the last complete row');
    expect(await textOf(out)).toBe(text);
    expect(await beside(out)).toEqual([]);
  });

  test.each(['5', '5,6', '5,6,', '5,6,11,', ' \t'])('--resume continues after a torn row: %j', async (torn) => {
    const out = await file(`a,b,value,error\n3,4,7,\n${torn}`);
    const ran = await runHere(['batch', '-', ...hypotenuse, '--out', out, '--resume'], { stdin: 'a,b\n3,4\n5,6\n' });
    expect(ran).toMatchObject({ exitCode: 0 });
    expect(await textOf(out)).toBe('a,b,value,error\n3,4,7,\n5,6,11,\n');
  });

  const hypotenuseOrDomain = ({ formula, operands }: FakeCall): number => {
    if (formula === 'hypotenuse') return sum({ operands } as FakeCall);
    if (operands[0] === 3) throw refusal('out-of-domain', 'too short');
    return 5;
  };

  test.each([
    [
      'which refused all rows',
      'c,a,b,value,error\n3,9,1,,out-of-domain: leg: what an older release says\n',
      'c,a,b\n3,9,1\n',
    ],
    ['whose last row has the same value', 'c,a,b,value,error\n9,3,4,5,\n0,5,0,5,\n', 'c,a,b\n9,3,4\n0,5,0\n'],
  ])('--resume refuses rows of another formula %s', async (_which, text, stdin) => {
    const out = await file(text);
    const setup = { stdin, answer: hypotenuseOrDomain };
    const other = await runHere(['batch', '-', ...hypotenuse, '--out', out, '--resume'], setup);
    expect(other.exitCode).toBe(2);
    expect(other.stderr).toContain('the rows in the file were not computed by hypotenuse');
    expect(await textOf(out)).toBe(text);
    const same = await runHere(['batch', '-', '--formula', 'leg', '--out', out, '--resume'], setup);
    expect(same.exitCode).not.toBe(2);
    expect(await textOf(out)).toBe(text);
  });

  test('--resume of a file in another encoding does not suggest --encoding, which is for the input', async () => {
    const out = await file(Buffer.from('a,b,value,error\n3,4,7,\n\xf6,6,,oh\n', 'latin1'));
    const ran = await runHere(['batch', '-', ...hypotenuse, '--out', out, '--resume'], { stdin: 'a,b\n3,4\n' });
    expect(ran.exitCode).toBe(2);
    expect(ran.stderr).toMatch(
      /: line 3, byte 24 of the file \(0xf6\): it is not utf-8; it was not written by batch\n$/,
    );
  });

  test('--resume reports another delimiter when the header has the same text', async () => {
    const out = await file('a,b,value,error\n3,4,7,\n');
    const ran = await runHere(['batch', '-', ...hypotenuse, '--out', out, '--resume'], { stdin: 'a;b\n3;4\n' });
    expect(ran.exitCode).toBe(2);
    expect(ran.stderr).toMatch(/its header "a,b,value,error" has 1 columns?, not 4: it has another delimiter\n$/);
  });
});

describe('--resume', () => {
  test('--resume can read rows that became longer when they were written', async () => {
    const out = await file();
    const stdin = `a,b,note\n3,4,x${'"'.repeat(5_000_000)}\n5,6,y\n`;
    const args = ['batch', '-', ...hypotenuse, '--out', out];
    expect(await runHere(args, { stdin })).toMatchObject({ exitCode: 0 });
    expect(await runHere([...args, '--resume'], { stdin })).toMatchObject({
      exitCode: 0,
      stderr: 'batch: 2 rows, 2 of them done before, 0 failed, in … s\n',
    });
  });

  test('an interruption while --resume compares says where the earlier rows are', async () => {
    const out = await file();
    const rows = 'a,b,value,error\n3,4,7,\n';
    await writeFile(`${out}.partial`, rows);
    const contract = hashOf(calculator, 'hypotenuse');
    await writeFile(`${out}.partial.json`, JSON.stringify({ formula: 'hypotenuse', contract, retries: false }));
    const ending = new AbortController();
    const args = ['batch', '-', ...hypotenuse, '--out', out, '--resume'];
    const running = runHere(args, { ending, stdin: openStdin('a,b\n') });
    await expect.poll(() => existsSync(`${out}.lock`)).toBe(true);
    ending.abort();
    const ran = await running;
    expect(ran).toMatchObject({ exitCode: 130, calls: [] });
    expect(ran.stderr).toContain(`; the rows done before are in ${out}.partial; continue with: `);
    expect(await textOf(`${out}.partial`)).toBe(rows);
  });

  test('the printed --resume command quotes a path for shell and flags', () => {
    const printed = (path: string): string => resumeCommand(path, new Command('batch'));
    expect(printed('-legs.csv')).toMatch(/ batch \.\/-legs\.csv --resume$/);
    expect(printed('-')).toMatch(/ batch - --resume$/);
    expect(printed('$(x) y')).toMatch(/ batch '\$\(x\) y' --resume$/);
  });
});
