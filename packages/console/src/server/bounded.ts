import { visibleText } from '@cateto/contracts';

/*
 * Any peer can put any text on the bus. The console cuts texts for a page, and makes their invisible characters
 * visible. The page never reads a text as HTML.
 */

export function bounded(text: string, most = 200): string {
  const cut = text.length > most ? `${text.slice(0, most)}…` : text;
  return visibleText(cut.toWellFormed());
}

/** A value as JSON of at most `most` characters. Lists and objects are read only as far as they are shown. */
export function valueText(value: unknown, most = 200): string {
  return bounded(written(value, most, 0), most);
}

const nestingShown = 6;

function written(value: unknown, room: number, depth: number): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, room + 1));
  if (typeof value !== 'object' || value === null) return String(value);
  if (ArrayBuffer.isView(value)) return `binary, ${value.byteLength} bytes`;
  if (depth === nestingShown) return '…';
  const isList = Array.isArray(value);
  let text = '';
  for (const key of isList ? value.keys() : Object.keys(value)) {
    if (text.length > room) break;
    const inner = written((value as Record<string | number, unknown>)[key], room - text.length, depth + 1);
    const part = isList ? inner : `${JSON.stringify(String(key).slice(0, room))}: ${inner}`;
    text = text === '' ? part : `${text}, ${part}`;
  }
  return isList ? `[${text}]` : `{ ${text} }`;
}
