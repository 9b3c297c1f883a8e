export interface Bounds {
  /** Items worked on at once. */
  readonly concurrency: number;
  /** Items begun and not yet handed out: how far others run ahead of a slow one. */
  readonly window: number;
  /** Ends it: what is done, up to the first that is not, is still handed out. */
  readonly signal: AbortSignal;
}

interface Slot<R> {
  done: boolean;
  result: R | undefined;
}

/**
 * Works on many items at once and hands the results out in the items' order, in runs of those that are ready. It ends
 * early at an item whose work was given up (undefined).
 *
 * @throws what reading the items or the work threw, after the results before it
 */
export async function* inOrder<T, R>(
  items: AsyncIterable<T>,
  work: (item: T) => Promise<R | undefined>,
  { concurrency, window, signal }: Bounds,
): AsyncGenerator<R[]> {
  const slots: Slot<R>[] = [];
  const room = bell();
  const ready = bell();
  let working = 0;
  let closed = false;
  let ended = false;
  let fault: { readonly error: unknown } | undefined;

  async function begin(): Promise<void> {
    for await (const item of items) {
      while (!closed && (working >= concurrency || slots.length >= window)) await room.rung();
      if (closed) return;
      const slot: Slot<R> = { done: false, result: undefined };
      slots.push(slot);
      working += 1;
      work(item).then((result) => finish(slot, result), fail);
    }
  }

  function finish(slot: Slot<R>, result: R | undefined): void {
    slot.done = true;
    slot.result = result;
    working -= 1;
    room.ring();
    if (slots[0] === slot) ready.ring();
  }

  function fail(error: unknown): void {
    fault ??= { error };
    end();
  }

  function end(): void {
    ended = true;
    ready.ring();
  }

  signal.addEventListener('abort', end);
  if (signal.aborted) end();
  else begin().then(() => working > 0 || end(), fail);
  try {
    for (;;) {
      const run = takeRun(slots);
      room.ring();
      if (run.results.length > 0) yield run.results;
      if (run.givenUp) return;
      if (slots[0]?.done !== true) await ready.rung();
    }
  } finally {
    closed = true;
    room.ring();
    signal.removeEventListener('abort', end);
  }
}
