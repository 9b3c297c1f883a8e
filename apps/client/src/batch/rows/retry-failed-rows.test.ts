import { readFile, writeFile } from 'node:fs/promises';
import { PassThrough } from 'node:stream';
import { calculator, hashOf } from '@cateto/contracts';
import { describe, expect, test } from 'vitest';
import { captured, refusal, runHere, sum } from '../../in-memory.test-support.ts';
import { temporaryFiles, textOf } from '../temporary-files.test-support.ts';

const { file, beside } = temporaryFiles();
const hypotenuse = ['--formula', 'hypotenuse'];
/** The answer to a call that no server has taken; it takes a turn, as every answer does. */
const nobody = async (): Promise<never> => {
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  throw refusal('no-listener', 'no active broker was reached within 5000 ms');
};

describe('without servers', () => {
  test('a batch without any server ends with exit code 4 and leaves nothing', async () => {
    const out = await file();
    const stdin = `a,b\n${'1,2\n'.repeat(2_000)}`;
    const ran = await runHere(['batch', '-', ...hypotenuse, '--out', out], { stdin, answer: nobody });
    expect(ran).toMatchObject({ exitCode: 4, open: 0 });
    expect(ran.stderr).toBe('batch: no server answers: no active broker was reached within 5000 ms\n');
    // The rows that were begun at once, and no more.
    expect(ran.calls).toHaveLength(256);
    expect(await textOf(out)).toBeUndefined();
    expect(await beside(out)).toEqual([]);
  });

  test('a batch that loses all servers keeps its rows and says how to continue', async () => {
    const out = await file();
    const input = await file('a,b\n1,2\n3,4\n5,6\n');
    const args = ['batch', input, ...hypotenuse, '--out', out, '--concurrency', '1'];
    const ran = await runHere(args, { answer: (call) => (call.operands[0] === 3 ? nobody() : sum(call)) });
    expect(ran).toMatchObject({ exitCode: 4 });
    expect(ran.stderr).toMatch(
      /^batch: no server answers: .+; the row done is in .+\.partial; continue with: .+--resume\n$/,
    );
    expect(await textOf(`${out}.partial`)).toBe('a,b,value,error\n1,2,3,\n');
    const resumed = await runHere([...args, '--resume']);
    expect(resumed).toMatchObject({ exitCode: 0, stderr: 'batch: 3 rows, 1 of them done before, 0 failed, in … s\n' });
    expect(await readFile(out, 'utf8')).toBe('a,b,value,error\n1,2,3,\n3,4,7,\n5,6,11,\n');
  });

  test('a row that no server answers gets an error while other rows are answered', async () => {
    const ran = await runHere(['batch', '-', ...hypotenuse], {
      stdin: 'a,b\n1,2\n3,4\n5,6\n',
      async answer(call) {
        if (call.operands[0] === 3) return nobody();
        await new Promise((resolve) => setImmediate(resolve));
        return sum(call);
      },
    });
    expect(ran.exitCode).toBe(1);
    expect(ran.stdout).toBe(
      'a,b,value,error\n1,2,3,\n3,4,,no-listener: no active broker was reached within 5000 ms\n5,6,11,\n',
    );
  });
});

describe('--retry-failed', () => {
  const input = 'a,b\n1,2\nx,4\n5,6\n7,8\n9,0\n';
  const finished = [
    'a,b,value,error',
    '1,2,3,',
    'x,4,,"invalid-request: hypotenuse: operand a: ""x"" is not a number"',
    '5,6,,no-listener: nobody',
    '7,8,,out-of-domain: no',
    '9,0,,overloaded: too much',
    '',
  ].join('\n');
  const done = finished.replace('5,6,,no-listener: nobody', '5,6,11,').replace('9,0,,overloaded: too much', '9,0,9,');

  async function retried(text: string | undefined, stdin = input, more = {}) {
    const out = await file(text);
    const ran = await runHere(['batch', '-', ...hypotenuse, '--out', out, '--retry-failed'], { stdin, ...more });
    return { ...ran, path: out, out: await textOf(out), beside: await beside(out) };
  }

  test('--retry-failed computes only rows whose error may be gone', async () => {
    const ran = await retried(finished);
    expect(ran).toMatchObject({ exitCode: 1, out: done, beside: [] });
    expect(ran.stderr).toBe(
      'batch: 5 rows, 3 of them done before, 2 failed (1 invalid-request, 1 out-of-domain), in … s\n',
    );
    // The first row is computed again to check that the formula is the same.
    expect(ran.calls.map(({ operands }) => operands)).toEqual([
      [1, 2],
      [5, 6],
      [9, 0],
    ]);
  });

  test('--retry-failed computes missing rows, and leaves a file without a failure as it was', async () => {
    expect((await retried('a,b,value,error\n1,2,3,\n', 'a,b\n1,2\n3,4\n')).out).toBe(
      'a,b,value,error\n1,2,3,\n3,4,7,\n',
    );
    expect((await retried('a,b,value,error\n1,2,3,\n', 'a,b\n1,2\n')).out).toBe('a,b,value,error\n1,2,3,\n');
  });

  test('an interrupted --retry-failed is continued by --resume, which retries as well', async () => {
    const ending = new AbortController();
    const hanging = (call: { operands: readonly unknown[] }): unknown => {
      if (call.operands[0] !== 9) return sum(call as never);
      setImmediate(() => ending.abort());
      return new Promise(() => undefined);
    };
    const first = await retried(finished, input, { ending, answer: hanging });
    expect(first).toMatchObject({ exitCode: 130, out: finished });
    const args = ['batch', '-', ...hypotenuse, '--out', first.path, '--resume'];
    const resumed = await runHere(args, { stdin: input });
    expect(resumed.calls.map(({ operands }) => operands)).toEqual([[9, 0]]);
    expect(await textOf(first.path)).toBe(done);
    expect(await beside(first.path)).toEqual([]);
  });

  test.each([
    ['does not exist', undefined, /does not exist/],
    ['is of another table', 'a,c,value,error\n', /its header is/],
    ['has another row', finished.replace('7,8,,', '7,9,,'), /its row 4 is/],
    ['has more rows', `${finished}0,0,0,\n`, /more rows than the input/],
    ['is of another formula', finished.replace('1,2,3,', '1,2,4,'), /the file has 4, and hypotenuse gives 3/],
  ])('--retry-failed refuses a file that %s, and leaves it as it is', async (_what, text, message) => {
    const ran = await retried(text);
    expect(ran).toMatchObject({ exitCode: 2, out: text, beside: [] });
    expect(ran.stderr).toMatch(message);
  });

  test('an interrupted --retry-failed that is continued with another input keeps its rows', async () => {
    const out = await file(finished);
    const partial = 'a,b,value,error\n1,2,3,\n';
    await writeFile(`${out}.partial`, partial);
    const contract = hashOf(calculator, 'hypotenuse');
    await writeFile(`${out}.partial.json`, JSON.stringify({ formula: 'hypotenuse', contract, retries: true }));
    const ran = await runHere(['batch', '-', ...hypotenuse, '--out', out, '--resume'], { stdin: 'a,b\n1,2\n8,8\n' });
    expect(ran.exitCode).toBe(2);
    expect(ran.stderr).toMatch(/its row 2 is .+, and that of the input is "8,8"\n$/);
    expect(await textOf(`${out}.partial`)).toBe(partial);
    expect(await textOf(out)).toBe(finished);
  });

  test('--retry-failed does not touch rows of a run that did not finish', async () => {
    const out = await file(finished);
    await writeFile(`${out}.partial`, 'a,b,value,error\n');
    const ran = await runHere(['batch', '-', ...hypotenuse, '--out', out, '--retry-failed'], { stdin: input });
    expect(ran).toMatchObject({ exitCode: 2, calls: [] });
  });
});

describe('a coprocess', () => {
  test('a coprocess gets each answer before it writes the next row', async () => {
    const stdin = new PassThrough();
    const stdout = captured();
    const write = stdout.write.bind(stdout);
    let answered: (text: string) => void = () => undefined;
    stdout.write = ((text: string, done: () => void) => {
      answered(text);
      return write(text, done as never);
    }) as never;
    const ask = (text: string): Promise<string> =>
      new Promise((resolve) => {
        answered = resolve;
        stdin.write(text);
      });
    const running = runHere(['batch', '-', ...hypotenuse], { stdin, stdout });
    expect(await ask('a,b\n')).toBe('a,b,value,error\n');
    expect(await ask('1,2\n')).toBe('1,2,3,\n');
    expect(await ask('"3",4\r\n')).toBe('3,4,7,\n');
    expect(await ask('5,"6"\r')).toBe('5,6,11,\n');
    stdin.end('\n7,8');
    expect(await running).toMatchObject({ exitCode: 0, stderr: 'batch: 4 rows, 0 failed, in … s\n' });
  });
});

describe('tables of spreadsheets', () => {
  test('a table is written with the delimiter that it was read with', async () => {
    const ran = await runHere(['batch', '-', ...hypotenuse], {
      stdin: '\ufeffsep=;\r\nname;a;b\r\n"x;y";3;4\r\nz;3,5;1\r\n\r\n',
    });
    expect(ran.stdout).toBe(
      [
        'name;a;b;value;error',
        '"x;y";3;4;7;',
        'z;3,5;1;;"invalid-request: hypotenuse: operand a: ""3,5"" is not a number; decimals are written with a point"',
        '',
      ].join('\n'),
    );
  });

  test('tables in UTF-16 and ISO-8859-1 are read exactly', async () => {
    const text = 'Köln,a,b\nÄ,3,4\n';
    const utf16 = Buffer.from(`\ufeff${text}`, 'utf16le');
    const latin1 = Buffer.from(text, 'latin1');
    const expected = { exitCode: 0, stdout: 'Köln,a,b,value,error\nÄ,3,4,7,\n' };
    expect(await runHere(['batch', await file(utf16), ...hypotenuse])).toMatchObject(expected);
    expect(await runHere(['batch', await file(latin1), ...hypotenuse, '--encoding', 'iso-8859-1'])).toMatchObject(
      expected,
    );
    const refused = await runHere(['batch', await file(latin1), ...hypotenuse]);
    expect(refused).toMatchObject({ exitCode: 2, stdout: '' });
    expect(refused.stderr).toMatch(/^batch: .+\.csv: line 1, byte 2 of the file \(0xf6\): it is not utf-8; --encoding/);
  });

  test('a byte that is not text ends the batch after the rows before it, and the message says how to continue', async () => {
    const out = await file();
    const input = await file(Buffer.from('a,b\n3,4\n5,\xf6\n', 'latin1'));
    const ran = await runHere(['batch', input, ...hypotenuse, '--out', out]);
    expect(ran.exitCode).toBe(2);
    expect(ran.stderr).toMatch(/line 3, byte 11 of the file \(0xf6\).+; the row done is in .+\.partial/);
  });
});
