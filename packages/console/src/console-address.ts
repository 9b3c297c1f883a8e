import type { HttpAddress } from '@cateto/contracts';
import { isLoopback, parseHttpAddress } from '@cateto/contracts';
import { usageFault } from '@cateto/app-kit';
import { randomBytes } from 'node:crypto';

export const defaultAddress = '127.0.0.1:5570';

/** Parses a flag's `address:port`. */
export function parseAddress(text: string): HttpAddress {
  const address = parseHttpAddress(text);
  if (address instanceof Error) throw usageFault(address.message);
  return address;
}

/** The permissions of a console at this address: its token, and whether its page may call formulas. */
export interface Access {
  readonly token: string | undefined;
  readonly mayCall: boolean;
}

const tokenBytes = 24;

/** On loopback, everyone on this machine may call. Elsewhere, a token is needed, and calls have to be allowed. */
export function accessAt({ host }: HttpAddress, allowCalls: boolean): Access {
  if (isLoopback(host)) return { token: undefined, mayCall: true };
  return { token: randomBytes(tokenBytes).toString('base64url'), mayCall: allowCalls };
}
