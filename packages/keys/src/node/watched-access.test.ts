import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
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
  return { access, events, write, listing, watch };
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
  expect(events).toEqual(['access.json:1: not JSON: Unexpected end of input found.', 'office']);
});

test('a list that is closed reports nothing any more', () => {
  const { access, events, watch } = watched();
  watch();
  access.close();
  access.reload();
  expect(events).toEqual([]);
});
