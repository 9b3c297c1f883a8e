/** An estimate of the memory of a value, in bytes: accurate enough to bound a table. */
export function memoryEstimate(value: unknown): number {
  if (typeof value === 'string') return textBytes(value);
  if (typeof value !== 'object' || value === null) return 0;
  if (ArrayBuffer.isView(value)) return containerBytes + value.byteLength;
  let bytes = containerBytes;
  if (Array.isArray(value)) {
    for (const part of value) bytes += entryBytes + memoryEstimate(part);
  } else {
    for (const [key, part] of Object.entries(value)) bytes += 2 * entryBytes + textBytes(key) + memoryEstimate(part);
  }
  return bytes;
}

const containerBytes = 64;
const entryBytes = 8;

function textBytes(text: string): number {
  return 24 + 2 * text.length;
}
