/* Key pairs and the files of keys and rights, for programs on Node. */
export {
  changeAccess,
  publicEnding,
  readAccessFile,
  readBrokerKeys,
  readCertificate,
  readKeyPair,
  secretEnding,
  writeKeyPair,
} from './key-files.ts';
export type { KeyPair } from './key-pair.ts';
export type { KeyedPart, KeySystem, SystemKey } from './key-system.ts';
export { writeKeySystem } from './key-system.ts';
export { newKeyPair, prefixOf, publicKeyOf } from './key-pair.ts';
export type { WatchedAccess } from './watched-access.ts';
export { openAccess } from './watched-access.ts';
export { readText, writeNew } from './text-file.ts';
