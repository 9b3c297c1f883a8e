import { beatLayout, calculator, chunkAt, createCodec, failureTable, hashOf, writeChunk } from '@cateto/contracts';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

/* Checks the bytes and numbers in docs/wire.md, for authors of servers in other languages. */

const page = readFileSync(new URL('../../../docs/wire.md', import.meta.url), 'utf8');
const square = hashOf(calculator, 'square');

test('the bytes in docs/wire.md decode to the messages beside them', () => {
  const shown = [...page.matchAll(/^(9[34] [0-9a-f ]+)\n {3}(\[.*\])$/gm)];
  expect(shown).toHaveLength(11);
  for (const [, bytes = '', text = ''] of shown) {
    const fields = JSON.parse(text.replaceAll('nil', 'null')) as [string, number, unknown[], number[]?];
    const [sender, settledBelow, messages, stragglers] = fields;
    const body = Buffer.from(bytes.replaceAll(' ', ''), 'hex');
    expect(createCodec().decode(body)).toEqual({ sender, settledBelow, messages, stragglers });
    expect(Buffer.from(createCodec().encode(...fields))).toEqual(body);
  }
  expect(page).toContain(`[[31, ${square}, 12, 1999.5]]`);
});

test('the chunks in docs/wire.md begin with the bytes beside them', () => {
  const shown = [...page.matchAll(/^(95 [0-9a-f ]+)\n {3}\["(\w{12})", (\d+), (\d+), (\d+), \.\.\.\]$/gm)];
  expect(shown).toHaveLength(2);
  for (const [, bytes = '', sender = '', ...numbers] of shown) {
    const [body = 0, index = 0, count = 0] = numbers.map(Number);
    const encoded = writeChunk({ sender, body, index, count, bytes: chunkAt(new Uint8Array(32_770), index) });
    expect(Buffer.from(encoded).toString('hex').startsWith(bytes.replaceAll(' ', ''))).toBe(true);
  }
});

test('the beats in docs/wire.md are read as the page describes them', () => {
  const [, section = ''] = /\n### Beats\n([\s\S]*?)\n### /.exec(page) ?? [];
  const shown = [...section.matchAll(/^ {3}\["\w{12}", 1, \[(\[.*\])\]\]$/gm)].map(([, text = '']) =>
    beatLayout.read(JSON.parse(text.replaceAll('nil', 'null'))),
  );
  expect(shown).toEqual([
    { held: [31, 31], silentMs: 1999.5 },
    { held: [31, 33, 36, 36], silentMs: 2000, windows: { square: 16 } },
    { windows: { square: 8192 } },
    { returned: [32, 33, 35, 35] },
    { held: [], silentMs: 0 },
    { held: [31, 31], silentMs: 2000, leaving: true },
    { held: [], silentMs: 0, returned: [31, 31], leaving: true },
  ]);
});

test('the text in docs/wire.md has the hash beside it', () => {
  const [, text = ''] = /^```json\n(\["operation",.*)\n```$/m.exec(page) ?? [];
  let hash = 2_166_136_261;
  for (let index = 0; index < text.length; index += 1)
    hash = Math.imul(hash ^ text.charCodeAt(index), 16_777_619) >>> 0;
  expect(hash).toBe(square);
  expect(page).toContain(`The hash of \`square\` is ${square}`);
});

test('the failures in docs/wire.md are those of the table', () => {
  const [, section = ''] = /\n## Failures\n([\s\S]*?)\n## /.exec(page) ?? [];
  const rows = [...section.matchAll(/^\| (`[^|]+`) \|.*\| (yes|no) \| (yes|no) \|$/gm)];
  const stated = rows.flatMap(([, codes = '', retryable, mayHaveRun]) =>
    [...codes.matchAll(/`([\w-]+)`/g)].map(([, code]) => [code, retryable === 'yes', mayHaveRun === 'yes']),
  );
  const table = Object.entries(failureTable).map(([code, trait]) => [code, trait.retryable, trait.mayHaveRun]);
  expect(stated).toEqual(table);
});

test('every section of docs/wire.md that a comment names exists', () => {
  const root = fileURLToPath(new URL('../../../', import.meta.url));
  const { stdout } = spawnSync(
    'grep',
    [
      '-rhoE',
      'docs/wire\\.md, "[^"]+"',
      '--include=*.ts',
      '--exclude-dir=node_modules',
      'packages',
      'tests/src',
      'verification/src',
    ],
    { cwd: root, encoding: 'utf8' },
  );
  const named = new Set([...stdout.matchAll(/"([^"]+)"/g)].map(([, section]) => section));
  const headings = new Set([...page.matchAll(/^#+ (.*)$/gm)].map(([, heading]) => heading));
  expect(named.size).toBeGreaterThan(10);
  expect([...named].filter((section) => !headings.has(section))).toEqual([]);
});
