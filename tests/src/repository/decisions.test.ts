import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const folder = fileURLToPath(new URL('../../../docs/decisions/', import.meta.url));
const files = readdirSync(folder).filter((name) => /^\d{4}-/.test(name));

test('decisions are numbered without gaps, and each number is in the name and in the title of its page', () => {
  const numbers = files.map((name) => /^# (\d+)\. /.exec(readFileSync(folder + name, 'utf8'))?.[1]?.padStart(4, '0'));
  expect(numbers).toEqual(files.map((name) => name.slice(0, 4)));
  expect(numbers).toEqual(files.map((_, index) => String(index + 1).padStart(4, '0')));
});

test.each(files)('%s states its status, date, context, decision and consequences, in this order', (name) => {
  const page = readFileSync(folder + name, 'utf8');
  const stated = page.match(/\*\*(?:Status|Date|Context|Decision|Consequences)\.\*\*/g);
  expect(stated).toEqual(['Status', 'Date', 'Context', 'Decision', 'Consequences'].map((part) => `**${part}.**`));
});

test('the index lists every decision once, in the order of the numbers', () => {
  const listed = readFileSync(`${folder}README.md`, 'utf8').matchAll(/^\| \[(\d+)\]\(([^)]+)\)/gm);
  const named = Array.from(listed, ([, number = '', name]) => [number.padStart(4, '0'), name]);
  expect(named).toEqual(files.map((name) => [name.slice(0, 4), name]));
});
