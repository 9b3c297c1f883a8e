import { z85Decode } from '@cateto/contracts';

/** The number of characters of a public or secret key in Z85. */
const keyLength = 40;

/** Whether a text is a key of CURVE in Z85. */
export function isKey(text: string): boolean {
  return text.length === keyLength && z85Decode(text) !== undefined;
}
