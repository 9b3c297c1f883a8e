import type { Cells } from './cells.ts';
import { CsvReader, recordCharactersMax } from './csv-reader.ts';
import { decoded, lineBytesMax } from './decode.ts';

/**
 * The records of CSV, returned for each piece as soon as it arrives.
 *
 * @throws TextFault where the text stops being CSV, after the records before it
 */
export async function* records(
  texts: AsyncIterable<string>,
  delimiter: string,
  firstLine = 1,
  charactersMax: number = recordCharactersMax,
): AsyncGenerator<readonly Cells[]> {
  const reader = new CsvReader(delimiter, firstLine, charactersMax);
  for await (const text of texts) yield* read((found) => reader.push(text, found));
  yield* read((found) => reader.end(found));
}

/**
 * The bound for output lines. A line grows when it is written: quotes are doubled, a byte of ISO-8859-1 becomes two,
 * and one of Shift_JIS three.
 */
const growthMax = 4;

/** The records of a file that a batch wrote. Every line that was short enough to read can be read back. */
export function ownRecords(pieces: AsyncIterable<Uint8Array>, delimiter: string): AsyncGenerator<readonly Cells[]> {
  const texts = decoded(pieces, undefined, lineBytesMax * growthMax);
  return records(texts, delimiter, 1, recordCharactersMax * growthMax);
}

function* read(step: (found: Cells[]) => void): Generator<readonly Cells[]> {
  const found: Cells[] = [];
  let fault: { readonly error: unknown } | undefined;
  try {
    step(found);
  } catch (error) {
    fault = { error };
  }
  if (found.length > 0) yield found;
  if (fault !== undefined) throw fault.error;
}
