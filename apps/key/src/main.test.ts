import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { bundled } from '../../../vitest.programs.ts';

/* `cateto key` as an administrator runs it, in an empty folder. */

const main = bundled(new URL('main.ts', import.meta.url));

interface Ran {
  readonly status: number | null;
  readonly out: string;
  readonly said: string;
}

function emptyFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'cateto-key-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const at = (name: string): string => join(folder, name);
  const key = (...given: readonly string[]): Ran => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...given], { cwd: folder, encoding: 'utf8' });
    return { status, out: stdout, said: stderr };
  };
  const list = (): readonly Record<string, unknown>[] =>
    (JSON.parse(readFileSync(at('access.json'), 'utf8')) as { readonly keys: readonly Record<string, unknown>[] }).keys;
  return { at, key, list };
}

/** A message that only stderr has, with this exit code. */
const refused = (status: number, line: string): Ran => ({ status, out: '', said: `key: ${line}\n` });

test('a small set-up has a key of each role, the keys of the brokers and a list, and the check finds no fault', () => {
  const { at, key } = emptyFolder();
  expect(key('init').status).toBe(0);
  const names = ['backup', 'calc-server', 'client', 'console', 'observer', 'op-server', 'primary'];
  const files = names.flatMap((name) => [`${name}.key`, `${name}.key_secret`]);
  expect(readdirSync(at('keys'))).toEqual(['access.json', 'brokers.keys', ...files].toSorted());
  for (const name of names) expect(statSync(at(`keys/${name}.key_secret`)).mode & 0o777).toBe(0o600);
  const given = ['--access', 'keys/access.json', '--broker-keys', 'keys/brokers.keys'];
  expect(key('check', ...given, '--key', 'keys/client.key_secret')).toEqual({
    status: 0,
    out: '7 keys listed\n',
    said: '',
  });
});

test('a set-up in a folder that holds one of its files is refused, and writes nothing', () => {
  const { at, key } = emptyFolder();
  writeFileSync(at('backup.key'), 'mine');
  expect(key('init', '.')).toEqual(refused(2, 'backup.key: it exists already; choose another folder'));
  expect(readdirSync(at(''))).toEqual(['backup.key']);
});

test('a new key is shown without its secret, and no second key takes its files', () => {
  const { at, key } = emptyFolder();
  const made = key('new', 'desk');
  const [, publicKey = ''] = /^public key (.+)$/m.exec(made.out) ?? [];
  expect(made.out).toBe(`wrote desk.key_secret: the secret key, for desk only
wrote desk.key: the public key, for everyone
public key ${publicKey}
`);
  const shown = key('show', 'desk.key_secret');
  expect(shown.out).toMatch(
    /^name +desk\npublic key +\S{40}\naddresses +begin with [a-z0-9]{6}\nsecret key +in this file\n$/,
  );
  expect(shown.out).toContain(publicKey);
  const secret = /secret-key = "(.+)"/.exec(readFileSync(at('desk.key_secret'), 'utf8'))?.[1] ?? '';
  expect(secret).toHaveLength(40);
  expect(shown.out + made.out).not.toContain(secret);
  expect(key('new', 'desk')).toEqual(refused(2, 'desk.key_secret: it exists already, and is not overwritten'));
});

test('an allowed key is listed with what it may do, and a second key of that name is refused', () => {
  const { key, list } = emptyFolder();
  key('new', 'pricing');
  const given = [
    '--roles',
    'op-server',
    '--operations',
    'price,cube',
    '--lanes',
    '1,2',
    '--expires',
    '2100-01-01T00:00:00+01:00',
  ];
  const rights = 'op-server, operations price cube, lanes 1 2, until 2099-12-31T23:00:00Z';
  expect(key('allow', 'pricing.key', ...given).out).toBe(`access.json: pricing may connect: ${rights}\n`);
  expect(list()).toEqual([
    {
      name: 'pricing',
      publicKey: expect.any(String),
      roles: ['op-server'],
      operations: ['price', 'cube'],
      lanes: [1, 2],
      expires: '2099-12-31T23:00:00Z',
    },
  ]);
  expect(key('allow', 'pricing.key', '--roles', 'client')).toEqual(
    refused(2, 'access.json has a key called pricing; revoke it, rotate it, or give another --name'),
  );
  expect(key('allow', 'pricing.key', '--roles', 'client', '--name', 'other').said).toContain(
    'pricing has the same key',
  );
  expect(key('list').out).toContain(rights);
});

test('a rotated key has the rights of the old one, and both are listed until the old one is revoked', () => {
  const { key, list } = emptyFolder();
  key('new', 'desk');
  key('allow', 'desk.key', '--roles', 'client,observer', '--connections-max', '20');
  expect(key('rotate', 'desk').out).toContain(
    'next: give desk-2.key_secret to the program, then `cateto key revoke desk`',
  );
  const [old, next] = list();
  expect(next).toEqual({ ...old, name: 'desk-2', publicKey: next?.['publicKey'] });
  expect(next?.['publicKey']).not.toBe(old?.['publicKey']);
  expect(key('revoke', 'desk').out).toBe('access.json: desk is removed\n');
  expect(key('rotate', 'desk-2').status).toBe(0);
  expect(list().map(({ name }) => name)).toEqual(['desk-2', 'desk-3']);
});

test('a name that is not listed is refused with the one that was probably meant', () => {
  const { key } = emptyFolder();
  key('new', 'desk');
  key('allow', 'desk.key', '--roles', 'client');
  expect(key('revoke', 'dek')).toEqual(refused(2, 'access.json has no key called "dek"; did you mean desk?'));
  expect(key('rotate', 'office')).toEqual(
    refused(2, 'access.json has no key called "office"; `cateto key list` shows the names'),
  );
});

test('the check names every fault, and tells a broker and a key that are not listed', () => {
  const { at, key, list } = emptyFolder();
  key('init', '.');
  key('new', 'stranger');
  key('revoke', 'backup');
  const given = ['--broker-keys', 'brokers.keys', '--key', 'stranger.key_secret'];
  expect(key('check', ...given)).toEqual({
    status: 1,
    out: '2 faults\n',
    said: `access.json: the key of the backup is not listed as a broker
access.json: the key of stranger.key_secret is not listed
`,
  });
  writeFileSync(at('access.json'), JSON.stringify({ keys: list().map((entry) => ({ ...entry, roles: ['boss'] })) }));
  expect(JSON.parse(key('check', '--json').out)).toMatchObject({
    ok: false,
    faults: [0, 1, 2, 3, 4, 5].map((index) =>
      expect.stringContaining(`access.json:1: keys[${index}].roles[0]: "boss" is`),
    ),
  });
});

test('an expired key is listed as such', () => {
  const { key } = emptyFolder();
  key('new', 'desk');
  key('allow', 'desk.key', '--roles', 'client', '--expires', '2020-01-01T00:00:00Z');
  expect(key('list').out).toMatch(/client, until 2020-01-01T00:00:00Z \(expired\)\n$/);
  expect(key('check').out).toBe('1 key listed; expired: desk\n');
});

test.each([
  [['new', 'a b'], '"a b" is not the name of a key'],
  [['allow', 'desk.key', '--roles', 'clint'], '"clint" is not one of client, calc-server'],
  [['allow', 'desk.key', '--roles', 'client', '--expires', 'tomorrow'], '"tomorrow" is neither 90d nor 12h'],
  [['allow', 'desk.key'], "required option '--roles <names>' not specified"],
  [['list'], 'access.json: there is no such file or folder'],
])('%j is refused in one line with exit code 2', (given, line) => {
  const { status, out, said } = emptyFolder().key(...given);
  expect([status, out]).toEqual([2, '']);
  expect(said).toMatch(/^key: [^\n]+\n$/);
  expect(said).toContain(line);
});
