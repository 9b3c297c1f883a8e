import { describe, expect, test } from 'vitest';
import { runHere, refusal, openStdin } from './in-memory.test-support.ts';
import { outputClosed } from './context.ts';

/** The output on stdout of a command that fails. */
async function printed(args: readonly string[], setup: Parameters<typeof runHere>[1] = {}) {
  const { exitCode, stdout, stderr } = await runHere(args, setup);
  const lines = stdout.split('\n');
  return { exitCode, lines: lines.slice(0, -1).map((line) => JSON.parse(line) as unknown), last: lines.at(-1), stderr };
}

const local = { id: null, retryable: false, mayHaveRun: false };
const degraded = { degraded: true, missing: ['backup'], brokers: [], servers: [] };

describe('a command that fails with --json prints one object with an error on stdout', () => {
  test.each([
    ['an operand that is not a number', ['hypotenuse', 'x', '4'], 5, 'invalid-request', /operand a: "x"/],
    ['an operand that the contract refuses', ['hypotenuse', '1e999', '4'], 5, 'invalid-request', /operand a/],
    ['a formula that does not exist', ['hypotenus', '3', '4'], 5, 'unknown-formula', /did you mean hypotenuse/],
    ['an operand that is missing', ['hypotenuse', '3'], 2, 'usage', /missing required argument 'b'/],
    ['a flag that does not exist', ['status', '--speed'], 2, 'usage', /unknown option '--speed'/],
    ['a setting that cannot be used', ['status', '--brokers', 'a b'], 2, 'usage', /^--brokers: /],
    ['a batch whose rows go to stdout', ['batch', '-', '--formula', 'leg'], 2, 'usage', /^--json prints the summary/],
    ['an argument too many', ['formulas', 'leg'], 2, 'usage', /too many arguments/],
    ['an argument too many for operations', ['operations', 'square'], 2, 'usage', /too many arguments/],
  ])('%s', async (_what, args, exitCode, code, message) => {
    const { lines, last, stderr, ...ran } = await printed([...args, '--json']);
    expect(ran).toEqual({ exitCode });
    expect(lines).toEqual([{ error: { code, message: expect.stringMatching(message), ...local } }]);
    expect(last).toBe('');
    // The line for people is the same as without --json.
    expect(stderr).toMatch(/^[\w-]+: [^\n]+\n$/);
  });

  test('with --json a failed request prints the fields of its failure', async () => {
    const answer = (): never => {
      throw refusal('no-listener', 'hypotenuse: nobody listened');
    };
    const { lines, exitCode } = await printed(['hypotenuse', '3', '4', '--json'], { answer });
    expect(exitCode).toBe(4);
    const message = 'hypotenuse: nobody listened';
    expect(lines).toEqual([{ error: { code: 'no-listener', message, id: null, retryable: true, mayHaveRun: false } }]);
  });

  test('with --json an interrupted request prints an error', async () => {
    const ending = new AbortController();
    const answer = (): Promise<never> => {
      ending.abort();
      return new Promise(() => undefined);
    };
    const { lines, exitCode } = await printed(['hypotenuse', '3', '4', '--json'], { ending, answer });
    expect(exitCode).toBe(130);
    expect(lines).toMatchObject([{ error: { code: 'cancelled', message: 'interrupted' } }]);
  });

  test('with --json an interrupted status prints an error', async () => {
    const ending = new AbortController();
    ending.abort();
    const status = new Promise<never>(() => undefined);
    const { lines, exitCode } = await printed(['status', '--json'], { ending, status });
    expect(exitCode).toBe(130);
    expect(lines).toMatchObject([{ error: { code: 'cancelled', message: 'interrupted' } }]);
  });
});

describe('nothing is added to stdout', () => {
  test('the output of a degraded status gets no error object', async () => {
    const { lines, exitCode } = await printed(['status', '--json'], { status: degraded });
    expect([exitCode, lines]).toEqual([1, [degraded]]);
  });

  test('--json as the value of another flag adds nothing to stdout', async () => {
    const { exitCode, stdout } = await runHere(['hypotenuse', '3', '4', '--timeout', '--json']);
    expect([exitCode, stdout]).toEqual([2, '']);
  });

  test('--json as an argument adds nothing to stdout', async () => {
    const { exitCode, stdout } = await runHere(['batch', '--', '--json'], { stdin: openStdin('') });
    expect([exitCode, stdout]).toEqual([2, '']);
  });

  test('a command whose stdout has no reader prints no error object', async () => {
    const ending = new AbortController();
    ending.abort(outputClosed);
    const { exitCode, stdout, stderr } = await runHere(['hypotenuse', 'x', '4', '--json'], { ending });
    expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 141, stdout: '', stderr: '' });
  });
});
