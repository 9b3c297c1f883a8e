import { expect, test } from 'vitest';
import { certificateText, parseCertificate } from './certificate.ts';

const publicKey = 'Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID';
const secretKey = 'D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%cs';

/** As CZMQ's zcert_save writes it. */
const czmq = `#   ****  Generated on 2025-05-01 10:00:00 by CZMQ  ****
#   ZeroMQ CURVE **Secret** Certificate
#   DO NOT PROVIDE THIS FILE TO OTHER USERS nor change its permissions.

metadata
    name = "op-server on host 4"
    email = "ops@pricing.example"
curve
    public-key = "${publicKey}"
    secret-key = "${secretKey}"
`;

/** As zmq.auth.create_certificates writes it. */
const pyzmq = `#   ****  Generated on 2025-05-01 10:00:00.123456 by pyzmq  ****
#   ZeroMQ CURVE Public Certificate
#   Exchange securely, or use a secure mechanism to verify the contents
#   of this file after exchange. Store public certificates in your home
#   directory, in the .curve subdirectory.

metadata
curve
    public-key = "${publicKey}"
`;

test('a certificate of CZMQ is read, with its name', () => {
  expect(parseCertificate(czmq)).toEqual({ publicKey, secretKey, name: 'op-server on host 4' });
});

test('a public certificate of pyzmq is read, and has no secret key', () => {
  expect(parseCertificate(pyzmq)).toEqual({ publicKey, secretKey: undefined, name: undefined });
  expect(parseCertificate(pyzmq.replaceAll('\n', '\r\n'))).toMatchObject({ publicKey });
});

test('a certificate is read back as it was written', () => {
  const text = certificateText({ name: 'client', publicKey, secretKey });
  expect(parseCertificate(text)).toEqual({ name: 'client', publicKey, secretKey });
  expect(certificateText({ name: 'client', publicKey })).not.toContain('secret-key');
});

test.each([
  ['', 'not a certificate: it has no section curve with a public-key', '', undefined],
  ['{ "keys": [] }', 'neither a section nor a property of one: `    name = "value"`', '', 1],
  [czmq.replace('Yne', 'Yn'), 'not a key: 40 characters of Z85', 'curve/public-key', 9],
  [czmq.replace('D:)', 'D:"'), 'neither a section nor a property of one: `    name = "value"`', '', 10],
  [`${pyzmq}    public-key = "${publicKey}"\n`, 'the property occurs twice', 'public-key', 10],
  [`${pyzmq}metadata\n`, 'the section occurs twice', 'metadata', 10],
  ['    public-key = "x"\n', 'neither a section nor a property of one: `    name = "value"`', '', 1],
])('a file that is no certificate is refused with its line: %#', (text, message, field, line) => {
  expect(parseCertificate(text)).toEqual({ faults: [{ message, field, line }] });
});
