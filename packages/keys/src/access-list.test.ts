import { expect, onTestFinished, test, vi } from 'vitest';
import { accessText, createAccessReader, parseAccess } from './access-list.ts';
import type { AccessFile } from './access-schema.ts';
import { AccessSchema } from './access-schema.ts';
import { createAccess } from './access.ts';
import type { Faults } from './fault.ts';
import { faultText, KeyFileFault } from './fault.ts';

const one = 'rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7';
const other = 'Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID';
const prefixOf = (publicKey: string): string => publicKey.slice(0, 6).toLowerCase();

const file: AccessFile = {
  keys: [
    { name: 'desk', publicKey: one, roles: ['client'], formulas: ['spread'], connectionsMax: 20 },
    {
      name: 'pricing-4',
      publicKey: other,
      roles: ['op-server'],
      operations: ['price'],
      lanes: [1, 8],
      expires: '2027-01-31T00:00:00+01:00',
    },
  ],
};

function faultsIn(text: string): readonly string[] {
  const parsed = parseAccess(text, prefixOf) as Partial<Faults>;
  return (parsed.faults ?? []).map((fault) => faultText('access.json', fault));
}

test('a list is read back as it was written', () => {
  expect(parseAccess(accessText(file), prefixOf)).toEqual(file);
  expect(parseAccess('{ "keys": [] }', prefixOf)).toEqual({ keys: [] });
});

test('every fault is named with its line and its field', () => {
  const text = `{
  "keys": [
    { "name": "desk", "publicKey": "${one}", "roles": ["clint"] },
    {
      "name": "pricing 4",
      "publicKey": "short",
      "lanes": [9],
      "expires": "2027-01-31",
      "connectionsMax": 0,
      "operation": "price"
    }
  ]
}`;
  expect(faultsIn(text)).toEqual([
    'access.json:3: keys[0].roles[0]: "clint" is not one of client, calc-server, op-server, observer, broker',
    'access.json:5: keys[1].name: 1 to 64 letters, digits, dots, underscores and hyphens are expected',
    'access.json:6: keys[1].publicKey: not a public key: 40 characters of Z85',
    'access.json:4: keys[1].roles: the member is missing',
    'access.json:7: keys[1].lanes[0]: not a lane from 1 to 8',
    'access.json:8: keys[1].expires: not a time with its zone, as in 2027-01-31T00:00:00Z',
    'access.json:9: keys[1].connectionsMax: a whole number from 1 to 100000 is expected',
    'access.json:10: keys[1].operation: there is no member of this name',
  ]);
});

test.each([
  ['', 'access.json:1: not JSON: the text ends too early'],
  ['{ "keys": [ }', 'access.json:1: not JSON: a value is expected, not "}"'],
  ['[]', 'access.json:1: an object with the member keys is expected'],
  ['{}', 'access.json:1: keys: the member is missing'],
  ['{ "keys": {} }', 'access.json:1: keys: a list is expected'],
  ['{ "keys": [],\n"keys": [] }', 'access.json:2: keys: the member occurs twice'],
  ['{ "keys": [],\n"__proto__": {} }', 'access.json:2: __proto__: there is no member of this name'],
  ['{ "keys": [\n7] }', 'access.json:2: keys[0]: an object is expected'],
])('a text that is no list is refused: %#', (text, message) => {
  expect(faultsIn(text)).toEqual([message]);
});

test('an empty list of roles or operations is refused, because it would permit nothing', () => {
  const text = JSON.stringify({ keys: [{ name: 'a', publicKey: one, roles: [], operations: [] }] });
  const message = 'an empty list permits nothing; leave the member out to permit all';
  expect(faultsIn(text)).toEqual([
    `access.json:1: keys[0].roles: ${message}`,
    `access.json:1: keys[0].operations: ${message}`,
  ]);
});

test('a list that narrows none of its roles is refused, because it only seems to protect something', () => {
  const text = JSON.stringify({ keys: [{ name: 'a', publicKey: one, roles: ['client'], operations: ['price'] }] });
  expect(faultsIn(text)).toEqual([
    'access.json:1: keys[0].operations: it narrows only calc-server, op-server, observer',
  ]);
});

test('two entries with one name, one key or addresses that begin alike are refused', () => {
  const close = `${one.slice(0, 39)}8`;
  const keys = [
    { name: 'a', publicKey: one, roles: ['client'] },
    { name: 'b', publicKey: one, roles: ['client'] },
    { name: 'a', publicKey: other, roles: ['client'] },
    { name: 'c', publicKey: close, roles: ['client'] },
  ];
  expect(faultsIn(JSON.stringify({ keys }, null, 1)).map((line) => line.replace(/^[^ ]+ /, ''))).toEqual([
    'keys[1].publicKey: a has the same key',
    'keys[2].name: another key is called a too',
    'keys[3].publicKey: its addresses begin like those of a; make a new key with `cateto key rotate`',
  ]);
});

test('the message of a faulty file has its first fault and the number of the others', () => {
  const fault = { field: 'keys[0].name', message: 'a text is expected', line: 3 };
  expect(new KeyFileFault('access.json', [fault, fault, fault]).message).toBe(
    'access.json:3: keys[0].name: a text is expected (and 2 more; `cateto key check` lists them)',
  );
  expect(new KeyFileFault('a\u001b[31m.json', [fault]).message).toBe(
    String.raw`a\u001b[31m.json:3: keys[0].name: a text is expected`,
  );
});

test('a key is accepted until it expires, and one that is not listed is refused', () => {
  const access = createAccess(file, prefixOf);
  const endMs = Date.UTC(2027, 0, 30, 23);
  expect(access.authorize(other, endMs - 1)).toMatchObject({ name: 'pricing-4', addressPrefix: 'yne@$w' });
  expect(access.authorize(other, endMs)).toBe('expired');
  expect(access.authorize(one, Number.MAX_SAFE_INTEGER)).toMatchObject({ name: 'desk', connectionsMax: 20 });
  expect(access.authorize(one.toLowerCase(), 0)).toBe('not listed');
});

test('an entry that was in the list before is not checked again, and a fault keeps its index and its line', () => {
  const checked = vi.spyOn(AccessSchema, 'safeParse');
  onTestFinished(() => checked.mockRestore());
  const read = createAccessReader(prefixOf);
  const many = Array.from({ length: 500 }, (_, index): AccessFile['keys'][number] => {
    const digits = String(index).padStart(5, '0');
    return { name: `key-${index}`, publicKey: `${digits}${one.slice(5)}`, roles: ['client'] };
  });
  expect(read(accessText({ keys: many }))).toEqual({ keys: many });
  const desk = file.keys[0] ?? many[0];
  const more = many.toSpliced(250, 1, desk as AccessFile['keys'][number]);
  expect(read(accessText({ keys: more }))).toEqual({ keys: more });
  expect(checked.mock.lastCall?.[0]).toEqual({ keys: [desk] });
  const lines = accessText({ keys: more }).replace('"key-400"', '"key 400"').replace('"key-410"', '"key-409"');
  const parsed = read(lines) as Partial<Faults>;
  const at = lines.split('\n').findIndex((line) => line.includes('key 400')) + 1;
  expect(parsed.faults?.map((fault) => faultText('access.json', fault))).toEqual([
    `access.json:${at}: keys[400].name: 1 to 64 letters, digits, dots, underscores and hyphens are expected`,
  ]);
  // The list without a fault is the one that is remembered.
  expect(read(accessText({ keys: more.slice(1) }))).toEqual({ keys: more.slice(1) });
  expect(checked.mock.lastCall?.[0]).toEqual({ keys: [] });
});

test('a fault is one short line, however long the texts of the list are', () => {
  const long = 'x'.repeat(1_000_000);
  const text = JSON.stringify({ keys: [{ name: 'a', publicKey: one, roles: [long], [long]: 1 }] });
  for (const line of faultsIn(text)) expect(line.length).toBeLessThan(500);
  expect(faultsIn(`{ "keys": [ "${long}`)[0]?.length).toBeLessThan(500);
});
