import type { Faults } from './fault.ts';
import { faulty, isFaulty } from './fault.ts';
import { isKey } from './key-text.ts';
import { parseZpl } from './zpl.ts';

/*
 * A key pair, or its public half, as CZMQ and pyzmq write it: a ZPL file whose section `curve` holds the keys in Z85.
 * Programs of other languages read these files, and this package reads theirs.
 */

export interface Certificate {
  readonly publicKey: string;
  /** Undefined in a file for others. */
  readonly secretKey: string | undefined;
  /** The property `name` of the metadata. */
  readonly name: string | undefined;
}

export function parseCertificate(text: string): Certificate | Faults {
  const zpl = parseZpl(text);
  if (isFaulty(zpl)) return zpl;
  const curve = zpl.sections.get('curve');
  const publicKey = curve?.get('public-key');
  const secretKey = curve?.get('secret-key');
  if (publicKey === undefined) return faulty('not a certificate: it has no section curve with a public-key');
  for (const [name, property] of [['public-key', publicKey] as const, ['secret-key', secretKey] as const]) {
    if (property !== undefined && !isKey(property.value)) {
      return faulty('not a key: 40 characters of Z85', `curve/${name}`, property.line);
    }
  }
  return {
    publicKey: publicKey.value,
    secretKey: secretKey?.value,
    name: zpl.sections.get('metadata')?.get('name')?.value,
  };
}

export interface WrittenCertificate {
  readonly name: string;
  readonly publicKey: string;
  readonly secretKey?: string | undefined;
}

export function certificateText({ name, publicKey, secretKey }: WrittenCertificate): string {
  const head =
    secretKey === undefined
      ? '#   ZeroMQ CURVE Public Certificate\n#   Others may read this file.'
      : '#   ZeroMQ CURVE **Secret** Certificate\n#   Keep this file secret, and do not change its permissions.';
  const secret = secretKey === undefined ? '' : `    secret-key = "${secretKey}"\n`;
  return `${head}\n\nmetadata\n    name = "${name}"\ncurve\n    public-key = "${publicKey}"\n${secret}`;
}
