/*
 * Keys and rights, without I/O: the texts of key files, of the brokers' public keys and of the access list, and the decision
 * on what a key may do. Files and key pairs are in src/node/.
 */
export type { Access, AccessEvents, AccessSource, Grant, Refusal } from './access.ts';
export { createAccess } from './access.ts';
export type { PrefixOf } from './access-list.ts';
export { accessText, parseAccess } from './access-list.ts';
export type { AccessEntry, AccessFile } from './access-schema.ts';
export type { BrokerKeys } from './broker-keys.ts';
export { brokerKeyList, brokerKeysText, parseBrokerKeys } from './broker-keys.ts';
export type { Certificate, WrittenCertificate } from './certificate.ts';
export { certificateText, parseCertificate } from './certificate.ts';
export type { Decider } from './decider.ts';
export { createDecider } from './decider.ts';
export type { Fault, Faults } from './fault.ts';
export { faulty, faultText, isFaulty, KeyFileFault } from './fault.ts';
export { isNarrowed } from './narrowed.ts';
export type { Quotas } from './quotas.ts';
export { quotasOfGrant } from './quotas.ts';
export type { Action } from './rights.ts';
export { rights } from './rights.ts';
export { isKey } from './key-text.ts';
