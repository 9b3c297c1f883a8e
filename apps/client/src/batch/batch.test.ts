import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { captured, openStdin, refusal, runHere } from '../in-memory.test-support.ts';
import { temporaryFiles } from './temporary-files.test-support.ts';

const { file, folder } = temporaryFiles();
const hypotenuse = ['--formula', 'hypotenuse'];

describe('batch', () => {
  test('a batch adds value and error to every row, in input order', async () => {
    const input = await file('id,b,a\nx,4,3\ny,"1,000",5\nz,-6,.5\n');
    const ran = await runHere(['batch', input, ...hypotenuse], {
      answer: ({ operands }) => operands.join('~'),
    });
    expect(ran.stdout).toBe(
      [
        'id,b,a,value,error',
        'x,4,3,3~4,',
        'y,"1,000",5,,"invalid-request: hypotenuse: operand b: ""1,000"" is not a number"',
        'z,-6,.5,0.5~-6,',
        '',
      ].join('\n'),
    );
    expect(ran).toMatchObject({
      exitCode: 1,
      stderr: 'batch: 3 rows, 1 failed (1 invalid-request), in … s\n',
      open: 0,
    });
    expect(ran.calls).toMatchObject([{ options: { trace: true } }, {}]);
  });

  test('a batch reads stdin for -, and exits with 0 when every row has a value', async () => {
    const ran = await runHere(['batch', '-', ...hypotenuse], { stdin: 'a,b\n3,4\n' });
    expect(ran).toMatchObject({
      exitCode: 0,
      stdout: 'a,b,value,error\n3,4,7,\n',
      stderr: 'batch: 1 row, 0 failed, in … s\n',
    });
  });

  test('a batch with --out replaces the content of the file', async () => {
    const out = await file('old,and,much,longer,than,what,comes\n');
    const ran = await runHere(['batch', '-', ...hypotenuse, '--out', out], { stdin: 'a,b\n3,4\n' });
    expect(ran).toMatchObject({ exitCode: 0, stdout: '' });
    expect(await readFile(out, 'utf8')).toBe('a,b,value,error\n3,4,7,\n');
  });

  test('a batch keeps the order while fast rows wait for slow ones, with at most --concurrency rows in flight', async () => {
    const rows = Array.from({ length: 500 }, (_, index) => index);
    let now = 0;
    let most = 0;
    const answer = async (call: { operands: readonly unknown[] }): Promise<number> => {
      now += 1;
      most = Math.max(most, now);
      const turns = (Number(call.operands[0]) * 7) % 5;
      for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      now -= 1;
      return Number(call.operands[0]);
    };
    const stdin = `a,b\n${rows.map((row) => `${row},0`).join('\n')}\n`;
    const ran = await runHere(['batch', '-', ...hypotenuse, '--concurrency', '8'], { stdin, answer });
    expect(ran.stdout).toBe(`a,b,value,error\n${rows.map((row) => `${row},0,${row},\n`).join('')}`);
    expect(most).toBe(8);
  });

  test('a row of the wrong length, out of domain or without an answer gets an error, and the batch goes on', async () => {
    const stdin = 'c,a\n5\n5,3,1,spare\n\n3,5\n9,9\n5,3\n';
    const answer = async ({ operands }: { operands: readonly unknown[] }): Promise<number> => {
      await new Promise((resolve) => setImmediate(resolve));
      if (operands[0] === 3) throw refusal('out-of-domain', 'leg: c is less\nthan a');
      if (operands[0] !== 9) return 4;
      await new Promise((resolve) => setImmediate(resolve));
      throw refusal('no-listener', 'nobody');
    };
    const ran = await runHere(['batch', '-', '--formula', 'leg'], { stdin, answer });
    expect(ran.stdout).toBe(
      [
        'c,a,value,error',
        '5,,,invalid-request: 1 column; the header has 2',
        '5,3,,"invalid-request: 4 columns; the header has 2, and none for 1, spare"',
        '3,5,,out-of-domain: leg: c is less than a',
        '9,9,,no-listener: nobody',
        '5,3,4,',
        '',
      ].join('\n'),
    );
    expect(ran).toMatchObject({
      exitCode: 1,
      stderr: 'batch: 5 rows, 4 failed (2 invalid-request, 1 no-listener, 1 out-of-domain), in … s\n',
    });
  });

  test('a batch takes the first columns when the header has no operand’s name, and says so', async () => {
    const ran = await runHere(['batch', '-', ...hypotenuse], { stdin: 'leg 1,leg 2\n3,4\n' });
    expect(ran).toMatchObject({ exitCode: 0, calls: [{ operands: [3, 4] }] });
    expect(ran.stderr).toBe('batch: a from column "leg 1", b from column "leg 2"\nbatch: 1 row, 0 failed, in … s\n');
  });

  test('the result of a header alone is a header', async () => {
    const ran = await runHere(['batch', '-', ...hypotenuse], { stdin: 'a,b' });
    expect(ran).toMatchObject({ exitCode: 0, stdout: 'a,b,value,error\n' });
  });

  test('a batch counts the rows that fell back', async () => {
    const ran = await runHere(['batch', '-', ...hypotenuse], { stdin: 'a,b\n3,4\n', fallbacks: [2] });
    expect(ran.stderr).toBe('batch: 1 row, 0 failed, 1 with an operation computed by the calc-server, in … s\n');
  });

  test('a batch writes the rows before a quote that never closes, then reports the quote', async () => {
    const input = await file('a,b\n3,4\n5,"6\n');
    const ran = await runHere(['batch', input, ...hypotenuse]);
    expect(ran).toMatchObject({ exitCode: 1, stdout: 'a,b,value,error\n3,4,7,\n', open: 0 });
    expect(ran.stderr).toMatch(/^batch: .+\.csv: line 3: the quote that opens here never closes\n$/);
  });

  test.each([
    ['an unknown formula', 5, async () => ['-', '--formula', 'hypotenus'], /hypotenus.*did you mean hypotenuse/],
    ['no such file', 2, async () => [join(folder(), 'none.csv'), ...hypotenuse], /none\.csv: no such file/],
    ['a folder', 2, async () => [folder(), ...hypotenuse], /it is a directory/],
    ['an empty input', 2, async () => [await file(''), ...hypotenuse], /it is empty/],
    [
      'a folder to write into that is not there',
      2,
      async () => [await file('a,b\n'), ...hypotenuse, '--out', join(folder(), 'no', 'x')],
      /no such file/,
    ],
    ['a concurrency of nothing', 2, async () => ['-', ...hypotenuse, '--concurrency', '0'], /from 1 to 10000/],
    ['--resume without --out', 2, async () => ['-', ...hypotenuse, '--resume'], /name the file with --out/],
    ['--resume to stdout', 2, async () => ['-', ...hypotenuse, '--resume', '--out', '-'], /name the file with --out/],
    ['--retry-failed without --out', 2, async () => ['-', ...hypotenuse, '--retry-failed'], /name the file with --out/],
    [
      '--resume to a device',
      2,
      async () => ['-', ...hypotenuse, '--resume', '--out', '/dev/null'],
      /name the file with --out/,
    ],
    ['both ways to go on', 2, async () => ['-', ...hypotenuse, '--resume', '--retry-failed'], /give one of the two/],
    ['an unknown encoding', 2, async () => ['-', ...hypotenuse, '--encoding', 'klingon'], /"klingon" is unknown/],
    ['a delimiter of two characters', 2, async () => ['-', ...hypotenuse, '--delimiter', ';;'], /one character/],
    ['a quote for a delimiter', 2, async () => ['-', ...hypotenuse, '--delimiter', '"'], /other than a quote/],
    ['a header of two delimiters', 2, async () => [await file('x,y;z\n'), ...hypotenuse], /--delimiter says/],
    [
      'a header that is not UTF-8',
      2,
      async () => [await file(Buffer.from('a,b,K\xf6ln\n', 'latin1')), ...hypotenuse],
      /line 1, byte 6/,
    ],
    ['values for a header', 2, async () => [await file('3,4\n'), ...hypotenuse], /the first row must name the columns/],
  ])('a batch refuses %s with exit code %d', async (_what, exitCode, args, message) => {
    const ran = await runHere(['batch', ...(await args())]);
    expect(ran).toMatchObject({ exitCode, stdout: '', calls: [] });
    expect(ran.stderr).toMatch(message);
    expect(ran.stderr.match(/\n/g)).toHaveLength(1);
  });

  test('a batch refuses to write over its own input', async () => {
    const input = await file('a,b\n3,4\n');
    const ran = await runHere([
      'batch',
      input,
      ...hypotenuse,
      '--out',
      join(folder(), '.', input.slice(folder().length)),
    ]);
    expect(ran.exitCode).toBe(2);
    expect(await readFile(input, 'utf8')).toBe('a,b\n3,4\n');
  });

  test('a fault of the program ends the batch, and does not count as an error of a row', async () => {
    const answer = (): never => {
      throw new TypeError('a bug');
    };
    await expect(runHere(['batch', '-', ...hypotenuse], { stdin: 'a,b\n3,4\n', answer })).rejects.toThrow('a bug');
  });

  test('a batch ends with one line when the reader of stdout has gone', async () => {
    const stdout = new Writable({
      write: (_chunk, _encoding, done) => done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })),
    });
    stdout.on('error', () => undefined);
    const ran = await runHere(['batch', '-', ...hypotenuse], { stdin: openStdin('a,b\n3,4\n'), stdout });
    expect(ran).toMatchObject({ exitCode: 1, stderr: 'batch: the reader of the output has gone\n' });
  });
});

describe('--json', () => {
  const stdin = 'a,b\n3,4\nx,4\n5,6\n7,8\n';
  const answer = ({ operands }: { operands: readonly unknown[] }): number => {
    if (operands[0] === 5) throw refusal('out-of-domain', 'no');
    return 1;
  };

  test('--json prints the summary as one line of JSON on stdout', async () => {
    const out = await file();
    const args = ['batch', '-', ...hypotenuse, '--out', out, '--json'];
    const ran = await runHere(args, { stdin, answer, fallbacks: [1] });
    expect(ran).toMatchObject({ exitCode: 1 });
    const { elapsedMs, ...summary } = JSON.parse(ran.stdout) as Record<string, unknown>;
    expect(summary).toEqual({
      formula: 'hypotenuse',
      out,
      rows: 4,
      before: 0,
      failed: 2,
      failures: { 'invalid-request': 1, 'out-of-domain': 1 },
      fallbacks: 2,
    });
    expect(elapsedMs).toBeGreaterThanOrEqual(0);
    expect(ran.stdout.match(/\n/g)).toHaveLength(1);
  });

  test('--json without --out is refused, because the rows go to stdout', async () => {
    const ran = await runHere(['batch', '-', ...hypotenuse, '--json'], { stdin });
    expect(ran).toMatchObject({ exitCode: 2, calls: [] });
    expect(ran.stderr).toMatch(/--json prints the summary on stdout; name a file for the rows with --out/);
    expect(JSON.parse(ran.stdout)).toMatchObject({ error: { code: 'usage' } });
  });

  test('a batch that stops prints only its error with --json, and the --resume command keeps the flag', async () => {
    const args = ['batch', '-', ...hypotenuse, '--out', await file(), '--json', '--concurrency', '1'];
    const stopping = (call: { operands: readonly unknown[] }): number => {
      if (call.operands[0] === 5) throw refusal('no-listener', 'nobody');
      return 1;
    };
    const ran = await runHere(args, { stdin, answer: stopping });
    expect(ran.exitCode).toBe(4);
    expect(JSON.parse(ran.stdout)).toMatchObject({ error: { code: 'no-listener' } });
    expect(ran.stderr).toContain(' --concurrency 1 --json --resume\n');
  });
});

describe('progress', () => {
  const stdin = 'a,b\n3,4\n';

  test('the progress bar is shown on a terminal when the rows go elsewhere', async () => {
    const stderr = captured(true);
    const ran = await runHere(['batch', await file(stdin), ...hypotenuse], { stderr });
    expect(ran.stderr).toContain('rows, 0 failed');
    expect(ran.stderr).not.toContain('computed by');
    expect(ran.stderr.endsWith('batch: 1 row, 0 failed, in … s\n')).toBe(true);
    expect(ran.stdout).toBe('a,b,value,error\n3,4,7,\n');
  });

  test('the progress bar counts rows that are done, not rows that were read ahead', async () => {
    const stderr = captured(true);
    const write = stderr.write.bind(stderr);
    const shown = new Promise<string>((resolve) => {
      stderr.write = (text: string) => {
        const bar = /[0-9]+ % \| 1 rows/.exec(text);
        if (bar !== null) resolve(bar[0]);
        return write(text);
      };
    });
    const ran = await runHere(['batch', await file('a,b\n3,4\n5,6\n7,8\n9,0\n'), ...hypotenuse, '--concurrency', '1'], {
      stderr,
      answer: async ({ operands }) => (operands[0] === 3 ? 7 : (await shown).length),
    });
    expect(ran.exitCode).toBe(0);
    // A quarter is done. The bar may show a third while the last row cannot be told from a row that goes on.
    expect(Number.parseInt(await shown, 10)).toBeLessThan(34);
  });

  test.each([
    ['off a terminal', false, false, {}],
    ['among rows on the same terminal', true, true, {}],
    ['on a terminal that cannot move its cursor', true, false, { TERM: 'dumb' }],
  ])('the progress bar is not shown %s', async (_where, stderrIsTTY, stdoutIsTTY, env) => {
    const ran = await runHere(['batch', '-', ...hypotenuse], {
      stdin,
      env,
      stderr: captured(stderrIsTTY),
      stdout: captured(stdoutIsTTY),
    });
    expect(ran.stderr).toBe('batch: 1 row, 0 failed, in … s\n');
  });
});
