import { describe, expect, test } from 'vitest';
import { visibleText } from './visible-text.ts';

describe('text of others', () => {
  test.each([
    ['an escape character', 'a\u001b[2Jb', String.raw`a\u001b[2Jb`],
    ['a control sequence introducer of one character', 'a\u009b2J', String.raw`a\u009b2J`],
    ['a change of direction', 'a\u202eb', String.raw`a\u202eb`],
    ['a space of no width', 'a\u200bb\ufeff', String.raw`a\u200bb\ufeff`],
    ['a line separator', 'a\u2028b\n', String.raw`a\u2028b\u000a`],
    ['an invisible character beyond the first plane', '\u{e0041}', String.raw`\udb40\udc41`],
  ])('%s is shown as its number', (_, given, shown) => {
    expect(visibleText(given)).toBe(shown);
  });

  test('visible characters of any script stay as they are', () => {
    expect(visibleText('größer 長さ √2 😀')).toBe('größer 長さ √2 😀');
  });

  test('JSON means the same afterwards', () => {
    const value = { 'a\u202eb': ['\u009b', '\u{e0041}', '\u200b'] };
    expect(JSON.parse(visibleText(JSON.stringify(value)))).toEqual(value);
  });
});
