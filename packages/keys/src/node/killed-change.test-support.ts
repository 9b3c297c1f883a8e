import { writeSync } from 'node:fs';
import { changeAccess } from './key-files.ts';
import { newKeyPair } from './key-pair.ts';

/* Adds a key to the list of its argument and removes it, until it is killed. Writes a dot after each change. */

const file = process.argv[2] ?? '';
const { publicKey } = newKeyPair();

for (;;) {
  changeAccess(file, ({ keys }) => ({
    keys: keys.some(({ name }) => name === 'added')
      ? keys.filter(({ name }) => name !== 'added')
      : [...keys, { name: 'added', publicKey, roles: ['client'] }],
  }));
  writeSync(1, '.');
}
