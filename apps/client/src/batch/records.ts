import { CsvReader } from './csv-reader.ts';

export type Cells = readonly string[];

/**
 * The records of CSV, those of each piece as soon as it is there.
 *
 * @throws TextFault where the text is no CSV any more, after the records before it
 */
export async function* records(
  texts: AsyncIterable<string>,
  delimiter: string,
  firstLine = 1,
): AsyncGenerator<readonly Cells[]> {
  const reader = new CsvReader(delimiter, firstLine);
  for await (const text of texts) yield* read((found) => reader.push(text, found));
  yield* read((found) => reader.end(found));
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
