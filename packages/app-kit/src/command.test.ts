import { SettingFault } from '@cateto/contracts';
import { describe, expect, test } from 'vitest';
import { argumentsOf, createCommand, exitCodeOf, usageFault } from './command.ts';
import { brokerSettings, brokerValues } from './broker-settings.ts';
import { addSettings, readSettings } from './settings-options.ts';

/** Parses as an app does, and returns the text for stderr instead of writing it. */
function parse(args: readonly string[], environment: NodeJS.ProcessEnv = {}) {
  const said: string[] = [];
  const command = createCommand('app', 'An app.').configureOutput({ writeErr: (text) => said.push(text) });
  addSettings(command, [...brokerSettings, 'lanes']);
  command.parse(args, { from: 'user' });
  return { given: readSettings(command, [...brokerSettings, 'lanes'], environment), said };
}

function thrownBy(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

describe('settings', () => {
  test('a flag overrides its variable, and a variable overrides the default', () => {
    const { values } = parse(['--heartbeat', '20'], { CATETO_HEARTBEAT_MS: '30', CATETO_PEER_LOST_MS: '400' }).given;
    expect(values).toMatchObject({
      heartbeatMs: 20,
      peerLostMs: 400,
      bind: '127.0.0.1',
      insecure: false,
      lanes: 'all',
    });
  });

  test('a switch can be turned on by a flag and by a variable', () => {
    expect(parse(['--insecure']).given.values.insecure).toBe(true);
    expect(parse([], { CATETO_INSECURE: '1' }).given.values.insecure).toBe(true);
  });

  test('a setting that cannot be read is reported with the flag or variable that gave it', () => {
    expect(thrownBy(() => parse(['--lanes', '1,9']))).toMatchObject({
      message: expect.stringMatching(/^--lanes: "9"/),
    });
    expect(thrownBy(() => parse([], { CATETO_LANES: '0' }))).toMatchObject({
      message: expect.stringMatching(/^CATETO_LANES: "0"/),
    });
  });
});

describe('a broker’s settings', () => {
  test('a broker refuses an address that other hosts can reach, unless --insecure allows it, and names its source', () => {
    for (const [args, environment, name] of [
      [['--bind', '0.0.0.0'], {}, '--bind'],
      [[], { CATETO_BIND: '10.0.0.1' }, 'CATETO_BIND'],
    ] as const) {
      const error = thrownBy(() => brokerValues('primary', parse(args, environment).given));
      expect(error).toBeInstanceOf(SettingFault);
      expect(error).toMatchObject({ message: expect.stringMatching(new RegExp(`^${name}: .*--insecure`)) });
    }
    expect(brokerValues('primary', parse(['--bind', '0.0.0.0', '--insecure']).given).bind).toBe('0.0.0.0');
    expect(brokerValues('primary', parse(['--bind', '127.0.0.2']).given).bind).toBe('127.0.0.2');
  });

  test('a backup that is not in the list of brokers is refused, and a primary alone is accepted', () => {
    const one = ['--brokers', '127.0.0.1'];
    expect(thrownBy(() => brokerValues('backup', parse(one).given))).toMatchObject({
      message: expect.stringMatching(/^--brokers: names one broker/),
    });
    expect(brokerValues('primary', parse(one).given).brokers).toHaveLength(1);
  });

  test('a broker refuses a loss time below two heartbeats', () => {
    expect(
      thrownBy(() => brokerValues('primary', parse(['--heartbeat', '150', '--peer-lost', '200']).given)),
    ).toMatchObject({
      message: expect.stringMatching(/^--peer-lost: 200 ms/),
    });
  });
});

describe('exit codes', () => {
  test.each([
    [['--nope'], 2],
    [['stray'], 2],
    [['--lanes'], 2],
    [['--help'], 0],
  ])('the command line %j ends with exit code %i', (args, code) => {
    const out: string[] = [];
    const said: string[] = [];
    const error = thrownBy(() => {
      const command = createCommand('app', 'An app.').configureOutput({
        writeErr: (text) => said.push(text),
        writeOut: (text) => out.push(text),
      });
      addSettings(command, ['lanes']);
      command.parse(args, { from: 'user' });
    });
    expect(exitCodeOf(error, () => expect.unreachable('it was said already'))).toBe(code);
    if (code === 0) return expect(out.join('')).toContain('CATETO_LANES');
    expect(said).toHaveLength(1);
    expect(said[0]).toMatch(/^app: [^\n]+\n$/);
    return undefined;
  });

  test('a wrong setting has exit code 2 and any other failure 1, each with one line', () => {
    const lines: string[] = [];
    expect(exitCodeOf(new SettingFault('--lanes: "9"\n is no lane'), (line) => lines.push(line))).toBe(2);
    expect(exitCodeOf(new Error('port taken'), (line) => lines.push(line))).toBe(1);
    expect(lines).toEqual(['--lanes: "9" is no lane', 'port taken']);
  });

  test('an error is one line that shows every character, whatever it contains', () => {
    const said: string[] = [];
    exitCodeOf(new Error('no host\n  a\u001b[2J\u009bb\u202ec\u2028d'), (line) => said.push(line));
    expect(said).toEqual([String.raw`no host a\u001b[2J\u009bb\u202ec d`]);
  });

  test('an error of a flag’s own parser names the flag', () => {
    const said: string[] = [];
    const command = createCommand('app', 'An app.')
      .configureOutput({ writeErr: (text) => said.push(text) })
      .option('--many <n>', 'how many', () => {
        throw usageFault('"x" is not a number');
      });
    expect(
      exitCodeOf(
        thrownBy(() => command.parse(['--many', 'x'], { from: 'user' })),
        () => undefined,
      ),
    ).toBe(2);
    expect(said[0]).toMatch(/--many.*"x" is not a number/);
  });
});

test('a `--` that pnpm passes on is not an argument', () => {
  expect(argumentsOf(['node', 'main.ts', '--', '--lanes', '1'])).toEqual(['--lanes', '1']);
  expect(argumentsOf(['node', 'main.ts', '--lanes', '1'])).toEqual(['--lanes', '1']);
});
