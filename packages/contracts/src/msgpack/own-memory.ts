import { copyOfBinary, isBinary } from '../values/binary-value.ts';

/**
 * Replaces binary values by copies, in place. The decoder gives views of the body. Each view would keep the whole body
 * in memory, which no bound counts. A handler that writes into its view could change the value of another handler.
 */
export function withOwnMemory(part: unknown): unknown {
  if (typeof part !== 'object' || part === null) return part;
  if (isBinary(part)) return copyOfBinary(part);
  const named = part as Record<string, unknown>;
  for (const key of Object.keys(named)) {
    const inner = named[key];
    if (typeof inner === 'object' && inner !== null) named[key] = withOwnMemory(inner);
  }
  return part;
}
