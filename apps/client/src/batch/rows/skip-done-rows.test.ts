import { readFile, writeFile } from 'node:fs/promises';
import { calculator, hashOf } from '@cateto/contracts';
import { describe, expect, test } from 'vitest';
import { openStdin, refusal, runHere, sum } from '../../in-memory.test-support.ts';
import { programName } from '../../program-name.ts';
import { temporaryFiles, textOf } from '../temporary-files.test-support.ts';

const { file, beside } = temporaryFiles();
const hypotenuse = ['--formula', 'hypotenuse'];
const mark = (formula = 'hypotenuse', contract = hashOf(calculator, formula)): string =>
  JSON.stringify({ formula, contract, retries: false });

describe('an interrupted batch', () => {
  test('an interrupted batch leaves whole rows in the partial file, and prints the --resume command', async () => {
    const input = await file('a,b\n1,0\n2,0\n3,0\n4,0\n');
    const out = await file('what is there\n');
    const ending = new AbortController();
    const interrupted = await runHere(['batch', input, ...hypotenuse, '--out', out, '--timeout', '700'], {
      ending,
      answer(call) {
        if (call.operands[0] === 4) setImmediate(() => ending.abort());
        return call.operands[0] === 3 ? new Promise(() => undefined) : sum(call);
      },
    });
    expect(interrupted).toMatchObject({ exitCode: 130, open: 0 });
    expect(interrupted.stderr).toBe(
      `batch: interrupted after 2 rows; the 2 rows done are in ${out}.partial; continue with: ` +
        `${programName()} batch ${input} --formula hypotenuse --out ${out} --timeout 700 --resume\n`,
    );
    expect(await readFile(out, 'utf8')).toBe('what is there\n');
    expect(await readFile(`${out}.partial`, 'utf8')).toBe('a,b,value,error\n1,0,1,\n2,0,2,\n');
    const resumed = await runHere(['batch', input, ...hypotenuse, '--out', out, '--resume'], { fallbacks: [2] });
    expect(resumed).toMatchObject({ exitCode: 0, calls: [{ operands: [3, 0] }, { operands: [4, 0] }] });
    expect(resumed.stderr).toBe(
      'batch: 4 rows, 2 of them done before, 0 failed, 2 of this run with an operation computed by the calc-server, in … s\n',
    );
    expect(await readFile(out, 'utf8')).toBe('a,b,value,error\n1,0,1,\n2,0,2,\n3,0,3,\n4,0,4,\n');
    expect(await beside(out)).toEqual([]);
  });

  test('an interrupted batch quotes the --resume command for a shell', async () => {
    const input = await file('x;y\n1;0\n2;0\n');
    const ending = new AbortController();
    const out = `${input} 'out'`;
    const { stderr } = await runHere(['batch', input, ...hypotenuse, '--delimiter', ';', '--out', out], {
      ending,
      answer(call) {
        if (call.operands[0] === 2) setImmediate(() => ending.abort());
        return call.operands[0] === 2 ? new Promise(() => undefined) : sum(call);
      },
    });
    expect(stderr).toContain(` --out '${input} '\\''out'\\''' --delimiter ';' --resume\n`);
  });

  test('an interrupted batch without a finished row leaves nothing', async () => {
    const ending = new AbortController();
    const out = await file();
    const ran = await runHere(['batch', '-', ...hypotenuse, '--out', out], {
      ending,
      stdin: openStdin('a,b\n3,4\n'),
      answer: () => {
        setImmediate(() => ending.abort());
        return new Promise(() => undefined);
      },
    });
    expect(ran).toMatchObject({ exitCode: 130, stderr: 'batch: interrupted after 0 rows\n' });
    expect(await beside(out)).toEqual([]);
  });

  test('an interrupted batch does not wait for a silent stdin', async () => {
    const ending = new AbortController();
    const running = runHere(['batch', '-', ...hypotenuse], {
      ending,
      stdin: openStdin('a,b\n3,4\n5,6'),
      answer: (call) => {
        setImmediate(() => setImmediate(() => ending.abort()));
        return sum(call);
      },
    });
    expect(await running).toMatchObject({ exitCode: 130, stdout: 'a,b,value,error\n3,4,7,\n' });
  });

  test('a batch can be interrupted before its input has a header', async () => {
    const ending = new AbortController();
    const running = runHere(['batch', '-', ...hypotenuse], { ending, stdin: openStdin('a') });
    setImmediate(() => ending.abort());
    expect(await running).toMatchObject({ exitCode: 130, stdout: '', stderr: 'batch: interrupted after 0 rows\n' });
  });
});

describe('--resume', () => {
  const input = 'a,b\n1,0\nx\n3,0\n';
  const whole = 'a,b,value,error\n1,0,1,\nx,,,invalid-request: 1 column; the header has 2\n3,0,3,\n';

  async function resumed(found: { out?: string; partial?: string; mark?: string }, stdin = input, more = {}) {
    const out = await file(found.out);
    if (found.partial !== undefined) await writeFile(`${out}.partial`, found.partial);
    if (found.mark !== undefined) await writeFile(`${out}.partial.json`, found.mark);
    const ran = await runHere(['batch', '-', ...hypotenuse, '--out', out, '--resume'], { stdin, ...more });
    return { ...ran, out: await textOf(out), partial: await textOf(`${out}.partial`), beside: await beside(out) };
  }

  describe.each([
    ['nothing', '', 2, 0],
    ['a header', 'a,b,value,error\n', 2, 0],
    ['a torn row', 'a,b,value,error\n1,0,1,\nx,,,"inval', 1, 1],
    ['a row without its line end', 'a,b,value,error\n1,0,1,', 2, 0],
    ['all of it', whole, 0, 2],
  ])('rows so far: %s', (_what, text, computed, checked) => {
    test('--resume continues a partial file whose mark names the formula', async () => {
      const ran = await resumed({ out: 'old\n', partial: text, mark: mark() });
      expect(ran).toMatchObject({ out: whole, beside: [], exitCode: 1 });
      expect(ran.calls).toHaveLength(computed);
    });

    test('--resume continues a partial file without a mark after it has computed rows again', async () => {
      const ran = await resumed({ out: 'old\n', partial: text });
      expect(ran).toMatchObject({ out: whole, beside: [], exitCode: 1 });
      expect(ran.calls).toHaveLength(computed + checked);
    });

    test('--resume continues the file itself when nothing lies beside it', async () => {
      const ran = await resumed({ out: text });
      expect(ran).toMatchObject({ out: whole, beside: [], exitCode: 1 });
      expect(ran.calls).toHaveLength(computed + checked);
    });
  });

  test('--resume starts from the beginning when there is no file', async () => {
    expect(await resumed({})).toMatchObject({ out: whole, beside: [] });
  });

  test('--resume recognises a row whose cell has line ends of any kind', async () => {
    const rows = 'note,a,b\n"x\ry\nz ""w""",3,4\n"u\rv",6,8\n';
    const first = await resumed({}, rows);
    expect(first).toMatchObject({ exitCode: 0, out: 'note,a,b,value,error\n"x\ry\nz ""w""",3,4,7,\n"u\rv",6,8,14,\n' });
    const again = await resumed({ partial: first.out ?? '', mark: mark() }, rows);
    expect(again).toMatchObject({ exitCode: 0, calls: [], out: first.out });
  });

  test('--resume does not compute rows with an error again, and counts them', async () => {
    const ran = await resumed({ partial: 'a,b,value,error\n1,0,,no-listener: nobody\n' });
    expect(ran.out).toContain('1,0,,no-listener: nobody\n');
    expect(ran.stderr).toBe(
      'batch: 3 rows, 1 of them done before, 2 failed (1 invalid-request, 1 no-listener), in … s\n',
    );
  });

  const other = 'a,b,value,error\n1,0,99,\n';
  test.each([
    ['another header', { partial: 'a,c,value,error\n1,0,1,\n', mark: mark() }, /its header is "a,c,value,error"/],
    [
      'another row',
      { partial: 'a,b,value,error\n1,0,1,\ny,,,oh\n', mark: mark() },
      /its row 2 is "y,,,oh", and that of the input is "x"/,
    ],
    ['a row of another length', { partial: 'a,b,value,error\n1,0,1\n', mark: mark() }, /its row 1 is/],
    ['more rows', { partial: `${whole}4,0,4,\n`, mark: mark() }, /more rows than the input/],
    ['no line at all', { partial: 'something else' }, /has no complete line/],
    ['rows of another formula', { partial: other, mark: mark('leg') }, /computed by leg, not by hypotenuse/],
    [
      'rows of another contract',
      { partial: other, mark: mark('hypotenuse', 7) },
      /computed with another contract of hypotenuse: 7, now /,
    ],
    [
      'a value that the formula does not give',
      { partial: other },
      /for "1,0" the file has 99, and hypotenuse gives 1\n/,
    ],
    [
      'a value that the formula refuses',
      { partial: 'a,b,value,error\n1,0,1,\nx,,5,\n' },
      /for "x," the file has 5, and hypotenuse gives invalid-request/,
    ],
  ])('--resume refuses a partial file with %s, and leaves it as it is', async (_what, found, message) => {
    const ran = await resumed({ out: 'old\n', ...found });
    expect(ran).toMatchObject({ exitCode: 2, out: 'old\n', partial: found.partial });
    expect(ran.stderr).toMatch(message);
    expect(ran.stderr).not.toContain('continue with:');
    expect(ran.beside.filter((name) => name.includes('.lock'))).toEqual([]);
  });

  test('--resume ends when it is interrupted while it computes a row again', async () => {
    const ending = new AbortController();
    const answer = (): unknown => {
      setImmediate(() => ending.abort());
      return new Promise(() => undefined);
    };
    const ran = await resumed({ partial: 'a,b,value,error\n1,0,1,\n' }, input, { answer, ending });
    expect(ran).toMatchObject({ exitCode: 130, partial: 'a,b,value,error\n1,0,1,\n', out: undefined });
  });

  test('--resume does not take the file of another program for its own', async () => {
    const ran = await resumed({ mark: '{"mine":true}' });
    expect(ran).toMatchObject({ exitCode: 2, out: undefined, calls: [] });
    expect(ran.beside.map((name) => name.replace(/^[0-9]+/, ''))).toEqual(['.csv.partial.json']);
  });

  test('--resume stops when no server can compute a row again', async () => {
    const answer = (): never => {
      throw refusal('no-listener', 'nobody');
    };
    const ran = await resumed({ partial: 'a,b,value,error\n1,0,1,\n' }, input, { answer });
    expect(ran).toMatchObject({ exitCode: 4, partial: 'a,b,value,error\n1,0,1,\n', out: undefined });
  });
});

describe('a process that was killed', () => {
  const input = 'a,b\n1,0\n2,0\n';
  const old = 'old\n';
  const whole = 'a,b,value,error\n1,0,1,\n2,0,2,\n';
  test.each([
    ['behind its mark', old, undefined, true, '', 2],
    ['behind the partial file', old, '', true, '--resume', 2],
    ['in the header', old, 'a,b,val', true, '--resume', 2],
    ['in a row', old, 'a,b,value,error\n1,0,1,\n2,', true, '--resume', 1],
    ['behind the last row', old, whole, true, '--resume', 0],
    ['behind the rename', whole, undefined, true, '', 2],
    ['behind the mark’s end', whole, undefined, false, '', 2],
  ])(
    'a process killed %s left the old file or the whole new one, and the next run completes',
    async (_when, outText, partial, marked, flag, calls) => {
      const out = await file(outText);
      if (partial !== undefined) await writeFile(`${out}.partial`, partial);
      if (marked) await writeFile(`${out}.partial.json`, mark());
      const args = ['batch', '-', ...hypotenuse, '--out', out, ...(flag === '' ? [] : [flag])];
      const ran = await runHere(args, { stdin: input });
      expect(ran).toMatchObject({ exitCode: 0 });
      expect(ran.calls).toHaveLength(calls);
      expect(await textOf(out)).toBe(whole);
      expect(await beside(out)).toEqual([]);
    },
  );
});
