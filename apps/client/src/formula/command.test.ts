import { defineCatalogue, Finite, formula, StatusReport } from '@cateto/contracts';
import { describe, expect, test } from 'vitest';
import { captured, refusal, runHere } from '../in-memory.test-support.ts';

describe('a formula by its name', () => {
  test('a formula command prints its value and nothing else', async () => {
    const ran = await runHere(['hypotenuse', '12', '13'], { answer: () => 17.69180601295413 });
    expect(ran).toMatchObject({ exitCode: 0, stdout: '17.69180601295413\n', stderr: '', open: 0 });
    expect(ran.calls).toMatchObject([{ formula: 'hypotenuse', operands: [12, 13], options: { trace: true } }]);
  });

  test.each([
    ['4', 17.69180601295413, '17.6918'],
    ['0', 17.69180601295413, '18'],
    ['2', 5, '5.00'],
    ['4', -0.00001, '0.0000'],
  ])('a formula command with --digits %s shows %d as %s', async (digits, value, text) => {
    const { stdout } = await runHere(['hypotenuse', '12', '13', '--digits', digits], { answer: () => value });
    expect(stdout).toBe(`${text}\n`);
  });

  test('a formula command with --json prints one line with the whole value, whatever --digits says', async () => {
    const ran = await runHere(['hypotenuse', '12', '13', '--json', '--digits', '1'], {
      answer: () => 17.69180601295413,
    });
    expect(ran.stdout).toBe(
      '{"id":"k3f0q9x2m1zd-1","formula":"hypotenuse","operands":[12,13],"value":17.69180601295413,"elapsedMs":1.235,"fallbacks":[]}\n',
    );
  });

  test('a text answer cannot steer a terminal, and reaches a program unchanged', async () => {
    const text = 'a\u001b[2J\u009bb\u202ec\nd';
    const shown = await runHere(['hypotenuse', '12', '13'], { answer: () => text, stdout: captured(true) });
    expect(shown.stdout).toBe(`${String.raw`a\u001b[2J\u009bb\u202ec`}\nd\n`);
    const piped = await runHere(['hypotenuse', '12', '13'], { answer: () => text });
    expect(piped.stdout).toBe(`${text}\n`);
    const json = await runHere(['hypotenuse', '12', '13', '--json'], { answer: () => text });
    expect(json.stdout).toMatch(/^[\u0020-\u007e]+\n$/);
    expect(JSON.parse(json.stdout)).toMatchObject({ value: text });
  });

  test('a formula command reports a lane that the calc-server computed itself on stderr', async () => {
    const ran = await runHere(['hypotenuse', '12', '13'], { fallbacks: [1] });
    expect(ran).toMatchObject({ exitCode: 0, stdout: '25\n' });
    expect(ran.stderr).toBe('hypotenuse: no op-server answered on lane 1; the calc-server computed it\n');
  });

  test.each([
    [[0], 3, 'no op-server answered; the calc-server computed 3 calls'],
    [[0, 1, 2], 20, 'no op-server answered on lanes 1, 2; the calc-server computed 20 calls'],
  ] as const)(
    'the fallbacks of a formula in steps on lanes %j are counted, and lane 0 is no lane',
    async (fallbacks, fallbackCount, text) => {
      const { stderr } = await runHere(['hypotenuse', '12', '13'], { fallbacks, fallbackCount });
      expect(stderr).toBe(`hypotenuse: ${text}\n`);
    },
  );

  test('a formula command with --json reports fallbacks in the JSON only', async () => {
    const ran = await runHere(['hypotenuse', '12', '13', '--json'], { fallbacks: [1, 2] });
    expect(JSON.parse(ran.stdout)).toMatchObject({ fallbacks: [1, 2] });
    expect(ran.stderr).toBe('');
  });
});

describe('operands', () => {
  test.each([
    [
      ['--', '-3', '4'],
      [-3, 4],
    ],
    [
      ['-3', '4'],
      [-3, 4],
    ],
    [
      ['3', '-4'],
      [3, -4],
    ],
    [
      ['-3E5', '-.5'],
      [-3e5, -0.5],
    ],
    [
      ['-3.', '--json', '-4e-2'],
      [-3, -0.04],
    ],
    [
      ['+1e3', ' 7 '],
      [1000, 7],
    ],
  ])('the operands %j are the numbers %j', async (args, operands) => {
    const ran = await runHere(['hypotenuse', ...args]);
    expect(ran.exitCode).toBe(0);
    expect(ran.calls).toMatchObject([{ operands }]);
  });

  test.each([
    ['abc', '"abc" is not a number'],
    ['', '"" is not a number'],
    ['0x10', '"0x10" is not a number'],
    ['12,5', '"12,5" is not a number'],
    ['1_000', '"1_000" is not a number'],
    ['.', '"." is not a number'],
    ['NaN', '"NaN" is not a number'],
    ['Infinity', '"Infinity" is not a number'],
    ['-Infinity', '"-Infinity" is not a number'],
    ['1e400', '"1e400" is beyond the range of finite numbers'],
    ['-1E400', '"-1E400" is beyond the range of finite numbers'],
  ])('the operand %j is refused with exit code 5 before anything is sent', async (text, why) => {
    const ran = await runHere(['hypotenuse', text, '4']);
    expect(ran).toMatchObject({ exitCode: 5, stdout: '', stderr: `hypotenuse: operand a: ${why}\n`, connected: [] });
  });

  test('an error message cuts an operand that is as long as a file', async () => {
    const ran = await runHere(['hypotenuse', 'x'.repeat(10_000), '4']);
    expect(ran.stderr.length).toBeLessThan(200);
  });

  test('operands of contracts with other values are text or JSON', async () => {
    const weighted = formula({
      name: 'weighted',
      description: 'Numbers, weighted for one kind of server.',
      operands: [
        ['role', StatusReport.shape.role],
        ['numbers', Finite.array()],
      ],
      output: Finite.array(),
      example: { operands: ['op-server', [1, 2]], output: [2, 4] },
    });
    const catalogue = defineCatalogue({ operations: {}, formulas: { weighted } });
    const good = await runHere(['weighted', 'op-server', '[1,-2]'], { catalogue, answer: () => [2, -4] });
    expect(good).toMatchObject({ exitCode: 0, stdout: '[2,-4]\n', calls: [{ operands: ['op-server', [1, -2]] }] });
    const broken = await runHere(['weighted', 'op-server', '[1'], { catalogue });
    expect(broken).toMatchObject({ exitCode: 5, stderr: 'weighted: operand numbers: "[1" is not JSON\n' });
    const unfit = await runHere(['weighted', 'server', '[1]'], { catalogue });
    expect(unfit).toMatchObject({ exitCode: 5, connected: [] });
    expect(unfit.stderr).toMatch(/^weighted: operand role: .+\n$/);
  });
});

test('when the check of a contract throws, the command ends with exit code 5, and a row of a batch gets the error', async () => {
  const secure = formula({
    name: 'secure',
    description: 'An address, if it is secure.',
    operands: [['address', StatusReport.shape.host.refine((text) => new URL(text).protocol === 'https:')]],
    output: StatusReport.shape.host,
    example: { operands: ['https://a.example'], output: 'https://a.example' },
  });
  const catalogue = defineCatalogue({ operations: {}, formulas: { secure } });
  const refused = 'secure: operand address: the check of the contract threw: Invalid URL';
  const ran = await runHere(['secure', 'abc'], { catalogue });
  expect(ran).toMatchObject({ exitCode: 5, stdout: '', stderr: `${refused}\n`, connected: [] });
  const stdin = 'address\nabc\nhttps://a.example\n';
  const batch = await runHere(['batch', '-', '--formula', 'secure'], { catalogue, stdin, answer: () => 'well' });
  expect(batch.stdout).toContain(`abc,,invalid-request: ${refused}\n`);
  expect(batch.stdout).toContain('https://a.example,well,\n');
});

describe('settings', () => {
  test('settings come from the flags, else from the variables, else from the defaults', async () => {
    const env = { CATETO_TIMEOUT_MS: '700', CATETO_BROKERS: '10.0.0.1,10.0.0.2' };
    const flags = ['--timeout', '200', '--brokers', '10.0.0.9'];
    const [byFlag, byVariable, byDefault] = await Promise.all([
      runHere(['hypotenuse', '3', '4', ...flags], { env }),
      runHere(['hypotenuse', '3', '4'], { env }),
      runHere(['hypotenuse', '3', '4']),
    ]);
    expect(byFlag.connected).toMatchObject([{ timeoutMs: 200, brokers: [{ host: '10.0.0.9' }] }]);
    expect(byVariable.connected).toMatchObject([
      { timeoutMs: 700, brokers: [{ host: '10.0.0.1' }, { host: '10.0.0.2' }] },
    ]);
    expect(byDefault.connected).toMatchObject([
      { timeoutMs: 5000, brokers: [{ publishPort: 5555 }, { publishPort: 6555 }] },
    ]);
  });

  test.each([
    [['--timeout', 'soon'], {}, /^hypotenuse: --timeout: "soon" is not .+\n$/],
    [['--timeout', '-1'], {}, /^hypotenuse: --timeout: "-1" is not .+\n$/],
    [[], { CATETO_BROKERS: 'a b' }, /^hypotenuse: CATETO_BROKERS: .+\n$/],
  ])('wrong settings (%j, %j) print one line that names them, with exit code 2', async (flags, env, line) => {
    const ran = await runHere(['hypotenuse', '3', '4', ...flags], { env });
    expect(ran).toMatchObject({ exitCode: 2, stdout: '', calls: [] });
    expect(ran.stderr).toMatch(line);
  });
});

describe('what goes wrong', () => {
  test.each([
    ['deadline-exceeded', 3],
    ['no-listener', 4],
    ['out-of-domain', 5],
    ['contract-mismatch', 5],
    ['invalid-request', 5],
    ['overloaded', 1],
    ['internal', 1],
  ] as const)('a request that fails with %s prints one line on stderr, with exit code %d', async (code, exitCode) => {
    const answer = (): never => {
      throw refusal(code, 'the reason,\nin two lines');
    };
    const ran = await runHere(['hypotenuse', '3', '4'], { answer });
    expect(ran).toMatchObject({ exitCode, stdout: '', stderr: 'hypotenuse: the reason, in two lines\n', open: 0 });
  });

  test('an error does not repeat the formula’s name', async () => {
    const answer = (): never => {
      throw refusal('out-of-domain', 'leg: c is less than a');
    };
    expect(await runHere(['leg', '3', '4'], { answer })).toMatchObject({ stderr: 'leg: c is less than a\n' });
  });

  test('an error from the bus cannot steer the terminal', async () => {
    const answer = (): never => {
      throw refusal('internal', 'a\u001b[2Jb\u009bc');
    };
    expect(await runHere(['hypotenuse', '3', '4'], { answer })).toMatchObject({
      stderr: String.raw`hypotenuse: a\u001b[2Jb\u009bc` + '\n',
    });
  });

  test('Ctrl-C cancels the call, with exit code 130', async () => {
    const ending = new AbortController();
    const answer = (): Promise<never> => {
      ending.abort();
      return new Promise(() => undefined);
    };
    const ran = await runHere(['hypotenuse', '3', '4'], { ending, answer });
    expect(ran).toMatchObject({ exitCode: 130, stdout: '', stderr: 'hypotenuse: interrupted\n', open: 0 });
  });

  test('a fault of the program keeps its stack', async () => {
    const answer = (): never => {
      throw new TypeError('a bug');
    };
    await expect(runHere(['hypotenuse', '3', '4'], { answer })).rejects.toThrow('a bug');
  });
});

describe('a failure that the contract declares', () => {
  const answer = (): never => {
    throw refusal('market-closed', 'leg: market-closed', { until: '09:00' });
  };

  test('a declared failure is printed with code and data, and ends with exit code 5', async () => {
    const ran = await runHere(['leg', '5', '3'], { answer });
    expect(ran).toMatchObject({ exitCode: 5, stdout: '', stderr: 'leg: market-closed {"until":"09:00"}\n' });
    const withText = await runHere(['leg', '5', '3'], {
      answer: () => {
        throw refusal('sold-out', 'come back tomorrow', null);
      },
    });
    expect(withText.stderr).toBe('leg: sold-out: come back tomorrow\n');
  });

  test('with --json the error has the data too', async () => {
    const ran = await runHere(['leg', '5', '3', '--json'], { answer });
    expect(JSON.parse(ran.stdout)).toEqual({
      error: {
        code: 'market-closed',
        message: 'leg: market-closed {"until":"09:00"}',
        id: null,
        retryable: false,
        mayHaveRun: false,
        data: { until: '09:00' },
      },
    });
  });

  test('a batch writes code and data into the row, and counts the failure by its code', async () => {
    const ran = await runHere(['batch', '-', '--formula', 'leg'], { stdin: 'c,a\n5,3\n', answer });
    expect(ran.stdout).toBe('c,a,value,error\n5,3,,"market-closed: leg: market-closed {""until"":""09:00""}"\n');
    expect(ran.stderr).toBe('batch: 1 row, 1 failed (1 market-closed), in … s\n');
  });
});
