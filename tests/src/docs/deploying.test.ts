import { parseBrokers, settings } from '@cateto/contracts';
import { load } from 'js-yaml';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { assignment, programOf } from './commands.ts';
import { blocks, repository } from './pages.ts';

/* Checks the files for systemd and containers in docs/deploying.md. */

/** The files in the page, by the path in their first line. */
const files = new Map(
  blocks
    .filter(({ page }) => page === 'docs/deploying.md')
    .flatMap(({ text }) => {
      const [, path, content] = /^# (\S+)\n([\s\S]*)$/.exec(text) ?? [];
      return path === undefined || content === undefined ? [] : [[path, content] as const];
    }),
);

function file(path: string): string {
  const text = files.get(path);
  if (text === undefined) throw new Error(`docs/deploying.md has no ${path}`);
  return text;
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>;
}

interface Service {
  readonly command: string;
  readonly image: string;
  readonly environment: Readonly<Record<string, string>>;
}

function expectSetting(variable: string, value: string): void {
  const setting = Object.values(settings).find((one) => one.variable === variable);
  expect(setting, variable).toBeDefined();
  expect(() => setting?.parse(value)).not.toThrow();
}

const unit = '/etc/systemd/system/cateto@.service';
const programs = ['broker', 'backup', 'op-server', 'calc-server'];
const verifier = spawnSync('systemd-analyze', ['--version']).error === undefined;

test.skipIf(!verifier && process.env['CI'] === undefined)(
  'systemd has no objection to the unit, for any program',
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'units-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    // `cateto` is not installed here.
    const here = file(unit).replace(/^ExecStart=cateto /m, `ExecStart=${process.execPath} `);
    expect(here).not.toBe(file(unit));
    writeFileSync(join(folder, 'cateto@.service'), here);
    const names = programs.map((program) => join(folder, `cateto@${program}.service`));
    const verified = spawnSync('systemd-analyze', ['verify', '--man=no', ...names], { encoding: 'utf8' });
    expect([verified.status, verified.stdout, verified.stderr]).toEqual([0, '', '']);
  },
);

test('the systemd unit runs each program of the binary by its name', () => {
  const [, command = ''] = /^ExecStart=(.*)$/m.exec(file(unit)) ?? [];
  for (const program of programs) expect(programOf(command.replace('%i', program))?.args).toBe(program);
  const known = readFileSync(join(repository, 'packages/cateto/src/apps.ts'), 'utf8');
  for (const program of programs) expect(known).toMatch(new RegExp(`^ {2}'?${program}'?: `, 'm'));
});

test.each(['all', 'broker', 'op-server'])('/etc/cateto/%s.env sets known variables to valid values', (name) => {
  const lines = file(`/etc/cateto/${name}.env`).trim().split('\n');
  for (const [variable, value] of lines.map(assignment)) expectSetting(variable, value);
});

test('the containers run programs of the binary, with existing settings', () => {
  const { services } = load(file('compose.yaml')) as Compose;
  expect(Object.keys(services)).toEqual(programs);
  for (const [name, { command, image, environment }] of Object.entries(services)) {
    expect([command, image]).toEqual([name, 'cateto']);
    for (const [variable, value] of Object.entries(environment)) expectSetting(variable, value);
    const brokers = parseBrokers(environment['CATETO_BROKERS'] ?? '');
    if (brokers instanceof Error) throw brokers;
    expect(brokers.map(({ host }) => host)).toEqual(['broker', 'backup']);
  }
  expect(file('Dockerfile')).toMatch(/^ENTRYPOINT \["cateto"\]$/m);
});

test('the commands for the containers are commands of other pages', () => {
  const asked = blocks.flatMap(({ text }) =>
    [...text.matchAll(/^docker compose exec \S+ (.*)$/gm)].map(([, command]) => command),
  );
  expect(asked).toHaveLength(2);
  const page = blocks.find(({ under }) => under === 'packages/cateto/README.md#cateto')?.text;
  for (const command of asked) expect(page).toMatch(new RegExp(`^npx ${command}\\b`, 'm'));
});
