import { parseBrokers, settings } from '@cateto/contracts';
import { writeKeySystem } from '@cateto/keys/node';
import { load } from 'js-yaml';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
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
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
}

interface Service {
  readonly command?: string;
  readonly entrypoint?: readonly string[];
  readonly secrets: readonly (string | { readonly source: string; readonly target: string })[];
  readonly volumes?: readonly string[];
  readonly image: string;
  readonly environment: Readonly<Record<string, string>>;
}

function expectSetting(variable: string, value: string): void {
  const setting = Object.values(settings).find((one) => one.variable === variable);
  expect(setting, variable).toBeDefined();
  expect(() => setting?.parse(value)).not.toThrow();
}

function folderForOneTest(): string {
  const folder = mkdtempSync(join(tmpdir(), 'cateto-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

const unit = '/etc/systemd/system/cateto@.service';
const dropIn = '/etc/systemd/system/cateto@.service.d/keys.conf';
const programs = ['broker', 'backup', 'op-server', 'calc-server'];
const verifier = spawnSync('systemd-analyze', ['--version']).error === undefined;

const whereVerifiable = test.skipIf(!verifier && process.env['CI'] === undefined);

/** The messages of systemd about the unit of each program with a drop-in. */
function verified(keys: string): readonly unknown[] {
  const folder = folderForOneTest();
  // `cateto` is not installed here.
  const here = file(unit).replace(/^ExecStart=cateto /m, `ExecStart=${process.execPath} `);
  expect(here).not.toBe(file(unit));
  writeFileSync(join(folder, 'cateto@.service'), here);
  mkdirSync(join(folder, 'cateto@.service.d'));
  writeFileSync(join(folder, 'cateto@.service.d/keys.conf'), keys);
  const names = programs.map((program) => join(folder, `cateto@${program}.service`));
  const { status, stdout, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', ...names], {
    encoding: 'utf8',
  });
  return [status, stdout, stderr];
}

whereVerifiable('systemd has no objection to the unit and its keys, for any program', () => {
  expect(verified(file(dropIn))).toEqual([0, '', '']);
  expect(verified(file(dropIn).replace('%d', '%9'))[2]).toContain('keys.conf');
});

test('systemd and the settings name the files that the page puts in place, and cateto key makes those', () => {
  const { keys, brokerKeys, access } = writeKeySystem(folderForOneTest());
  const made = [brokerKeys, access, ...keys.map(({ secretFile }) => secretFile)].map((path) => basename(path));
  const installed = blocks
    .filter(({ page }) => page === 'docs/deploying.md')
    .flatMap(({ text }) => [...text.matchAll(/^install (?:-D )?-m (\d+) keys\/(\S+) \/etc\/cateto\/(\S+)$/gm)]);
  for (const [, mode, source = '', target = ''] of installed) {
    expect(made).toContain(source);
    expect([target, mode]).toEqual([target, source.endsWith('.key_secret') ? '0600' : '0644']);
  }
  const targets = installed.map(([, , , target]) => `/etc/cateto/${target}`);
  const named = [file(dropIn), file('/etc/cateto/broker.env')].join('\n');
  const paths = [...named.matchAll(/\/etc\/cateto\/\S+/g)].map(([path]) => path);
  const onTheHost = ['broker', 'op-server', 'calc-server'];
  expect(new Set(paths.flatMap((path) => onTheHost.map((program) => path.replace('%i', program))))).toEqual(
    new Set(targets),
  );
});

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

const compose = load(file('compose.yaml')) as Compose;

test('the containers run programs of the binary, with existing settings', () => {
  const { client, ...servers } = compose.services;
  expect(Object.keys(servers)).toEqual(programs);
  for (const [name, { command }] of Object.entries(servers)) expect(command).toBe(name);
  expect(client).toMatchObject({ entrypoint: ['cateto', 'client'], profiles: ['client'], restart: 'no' });
  for (const { image, environment } of Object.values(compose.services)) {
    expect(image).toBe('cateto');
    for (const [variable, value] of Object.entries(environment)) expectSetting(variable, value);
    const brokers = parseBrokers(environment['CATETO_BROKERS'] ?? '');
    if (brokers instanceof Error) throw brokers;
    expect(brokers.map(({ host }) => host)).toEqual(['broker', 'backup']);
  }
  expect(file('Dockerfile')).toMatch(/^ENTRYPOINT \["cateto"\]$/m);
});

test('each container has the files that its settings name, and cateto key makes them', () => {
  const folder = folderForOneTest();
  writeKeySystem(join(folder, 'keys'));
  mkdirSync(join(folder, 'access'));
  expect(blocks.some(({ text }) => text.includes('mv keys/access.json access/access.json'))).toBe(true);
  for (const [name, { environment, secrets, volumes = [] }] of Object.entries(compose.services)) {
    const present = secrets.map((secret) => (typeof secret === 'string' ? secret : secret.target));
    expect([environment['CATETO_BROKER_KEYS'], environment['CATETO_KEY']]).toEqual(
      present.map((target) => `/run/secrets/${target}`),
    );
    const isBroker = name === 'broker' || name === 'backup';
    expect(volumes).toEqual(isBroker ? ['./access:/etc/cateto:ro'] : []);
    expect(environment['CATETO_ACCESS']).toBe('/etc/cateto/access.json');
    for (const secret of secrets) {
      const source = typeof secret === 'string' ? secret : secret.source;
      expect(existsSync(join(folder, compose.secrets[source]?.file ?? 'missing')), source).toBe(true);
      if (typeof secret !== 'string') expect(source).toBe(name === 'broker' ? 'primary' : name);
    }
  }
});

test('the commands for the containers are commands of other pages', () => {
  const asked = blocks.flatMap(({ text }) =>
    [...text.matchAll(/^docker compose run --rm (client .*)$/gm)].map(([, command]) => command),
  );
  expect(asked).toHaveLength(2);
  const page = blocks.find(({ under }) => under === 'packages/cateto/README.md#cateto')?.text;
  for (const command of asked) expect(page).toMatch(new RegExp(`^npx cateto ${command}\\b`, 'm'));
});
