import type { Stream, StreamUser } from './network.ts';

/** One end of a stream in memory, and what it has written since it was last taken. */
export interface MemoryEnd {
  readonly stream: Stream;
  taken(): Uint8Array;
  readonly isOpen: () => boolean;
}

export function createMemoryEnd(): MemoryEnd {
  let written: number[] = [];
  let open = true;
  const close = (): void => {
    open = false;
  };
  return {
    stream: {
      write: (bytes) => void written.push(...bytes),
      waiting: () => 0,
      isFull: () => false,
      isWritable: () => open,
      end: close,
      destroy: close,
      reset: close,
      keepAlive: () => undefined,
    },
    taken() {
      const bytes = Uint8Array.from(written);
      written = [];
      return bytes;
    },
    isOpen: () => open,
  };
}

/** Carries bytes both ways, in chunks of this size, until neither end has any. @returns all bytes, by their sender */
export function carry(
  ends: readonly [MemoryEnd, MemoryEnd],
  users: readonly [StreamUser, StreamUser],
  chunkBytes = Number.POSITIVE_INFINITY,
): readonly [Uint8Array, Uint8Array] {
  const all: [number[], number[]] = [[], []];
  for (let quiet = 0; quiet < 2;) {
    quiet = 0;
    for (const from of [0, 1] as const) {
      const bytes = ends[from].taken();
      all[from].push(...bytes);
      if (bytes.length === 0) quiet += 1;
      for (let at = 0; at < bytes.length; at += chunkBytes) users[1 - from]?.heard(bytes.slice(at, at + chunkBytes), 0);
    }
  }
  return [Uint8Array.from(all[0]), Uint8Array.from(all[1])];
}
