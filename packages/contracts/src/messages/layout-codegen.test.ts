import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { plainReader, plainWriter } from './layout-codegen.ts';

const isNumber = (value: unknown): boolean => typeof value === 'number';
const declared = [
  { name: 'seq', optional: false, check: isNumber },
  { name: 'hint', optional: true, check: isNumber },
  { name: 'value', optional: false, check: () => true },
  { name: 'trace', optional: true, check: isNumber },
];

test('a plain message is read with its names and written up to its last field', () => {
  expect(plainReader(declared)?.([1, null, 'x'])).toStrictEqual({ seq: 1, value: 'x' });
  expect(plainReader(declared)?.([1, undefined, 'x', null, 'appended'])).toStrictEqual({ seq: 1, value: 'x' });
  expect(plainWriter(declared)({ seq: 1, value: 'x' })).toStrictEqual([1, undefined, 'x']);
});

test('a message with optional fields is left to the general reader and writer', () => {
  for (const positions of [[], ['1', null, 'x'], [1, null], [1, 2, 'x'], [1, null, 'x', 3]]) {
    expect(plainReader(declared)?.(positions)).toBeUndefined();
  }
  expect(plainWriter(declared)({ seq: 1, hint: 2, value: 'x' })).toBeUndefined();
  expect(plainReader([{ name: 'seq', optional: false, check: undefined }])).toBeUndefined();
});

test('a name that is not an identifier does not become code', () => {
  expect(() => plainWriter([{ name: 'seq]; process.exit(); [', optional: false, check: undefined }])).toThrow(
    'a field cannot be called',
  );
});

test('messages are read and written even where code generation is disabled', () => {
  const source = `
    import { messageLayout } from ${JSON.stringify(fileURLToPath(new URL('message-layout.ts', import.meta.url)))};
    import { z } from 'zod';
    const sample = messageLayout({ seq: z.int(), trace: z.string().optional() });
    process.stdout.write(JSON.stringify([sample.read([7]), sample.write({ seq: 8 }), sample.read(['x']) ?? 'refused']));
  `;
  const flags = ['--disallow-code-generation-from-strings', '--import', 'tsx', '--input-type=module', '--eval', source];
  const cwd = fileURLToPath(new URL('../..', import.meta.url));
  expect(execFileSync(process.execPath, flags, { cwd, encoding: 'utf8' })).toBe('[{"seq":7},[8],"refused"]');
});
