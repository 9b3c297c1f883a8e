import { parse } from 'csv-parse';

export type Cells = readonly string[];

/** A record beyond it is a quote that was never closed: without a bound it would swallow the rest of the file. */
const recordCharactersMax = 1_048_576;

/**
 * Reads CSV piece by piece, and gives the records of each piece: no more is held. Quotes inside an unquoted cell are characters;
 * line ends may be of any kind, and mixed.
 *
 * @throws CsvError where the text is no CSV any more, after the records before it
 */
export async function* records(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<readonly Cells[]> {
  const parsed: string[][] = [];
  const parser = parse({
    bom: true,
    max_record_size: recordCharactersMax,
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    // Taken from here and not from the parser's own queue, which an error empties.
    on_record(record: string[]) {
      parsed.push(record);
      return null;
    },
  });
  // What goes wrong comes through the callbacks below.
  parser.on('error', () => undefined).resume();
  for await (const piece of pieces) {
    const error = await new Promise<Error | null | undefined>((resolve) => parser.write(piece, resolve));
    if (parsed.length > 0) yield parsed.splice(0);
    if (error) throw error;
  }
  const error = await new Promise<Error | null | undefined>((resolve) => {
    parser.once('error', resolve).end(() => resolve(undefined));
  });
  if (parsed.length > 0) yield parsed.splice(0);
  if (error) throw error;
}
