import { isAddress, z85Decode } from '@cateto/contracts';
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { curveKeyPair } from 'zeromq';
import { isKey } from '../key-text.ts';
import { newKeyPair, prefixOf, publicKeyOf } from './key-pair.ts';

test('the public half of a secret key of libzmq is the one that libzmq made', () => {
  for (let made = 0; made < 20; made += 1) {
    const { publicKey, secretKey } = curveKeyPair();
    expect(publicKeyOf(secretKey)).toBe(publicKey);
  }
});

test('a new key pair has two different halves that belong together', () => {
  const { publicKey, secretKey } = newKeyPair();
  expect([isKey(publicKey), isKey(secretKey)]).toEqual([true, true]);
  expect(publicKeyOf(secretKey)).toBe(publicKey);
  expect(newKeyPair().secretKey).not.toBe(secretKey);
});

test('the addresses of a key begin with the last six base 36 digits of its hash', () => {
  const { publicKey } = newKeyPair();
  const hash = createHash('sha256')
    .update(z85Decode(publicKey) ?? '')
    .digest('hex');
  expect(prefixOf(publicKey)).toBe(BigInt(`0x${hash}`).toString(36).slice(-6));
  expect(isAddress(`${prefixOf(publicKey)}zzzzzz`)).toBe(true);
});
