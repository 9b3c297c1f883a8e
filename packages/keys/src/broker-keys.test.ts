import { expect, test } from 'vitest';
import { brokerKeysText, parseBrokerKeys } from './broker-keys.ts';

const primary = 'rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7';
const backup = 'Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID';

test('the keys of two brokers, or of one, are read back as they were written', () => {
  expect(parseBrokerKeys(brokerKeysText({ primary, backup }))).toEqual({ primary, backup });
  expect(parseBrokerKeys(brokerKeysText({ primary, backup: undefined }))).toEqual({ primary, backup: undefined });
});

test.each([
  ['', 'the section primary is missing', '', undefined],
  [`backup\n    public-key = "${backup}"\n`, 'the section primary is missing', '', undefined],
  ['primary\n', 'the public-key is missing', 'primary', undefined],
  ['primary\n    public-key = "short"\n', 'not a key: 40 characters of Z85', 'primary/public-key', 2],
  [`primary\n    secret-key = "${primary}"\n`, 'a secret key does not belong here', 'primary/secret-key', 2],
  [`primary\n    public-kye = "${primary}"\n`, 'not a property of this file', 'primary/public-kye', 2],
  [`third\n    public-key = "${primary}"\n`, 'it has the sections primary and backup', 'third', undefined],
])('a file of the brokers’ keys with a fault is refused: %#', (text, message, field, line) => {
  expect(parseBrokerKeys(text)).toEqual({ faults: [{ message, field, line }] });
});
