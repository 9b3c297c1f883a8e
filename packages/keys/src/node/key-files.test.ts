import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { brokerKeysText } from '../broker-keys.ts';
import { certificateText } from '../certificate.ts';
import { KeyFileFault } from '../fault.ts';
import {
  changeAccess,
  readAccessFile,
  readBrokerKeys,
  readCertificate,
  readKeyPair,
  writeKeyPair,
} from './key-files.ts';
import { newKeyPair } from './key-pair.ts';
import { writeNew } from './text-file.ts';

function inFolder(): (name: string) => string {
  const folder = mkdtempSync(join(tmpdir(), 'cateto-keys-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return (name) => join(folder, name);
}

const modeOf = (file: string): number => statSync(file).mode & 0o777;
const entry = (name: string) => ({ name, publicKey: newKeyPair().publicKey, roles: ['client' as const] });

test('a key pair is written into a file for its owner and one for everyone, and both are read back', () => {
  const at = inFolder();
  const pair = newKeyPair();
  writeKeyPair(at('desk'), 'desk', pair);
  expect(readKeyPair(at('desk.key_secret'))).toEqual({ ...pair, name: 'desk' });
  expect(readCertificate(at('desk.key'))).toEqual({ publicKey: pair.publicKey, secretKey: undefined, name: 'desk' });
  expect([modeOf(at('desk.key_secret')), modeOf(at('desk.key'))]).toEqual([0o600, 0o644]);
});

test.each(['desk.key_secret', 'desk.key'])(
  'a key pair whose file %s exists is refused, and nothing is changed',
  (name) => {
    const at = inFolder();
    writeFileSync(at(name), 'mine');
    expect(() => writeKeyPair(at('desk'), 'desk', newKeyPair())).toThrow(
      new KeyFileFault(at(name), [{ field: '', message: 'it exists already, and is not overwritten' }]),
    );
    expect(readdirSync(at(''))).toEqual([name]);
    expect(readFileSync(at(name), 'utf8')).toBe('mine');
  },
);

test.each([0o640, 0o604, 0o620, 0o644])('a secret key that others can use is refused: mode %o', (mode) => {
  const at = inFolder();
  writeKeyPair(at('desk'), 'desk', newKeyPair());
  chmodSync(at('desk.key_secret'), mode);
  expect(() => readKeyPair(at('desk.key_secret'))).toThrow(
    `${at('desk.key_secret')}: others can read this secret key; make a new key, or run \`chmod 600 ${at('desk.key_secret')}\``,
  );
  chmodSync(at('desk.key_secret'), 0o400);
  expect(readKeyPair(at('desk.key_secret')).name).toBe('desk');
});

test('a credential of systemd may be readable for its group, because that group is the user of the service', () => {
  const at = inFolder();
  writeKeyPair(at('desk'), 'desk', newKeyPair());
  chmodSync(at('desk.key_secret'), 0o440);
  const credentials = dirname(at('desk.key_secret'));
  expect(readKeyPair(at('desk.key_secret'), credentials).name).toBe('desk');
  expect(() => readKeyPair(at('desk.key_secret'), dirname(credentials))).toThrow('others can read this secret key');
  chmodSync(at('desk.key_secret'), 0o444);
  expect(() => readKeyPair(at('desk.key_secret'), credentials)).toThrow('others can read this secret key');
});

test('a public file is refused as a key pair, and so are halves of two pairs', () => {
  const at = inFolder();
  writeKeyPair(at('desk'), 'desk', newKeyPair());
  expect(() => readKeyPair(at('desk.key'))).toThrow(
    `${at('desk.key')}: it holds no secret key; the file with the secret key usually ends in .key_secret`,
  );
  const { secretKey } = newKeyPair();
  writeNew(at('mixed'), certificateText({ name: 'mixed', publicKey: newKeyPair().publicKey, secretKey }), 0o600);
  expect(() => readKeyPair(at('mixed'))).toThrow('its public-key does not belong to its secret-key; make a new key');
});

test('the failure names a file that is missing, is a folder or is not a certificate, with the reason', () => {
  const at = inFolder();
  expect(() => readKeyPair(at('none'))).toThrow(`${at('none')}: there is no such file or folder`);
  expect(() => readKeyPair(at(''))).toThrow(`${at('')}: it is a folder`);
  expect(() => writeNew(at('none/desk'), '', 0o600)).toThrow(`${at('none/desk')}: there is no such file or folder`);
  writeFileSync(at('notes'), 'curve\n    public-key = "short"\n');
  expect(() => readCertificate(at('notes'))).toThrow(
    `${at('notes')}:2: curve/public-key: not a key: 40 characters of Z85`,
  );
});

test('the keys of the brokers are read from their file', () => {
  const at = inFolder();
  const keys = { primary: newKeyPair().publicKey, backup: newKeyPair().publicKey };
  writeNew(at('brokers.key'), brokerKeysText(keys), 0o644);
  expect(readBrokerKeys(at('brokers.key'))).toEqual(keys);
});

test('an access list is made by its first change, and keeps its permissions in the next', () => {
  const at = inFolder();
  const [desk, pricing] = [entry('desk'), entry('pricing')];
  changeAccess(at('access.json'), ({ keys }) => ({ keys: [...keys, desk] }));
  chmodSync(at('access.json'), 0o640);
  changeAccess(at('access.json'), ({ keys }) => ({ keys: [...keys, pricing] }));
  expect(readAccessFile(at('access.json'))).toEqual({ keys: [desk, pricing] });
  expect(modeOf(at('access.json'))).toBe(0o640);
  expect(readdirSync(at(''))).toEqual(['access.json']);
});

test('a change that fails, or would make the list faulty, leaves the list as it is', () => {
  const at = inFolder();
  const desk = entry('desk');
  changeAccess(at('access.json'), () => ({ keys: [desk] }));
  const before = readFileSync(at('access.json'), 'utf8');
  expect(() => changeAccess(at('access.json'), () => ({ keys: [desk, desk] }))).toThrow('desk has the same key');
  expect(() =>
    changeAccess(at('access.json'), () => {
      throw new Error('refused');
    }),
  ).toThrow(new Error('refused'));
  expect(readFileSync(at('access.json'), 'utf8')).toBe(before);
  expect(existsSync(at('access.json.new'))).toBe(false);
});

test('a faulty list is not changed, and neither is one that another program is changing', () => {
  const at = inFolder();
  writeFileSync(at('access.json'), '{ "keys": [ }');
  expect(() => changeAccess(at('access.json'), (present) => present)).toThrow(`${at('access.json')}:1: not JSON`);
  writeFileSync(at('access.json.new'), '');
  expect(() => changeAccess(at('access.json'), (present) => present)).toThrow(
    `another program is changing ${at('access.json')}; if none is, remove this file`,
  );
  expect(existsSync(at('access.json.new'))).toBe(true);
});

test('a list behind a link is changed where it is, and the link stays', () => {
  const at = inFolder();
  const [desk, office] = [entry('desk'), entry('office')];
  mkdirSync(at('shared'));
  changeAccess(at('shared/access.json'), () => ({ keys: [desk] }));
  symlinkSync(at('shared/access.json'), at('access.json'));
  changeAccess(at('access.json'), ({ keys }) => ({ keys: [...keys, office] }));
  expect(readAccessFile(at('shared/access.json'))).toEqual({ keys: [desk, office] });
  expect(lstatSync(at('access.json')).isSymbolicLink()).toBe(true);
  expect([readdirSync(at('')), readdirSync(at('shared'))]).toEqual([['access.json', 'shared'], ['access.json']]);
});

test('a link that leads nowhere is not replaced by a list, and a link in place of the new text is not followed', () => {
  const at = inFolder();
  symlinkSync(at('elsewhere'), at('access.json'));
  expect(() => changeAccess(at('access.json'), () => ({ keys: [] }))).toThrow(
    `${at('access.json')}: it is a link to a file that does not exist`,
  );
  expect(lstatSync(at('access.json')).isSymbolicLink()).toBe(true);
  writeFileSync(at('precious'), 'mine');
  symlinkSync(at('precious'), at('other.json.new'));
  expect(() => changeAccess(at('other.json'), () => ({ keys: [] }))).toThrow('another program is changing');
  expect(readFileSync(at('precious'), 'utf8')).toBe('mine');
  expect(readdirSync(at(''))).toEqual(['access.json', 'other.json.new', 'precious']);
});

test.each(['desk.key_secret', 'desk.key'])('a key is not written through a link with the name %s', (name) => {
  const at = inFolder();
  writeFileSync(at('precious'), 'mine');
  for (const to of ['precious', 'nothing']) {
    symlinkSync(at(to), at(name));
    expect(() => writeKeyPair(at('desk'), 'desk', newKeyPair())).toThrow('it exists already, and is not overwritten');
    expect(readdirSync(at(''))).toEqual([name, 'precious'].toSorted());
    rmSync(at(name));
  }
  expect(readFileSync(at('precious'), 'utf8')).toBe('mine');
});

test('a file that decides about others is refused when every user of the host can change it', () => {
  const at = inFolder();
  changeAccess(at('access.json'), () => ({ keys: [entry('desk')] }));
  writeNew(at('brokers.keys'), brokerKeysText({ primary: newKeyPair().publicKey, backup: undefined }), 0o644);
  for (const [name, read] of [['access.json', readAccessFile] as const, ['brokers.keys', readBrokerKeys] as const]) {
    chmodSync(at(name), 0o666);
    expect(() => read(at(name))).toThrow(
      `${at(name)}: every user of this host can change it; check it, and run \`chmod o-w ${at(name)}\``,
    );
    chmodSync(at(name), 0o664);
    expect(() => read(at(name))).not.toThrow();
  }
});

// Only root can give a file away.
test.skipIf(process.getuid?.() !== 0 && process.env['CI'] === undefined)(
  'a list that root changes still belongs to its owner',
  () => {
    const at = inFolder();
    changeAccess(at('access.json'), () => ({ keys: [] }));
    chmodSync(at('access.json'), 0o640);
    chownSync(at('access.json'), 1_234, 5_678);
    changeAccess(at('access.json'), () => ({ keys: [entry('desk')] }));
    const { uid, gid } = statSync(at('access.json'));
    expect([uid, gid, modeOf(at('access.json'))]).toEqual([1_234, 5_678, 0o640]);
  },
);
