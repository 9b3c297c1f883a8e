import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import type { AccessFile } from '../access-schema.ts';
import { accessText, parseAccess } from '../access-list.ts';
import type { BrokerKeys } from '../broker-keys.ts';
import { parseBrokerKeys } from '../broker-keys.ts';
import type { Certificate } from '../certificate.ts';
import { certificateText, parseCertificate } from '../certificate.ts';
import type { Faults } from '../fault.ts';
import { isFaulty, KeyFileFault } from '../fault.ts';
import type { KeyPair } from './key-pair.ts';
import { prefixOf, publicKeyOf } from './key-pair.ts';
import { faultOf, readText, readTrusted, replaceText, writeNew } from './text-file.ts';

/* The files that programs of a system read, and that the tool writes. All functions throw a KeyFileFault. */

/** The endings are those of pyzmq. */
export const secretEnding = '.key_secret';
export const publicEnding = '.key';

/** The bits by which others than the owner may use a file. */
const forOthers = 0o077;
/**
 * systemd passes a service its credentials in a folder that only root and the user of the service can enter. Newer
 * versions give the files to root, and the user reads them by an access control list, which these bits show as a group.
 */
const forReadersOfCredentials = 0o040;

/** A certificate with or without its secret key. A secret key that others can read is refused. */
export function readCertificate(file: string): Certificate {
  return certificateIn(file, forOthers);
}

/** @param refused the bits of its mode that a file with a secret key may not have */
function certificateIn(file: string, refused: number): Certificate {
  const { text, mode } = readText(file);
  const certificate = whole(file, parseCertificate(text));
  if (certificate.secretKey === undefined) return certificate;
  // Windows has no such bits.
  if (process.platform !== 'win32' && (mode & refused) !== 0) {
    throw faultOf(file, `others can read this secret key; make a new key, or run \`chmod 600 ${file}\``);
  }
  if (publicKeyOf(certificate.secretKey) !== certificate.publicKey) {
    throw faultOf(file, 'its public-key does not belong to its secret-key; make a new key');
  }
  return certificate;
}

/**
 * The key pair by which a program proves who it is.
 *
 * @param credentials the folder in which systemd passes this program its credentials, if it does
 */
export function readKeyPair(file: string, credentials?: string): KeyPair & { readonly name: string | undefined } {
  const refused = dirname(file) === credentials ? forOthers & ~forReadersOfCredentials : forOthers;
  const { publicKey, secretKey, name } = certificateIn(file, refused);
  if (secretKey === undefined) {
    throw faultOf(file, `it holds no secret key; the file with the secret key usually ends in ${secretEnding}`);
  }
  return { publicKey, secretKey, name };
}

/** Writes both files of a key pair. @param path of both, without its ending */
export function writeKeyPair(path: string, name: string, pair: KeyPair): void {
  const secretFile = `${path}${secretEnding}`;
  writeNew(secretFile, certificateText({ name, ...pair }), 0o600);
  try {
    writeNew(`${path}${publicEnding}`, certificateText({ name, publicKey: pair.publicKey }), 0o644);
  } catch (error) {
    // Written just now, and of no use alone.
    rmSync(secretFile);
    throw error;
  }
}

export function readBrokerKeys(file: string): BrokerKeys {
  return whole(file, parseBrokerKeys(readTrusted(file)));
}

export function readAccessFile(file: string): AccessFile {
  return accessIn(file, readTrusted(file));
}

/** The list in this text of a file. */
export function accessIn(file: string, text: string): AccessFile {
  return whole(file, parseAccess(text, prefixOf));
}

/** Changes an access list, or makes it. A change that would make it faulty is refused. */
export function changeAccess(file: string, change: (present: AccessFile) => AccessFile): void {
  replaceText(file, (text) => {
    const present = text === undefined ? { keys: [] } : accessIn(file, text);
    const changed = accessText(change(present));
    accessIn(file, changed);
    return changed;
  });
}

/** @throws KeyFileFault for a text with faults */
export function whole<T extends object>(file: string, parsed: T | Faults): T {
  if (isFaulty(parsed)) throw new KeyFileFault(file, parsed.faults);
  return parsed;
}
