import type { Cells } from './cells.ts';
import { TextFault } from './text-fault.ts';

/**
 * The length of a record. A longer one is a quote that never closes; without this bound it would swallow the rest of
 * the file.
 */
export const recordCharactersMax: number = 1_048_576;

const quote = 0x22;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/** The reader's position in a cell. `closed` is behind a quote that ends the cell, or that is the first of two. */
type Place = 'start' | 'plain' | 'quoted' | 'closed';

/** The lines of a quoted cell that contains line ends, from 1. */
interface Span {
  readonly opened: number;
  readonly closed: number;
}

/**
 * Reads CSV (RFC 4180) piece by piece, and returns every record as soon as its line is complete. Line ends may be of
 * any kind, and mixed; empty lines are ignored. A quote inside an unquoted cell is a character (`5" pipe`).
 *
 * A stray quote at the start of a cell makes everything up to the next quote part of that cell. The reader notices it
 * by what a correct file never has: text behind the closing quote, no closing quote, or a record over several lines
 * that has another number of columns than the first record or has more stray quotes.
 */
export class CsvReader {
  readonly #delimiter: number;
  readonly #charactersMax: number;
  /** The text from the start of the current record. */
  #text = '';
  #at = 0;
  #cellStart = 0;
  #place: Place = 'start';
  #cells: string[] = [];
  #line: number;
  #openedLine = 0;
  #closedLine = 0;
  #hasDoubled = false;
  #hasStray = false;
  #span: Span | undefined;
  #width: number | undefined;
  /** The character before the text. */
  #previous = 0;

  /** @param delimiter one character */
  constructor(delimiter: string, firstLine = 1, charactersMax: number = recordCharactersMax) {
    this.#charactersMax = charactersMax;
    this.#delimiter = delimiter.charCodeAt(0);
    this.#line = firstLine;
  }

  /**
   * @param records receives the complete records, also those before a fault
   * @throws TextFault
   */
  push(piece: string, records: Cells[]): void {
    this.#text += piece;
    let recordStart = 0;
    for (; this.#at < this.#text.length; this.#at += 1) {
      if (this.#step(this.#text.charCodeAt(this.#at))) continue;
      this.#endRecord(records);
      recordStart = this.#at + 1;
    }
    if (this.#at > 0) this.#previous = this.#text.charCodeAt(this.#at - 1);
    this.#text = this.#text.slice(recordStart);
    this.#at -= recordStart;
    this.#cellStart -= recordStart;
    if (this.#text.length > this.#charactersMax) throw this.#tooLong();
  }

  /**
   * Ends the text, and with it the last record.
   *
   * @throws TextFault
   */
  end(records: Cells[]): void {
    if (this.#place === 'quoted')
      throw new TextFault(`line ${this.#openedLine}: the quote that opens here never closes`);
    if (this.#place === 'start' && this.#cells.length === 0) return;
    this.#endCell();
    this.#endRecord(records);
  }

  /** @returns false when the character ended a record */
  #step(code: number): boolean {
    if (this.#place === 'start') {
      this.#cellStart = this.#at;
      this.#place = code === quote ? 'quoted' : 'plain';
      this.#hasDoubled = false;
      this.#openedLine = this.#line;
      if (code === quote) return true;
    }
    if (code === lineFeed || code === carriageReturn) return this.#stepLineEnd(code);
    if (this.#place === 'quoted') {
      if (code !== quote) return true;
      this.#place = 'closed';
      this.#closedLine = this.#line;
    } else if (code === this.#delimiter) {
      this.#endCell();
    } else if (this.#place === 'closed') {
      if (code !== quote) throw this.#textBehindQuote();
      this.#place = 'quoted';
      this.#hasDoubled = true;
    } else if (code === quote) {
      this.#hasStray = true;
    }
    return true;
  }

  /** @returns false when the character ended a record */
  #stepLineEnd(code: number): boolean {
    const before = this.#at === 0 ? this.#previous : this.#text.charCodeAt(this.#at - 1);
    // The two characters of a CR LF are one line end.
    if (code === carriageReturn || before !== carriageReturn) this.#line += 1;
    if (this.#place === 'quoted') return true;
    const isEmptyLine = this.#place === 'plain' && this.#cells.length === 0 && this.#cellStart === this.#at;
    if (isEmptyLine) this.#place = 'start';
    else this.#endCell();
    return false;
  }

  #endCell(): void {
    if (this.#place === 'closed') {
      const text = this.#text.slice(this.#cellStart + 1, this.#at - 1);
      this.#cells.push(this.#hasDoubled ? text.replaceAll('""', '"') : text);
      if (/[\r\n]/.test(text)) this.#span ??= { opened: this.#openedLine, closed: this.#closedLine };
    } else {
      this.#cells.push(this.#place === 'start' ? '' : this.#text.slice(this.#cellStart, this.#at));
    }
    this.#place = 'start';
  }

  #endRecord(records: Cells[]): void {
    const cells = this.#cells;
    if (cells.length === 0) return;
    this.#width ??= cells.length;
    if (this.#span !== undefined && (this.#hasStray || cells.length !== this.#width)) {
      throw this.#strayQuote(this.#span, cells.length, this.#width);
    }
    records.push(cells);
    this.#cells = [];
    this.#hasStray = false;
    this.#span = undefined;
  }

  #textBehindQuote(): TextFault {
    const where = this.#openedLine === this.#line ? 'it' : `it in line ${this.#line}`;
    const shown = JSON.stringify(this.#text.slice(this.#at, this.#at + 20));
    return new TextFault(
      `line ${this.#openedLine}: a quote opens here, and the quote that closes ${where} is followed by ${shown}; ` +
        'a quote inside a quoted cell is written twice',
    );
  }

  #strayQuote({ opened, closed }: Span, width: number, headerWidth: number): TextFault {
    const what =
      width === headerWidth ? 'the row has another stray quote' : `the row has ${width} columns, not ${headerWidth}`;
    return new TextFault(`line ${opened}: the quote that opens here closes in line ${closed}, and ${what}`);
  }

  #tooLong(): TextFault {
    const most = `${this.#charactersMax} characters`;
    return this.#place === 'quoted'
      ? new TextFault(`line ${this.#openedLine}: the quote that opens here does not close within ${most}`)
      : new TextFault(`line ${this.#line}: it has more than ${most}`);
  }
}
