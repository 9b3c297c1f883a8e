const quote = 0x22;
const lineFeed = 0x0a;

/**
 * The end of the last complete record in CSV that a batch wrote: after the last line feed outside quotes. The text
 * behind it was torn when the writer was killed. An escaped quote is two quotes, and so changes nothing.
 */
export async function completeBytes(pieces: AsyncIterable<Uint8Array>): Promise<number> {
  let complete = 0;
  let before = 0;
  let inQuotes = false;
  for await (const piece of pieces) {
    for (let index = 0; index < piece.length; index += 1) {
      if (piece[index] === quote) inQuotes = !inQuotes;
      else if (piece[index] === lineFeed && !inQuotes) complete = before + index + 1;
    }
    before += piece.length;
  }
  return complete;
}
