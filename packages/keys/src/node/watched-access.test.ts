import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { accessText } from '../access-list.ts';
import { newKeyPair } from './key-pair.ts';
import { openAccess } from './watched-access.ts';

function watched() {
  const folder = mkdtempSync(join(tmpdir(), 'cateto-access-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'access.json');
  const write = (text: string): void => {
    writeFileSync(`${file}.next`, text);
    renameSync(`${file}.next`, file);
  };
  const listing = (...names: readonly string[]): string =>
    accessText({ keys: names.map((name) => ({ name, publicKey: newKeyPair().publicKey, roles: ['client'] })) });
  write(listing('desk'));
  const events: string[] = [];
  const access = openAccess(file);
  onTestFinished(access.close);
  const watch = (): void =>
    access.watch({
      reloaded: ({ grants }) => void events.push(grants.map(({ name }) => name).join(' ')),
      unreadable: (message) => void events.push(message.replace(file, 'access.json')),
    });
  return { access, events, file, write, listing, watch };
}

test('a changed list is read again by itself, and an unchanged one is not', async () => {
  const { access, events, write, listing, watch } = watched();
  expect(access.first.grants.map(({ name }) => name)).toEqual(['desk']);
  watch();
  expect(events).toEqual([]);
  write(listing('desk', 'office'));
  await vi.waitFor(() => expect(events).toEqual(['desk office']), { timeout: 30_000 });
});

test('a list that changed before it is watched is read again at once', () => {
  const { events, write, listing, watch } = watched();
  write(listing('office'));
  watch();
  expect(events).toEqual(['office']);
});

test('a list with a fault is reported and changes nothing, and the next one is taken', () => {
  const { access, events, write, listing, watch } = watched();
  watch();
  write('{ "keys": [');
  access.reload();
  write(listing('office'));
  access.reload();
  expect(events).toEqual(['access.json:1: not JSON: the text ends too early', 'office']);
});

test('a list that is closed reports nothing any more', () => {
  const { access, events, watch } = watched();
  watch();
  access.close();
  access.reload();
  expect(events).toEqual([]);
});

test.each<[string, RegExp, (file: string, good: string) => void]>([
  ['an empty file', /^access\.json:1: not JSON: the text ends too early$/, (file) => writeFileSync(file, '')],
  ['half a file', /^access\.json:\d+: not JSON: /, (file, good) => writeFileSync(file, good.slice(0, good.length / 2))],
  [
    'bytes of no text',
    /^access\.json:1: not JSON: /,
    (file) => writeFileSync(file, Buffer.from([0xff, 0xfe, 0, 0x80])),
  ],
  [
    'a key of another program',
    /^access\.json:1: not JSON: /,
    (file) => writeFileSync(file, 'curve\n    secret-key = "x"'),
  ],
  [
    'a list in the list',
    /^access\.json:1: it is nested too deeply$/,
    (file) => writeFileSync(file, '['.repeat(900_000)),
  ],
  ['a file of 9 MB', /^access\.json: it has 9000000 bytes; /, (file) => writeFileSync(file, ' '.repeat(9_000_000))],
  ['no file', /^access\.json: there is no such file or folder$/, (file) => rmSync(file)],
  ['a folder', /^access\.json: it is a folder$/, (file) => (rmSync(file), mkdirSync(file))],
  [
    'a list that all users can change',
    /^access\.json: every user of this host can change it/,
    (file) => chmodSync(file, 0o666),
  ],
])('%s in place of the list changes nothing, and one line names it', (_, said, spoil) => {
  const { access, events, file, listing, watch } = watched();
  watch();
  spoil(file, listing('desk', 'office'));
  access.reload();
  expect(events).toEqual([expect.stringMatching(said)]);
  expect(events[0]?.includes('\n')).toBe(false);
  rmSync(file, { recursive: true, force: true });
  writeFileSync(file, listing('desk', 'late'));
  access.reload();
  expect(events.slice(1)).toEqual(['desk late']);
});

test('a list that is cut anywhere is never taken for a shorter one', () => {
  const { access, events, file, listing, watch } = watched();
  watch();
  const good = listing('desk', 'office').trimEnd();
  for (let length = 0; length < good.length; length += 7) {
    writeFileSync(file, good.slice(0, length));
    access.reload();
  }
  expect(events.filter((text) => !text.startsWith('access.json:'))).toEqual([]);
  expect(events).toHaveLength(Math.ceil(good.length / 7));
});
