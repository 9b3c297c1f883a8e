/**
 * A participant's name on the bus: 12 characters of a-z0-9, random, new at each start. All addresses have one length,
 * so that matching by prefix never confuses two of them.
 */
export const addressLength = 12;

const alphabet = 'abcdefghijklmnopqrstuvwxyz0123456789';
const addressPattern = /^[a-z0-9]{12}$/;

/**
 * @param random returns numbers in [0, 1), as Math.random does
 * @param prefix begins the address; with keys, {@link addressPrefixOf} the participant's
 */
export function newAddress(random: () => number, prefix = ''): string {
  let address = prefix;
  while (address.length < addressLength) address += alphabet.charAt(Math.floor(random() * alphabet.length));
  return address;
}

/** The number of characters of an address that a key determines. The others are random, new at each start. */
export const addressPrefixLength = 6;

const prefixBase = 36;
const prefixes = prefixBase ** addressPrefixLength;
const byteValues = 256;

/**
 * The beginning of the addresses of a key: the last six base 36 digits of the hash as a number.
 *
 * @param hash SHA-256 of the 32 bytes of the public key
 */
export function addressPrefixOf(hash: Uint8Array): string {
  let rest = 0;
  for (const byte of hash) rest = (rest * byteValues + byte) % prefixes;
  return rest.toString(prefixBase).padStart(addressPrefixLength, '0');
}

export function isAddress(text: string): boolean {
  return addressPattern.test(text);
}

/** A request's id for people: `k3f0q9x2m1zd-7f`, the requester's address and its seq in base 36. */
export function requestId(address: string, seq: number): string {
  return `${address}-${seq.toString(36)}`;
}

/** Reads the text that {@link requestId} wrote; undefined when the text is not a request id. */
export function parseRequestId(text: string): { readonly address: string; readonly seq: number } | undefined {
  const match = /^([a-z0-9]{12})-([1-9a-z][0-9a-z]{0,10})$/.exec(text);
  if (match === null) return undefined;
  const [, address = '', digits = ''] = match;
  const seq = Number.parseInt(digits, 36);
  return Number.isSafeInteger(seq) ? { address, seq } : undefined;
}
