import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openStdin, runHere, sum } from '../in-memory.test-support.ts';

let folder = '';
let files = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'calc-batch-'));
});
afterAll(async () => rm(folder, { recursive: true }));

async function file(text?: string): Promise<string> {
  files += 1;
  const path = join(folder, `${files}.csv`);
  if (text !== undefined) await writeFile(path, text);
  return path;
}

const hypotenuse = ['--formula', 'hypotenuse'];

describe('an interrupted batch', () => {
  test('leaves whole rows, which --resume goes on from', async () => {
    const input = await file('a,b\n1,0\n2,0\n3,0\n4,0\n');
    const out = await file();
    const ending = new AbortController();
    const interrupted = await runHere(['batch', input, ...hypotenuse, '--out', out], {
      ending,
      answer(call) {
        if (call.operands[0] === 4) setImmediate(() => ending.abort());
        return call.operands[0] === 3 ? new Promise(() => undefined) : sum(call);
      },
    });
    expect(interrupted).toMatchObject({ exitCode: 130, open: 0 });
    expect(interrupted.stderr).toBe('batch: interrupted after 2 rows; --resume goes on from there\n');
    expect(await readFile(out, 'utf8')).toBe('a,b,value,error\n1,0,1,\n2,0,2,\n');
    const resumed = await runHere(['batch', input, ...hypotenuse, '--out', out, '--resume']);
    expect(resumed).toMatchObject({ exitCode: 0, calls: [{ operands: [3, 0] }, { operands: [4, 0] }] });
    expect(resumed.stderr).toBe('batch: 4 rows, 2 of them done before, 0 failed\n');
    expect(await readFile(out, 'utf8')).toBe('a,b,value,error\n1,0,1,\n2,0,2,\n3,0,3,\n4,0,4,\n');
  });

  test('does not wait for a stdin that says nothing', async () => {
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

  test('ends before there was a header as well', async () => {
    const ending = new AbortController();
    const running = runHere(['batch', '-', ...hypotenuse], { ending, stdin: openStdin('a') });
    setImmediate(() => ending.abort());
    expect(await running).toMatchObject({ exitCode: 130, stdout: '', stderr: 'batch: interrupted after 0 rows\n' });
  });
});

describe('--resume', () => {
  const input = 'a,b\n1,0\nx\n3,0\n';

  async function resumed(outText: string | undefined, inputText = input) {
    const out = await file(outText);
    const ran = await runHere(['batch', '-', ...hypotenuse, '--out', out, '--resume'], { stdin: inputText });
    return { ...ran, out: await readFile(out, 'utf8') };
  }

  const whole = 'a,b,value,error\n1,0,1,\nx,,,invalid-request: 1 column; the header has 2\n3,0,3,\n';

  test.each([
    ['nothing', undefined, 2],
    ['an empty file', '', 2],
    ['a header', 'a,b,value,error\n', 2],
    ['a torn row', 'a,b,value,error\n1,0,1,\nx,,,"inval', 1],
    ['a row without its line end', 'a,b,value,error\n1,0,1,', 2],
    ['all of it', whole, 0],
  ])('goes on from %s', async (_what, text, computed) => {
    const ran = await resumed(text);
    expect(ran.out).toBe(whole);
    expect(ran.calls).toHaveLength(computed);
    expect(ran.exitCode).toBe(1);
  });

  test('knows a row again whose cell has line ends of any kind', async () => {
    const rows = 'note,a,b\n"x\ry\nz ""w""",3,4\n"u\rv",6,8\n';
    const first = await resumed(undefined, rows);
    expect(first).toMatchObject({ exitCode: 0, out: 'note,a,b,value,error\n"x\ry\nz ""w""",3,4,7,\n"u\rv",6,8,14,\n' });
    const again = await resumed(first.out, rows);
    expect(again).toMatchObject({ exitCode: 0, calls: [], out: first.out });
  });

  test('does not compute rows with an error again, and counts them', async () => {
    const ran = await resumed('a,b,value,error\n1,0,,no-listener: nobody\n');
    expect(ran.out).toContain('1,0,,no-listener: nobody\n');
    expect(ran.stderr).toBe('batch: 3 rows, 1 of them done before, 2 failed\n');
  });

  test.each([
    ['another header', 'a,c,value,error\n1,0,1,\n', /its header is "a,c,value,error"/],
    ['another row', 'a,b,value,error\n1,0,1,\ny,,,oh\n', /its row 2 is "y,,,oh", the input's "x"/],
    ['a row of another length', 'a,b,value,error\n1,0,1\n', /its row 1 is/],
    ['more rows', `${whole}4,0,4,\n`, /more rows than the input/],
    ['no line at all', 'something else', /not one complete line/],
  ])('refuses a file with %s, and leaves it as it is', async (_what, text, message) => {
    const ran = await resumed(text);
    expect(ran).toMatchObject({ exitCode: 2, calls: [], out: text });
    expect(ran.stderr).toMatch(message);
  });
});
