import { SettingFault } from '@cateto/contracts';
import { accessText, brokerKeysText } from '@cateto/keys';
import { newKeyPair, writeKeyPair, writeNew } from '@cateto/keys/node';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { brokerSecurity } from './broker-security.ts';
import { participantKeys } from './key-settings.ts';

interface Values {
  readonly key: string | undefined;
  readonly brokerKeys: string | undefined;
  readonly access: string | undefined;
}

function keyFiles() {
  const folder = mkdtempSync(join(tmpdir(), 'cateto-key-settings-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const [primary, backup] = [newKeyPair(), newKeyPair()];
  writeKeyPair(join(folder, 'primary'), 'primary', primary);
  writeNew(join(folder, 'brokers'), brokerKeysText({ primary: primary.publicKey, backup: backup.publicKey }), 0o644);
  writeNew(join(folder, 'access'), accessText({ keys: [] }), 0o644);
  const files = {
    key: join(folder, 'primary.key_secret'),
    brokerKeys: join(folder, 'brokers'),
    access: join(folder, 'access'),
  };
  return { primary, backup, files };
}

function given(values: Values) {
  return { values, fault: (name: string, message: string) => new SettingFault(`${name}: ${message}`) };
}

const none: Values = { key: undefined, brokerKeys: undefined, access: undefined };

test('a program without keys has none, and one with both files has its key and those of the brokers', () => {
  const { primary, backup, files } = keyFiles();
  expect(participantKeys(given(none))).toBeUndefined();
  expect(participantKeys(given(files))).toEqual({
    keyPair: { ...primary, name: 'primary' },
    brokers: [primary.publicKey, backup.publicKey],
    brokersNow: expect.any(Function) as () => readonly string[],
  });
});

test('a broker with its three files has its key and the list', () => {
  const { primary, files } = keyFiles();
  expect(brokerSecurity('primary', given(none))).toBeUndefined();
  const security = brokerSecurity('primary', given(files));
  expect(security?.keyPair.publicKey).toBe(primary.publicKey);
  expect(security?.access.first.grants).toEqual([]);
});

test.each<[keyof Values, keyof Values, string]>([
  ['brokerKeys', 'key', 'key: a program with a key needs --broker-keys too, to recognise the brokers'],
  ['key', 'access', 'access: a broker with an access list needs a --key, and --broker-keys'],
  ['access', 'key', 'key: a broker with a key needs --access, the list of the keys that may connect'],
])('a broker without its %s is refused, and the message names the %s', (missing, _named, message) => {
  const { files } = keyFiles();
  expect(() => brokerSecurity('primary', given({ ...files, [missing]: undefined }))).toThrow(new SettingFault(message));
});

test('a broker whose key is not the one that participants expect of it is refused', () => {
  const { files } = keyFiles();
  expect(() => brokerSecurity('backup', given(files))).toThrow(
    new SettingFault(`key: its public key is not the one that ${files.brokerKeys} has for the backup`),
  );
});

test('a key file that others can read is refused', () => {
  const { files } = keyFiles();
  chmodSync(files.key, 0o644);
  expect(() => participantKeys(given(files))).toThrow(`${files.key}: others can read this secret key`);
});
