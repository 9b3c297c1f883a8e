/**
 * Shows every invisible character as its number, `\u202e`: controls (a terminal obeys them), direction marks and
 * characters of no width (a refused or foreign text could look right), separators and no-break spaces. Inside of JSON
 * strings, the numbers are JSON's own escapes.
 */
export function visibleText(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\u00a0]/gu, (character) => {
    return Array.from({ length: character.length }, (_, at) => escaped(character.charCodeAt(at))).join('');
  });
}

function escaped(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, '0')}`;
}
