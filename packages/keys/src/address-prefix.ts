/** The number of characters of an address that a key determines. The others are random, new at each start. */
export const addressPrefixLength = 6;

const base = 36;
const count = base ** addressPrefixLength;

/**
 * The beginning of the addresses of a key: the last six base 36 digits of the hash as a number.
 *
 * @param hash SHA-256 of the 32 bytes of the public key
 */
export function addressPrefixOf(hash: Uint8Array): string {
  let rest = 0;
  for (const byte of hash) rest = (rest * 256 + byte) % count;
  return rest.toString(base).padStart(addressPrefixLength, '0');
}
