import { recogniseDelimiter } from './delimiter.ts';
import type { Cells } from './cells.ts';
import { records } from './records.ts';

export interface Table {
  readonly delimiter: string;
  readonly records: AsyncIterable<readonly Cells[]>;
}

export interface TableParts {
  readonly texts: AsyncIterable<string>;
  /** Recognised by the first line unless given. */
  readonly delimiter: string | undefined;
  /** The names that the header may contain. */
  readonly names: readonly string[];
}

/** The length of a header. The reader reports what is wrong with a longer one. */
const headerCharactersMax = 65_536;

/**
 * Reads up to the header, and no further, to find the delimiter. A first line `sep=;`, which spreadsheets write and
 * understand, states it.
 *
 * @throws TextFault when the delimiter cannot be found
 */
export async function openTable({ texts, delimiter, names }: TableParts): Promise<Table> {
  const iterator = texts[Symbol.asyncIterator]();
  let text = '';
  let start = startOf(text);
  for (let ended = false; !ended && start.header === undefined && text.length < headerCharactersMax;) {
    const next = await iterator.next();
    ended = next.done === true;
    if (next.done !== true) text += next.value;
    start = startOf(text);
  }
  const { separator, rest } = start;
  const header = start.header ?? firstLineOf(rest);
  const chosen = delimiter ?? separator ?? recogniseDelimiter(header, names);
  async function* whole(): AsyncGenerator<string> {
    yield rest;
    yield* { [Symbol.asyncIterator]: () => iterator };
  }
  return { delimiter: chosen, records: records(whole(), chosen, separator === undefined ? 1 : 2) };
}

interface Start {
  /** The delimiter in a first line `sep=`. */
  readonly separator: string | undefined;
  /** The text behind that line. */
  readonly rest: string;
  /** Undefined while the line is not complete. */
  readonly header: string | undefined;
}

function startOf(text: string): Start {
  const named = /^"?sep=([^"\r\n])"?(?:\r\n|\n|\r)/i.exec(text);
  const rest = text.slice(named?.[0].length ?? 0);
  return { separator: named?.[1], rest, header: headerIn(rest) };
}

/** The first record, whatever its delimiter is. Line ends in quotes that open at the start of a cell belong to it. */
function headerIn(text: string): string | undefined {
  const start = /^[\r\n]*/.exec(text)?.[0].length ?? 0;
  let inQuotes = false;
  for (let at = start; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === '"') inQuotes = inQuotes ? false : at === start || /[",;\t|]/.test(text.charAt(at - 1));
    else if (!inQuotes && /[\r\n]/.test(character)) return text.slice(start, at);
  }
  return undefined;
}

function firstLineOf(text: string): string {
  return /^[\r\n]*([^\r\n]*)/.exec(text)?.[1] ?? '';
}
