export interface Bounds {
  /** Items that are worked on at once. */
  readonly concurrency: number;
  /** Items that have begun and were not yet returned: how far others run ahead of a slow item. */
  readonly window: number;
  /** Ends the work. Results before the first unfinished item are still returned. */
  readonly signal: AbortSignal;
}

type Slot<R> = { state: 'working' } | { state: 'done'; result: R } | { state: 'failed'; error: unknown };

/**
 * Works on many items at once, and returns the results in the order of the items, in runs of those that are ready.
 *
 * Items arrive in pieces, and as many as fit are begun at once. Requests of one turn travel as one message, which is
 * five times as fast as one message each.
 *
 * @throws the error of the reader or of the work, after the results of all items before
 */
export async function* inOrder<T, R>(
  pieces: AsyncIterable<readonly T[]>,
  work: (item: T) => Promise<R>,
  { concurrency, window, signal }: Bounds,
): AsyncGenerator<readonly R[]> {
  const slots: { now: Slot<R> }[] = [];
  const room = bell();
  const news = bell();
  let working = 0;
  let closed = false;
  let source: { readonly error?: unknown } | undefined;

  async function begin(): Promise<void> {
    for await (const piece of pieces) {
      for (const item of piece) {
        while (!closed && (working >= concurrency || slots.length >= window)) await room.rung();
        if (closed) return;
        beginOne(item);
      }
    }
  }

  function beginOne(item: T): void {
    const slot: { now: Slot<R> } = { now: { state: 'working' } };
    const settle = (now: Slot<R>): void => {
      slot.now = now;
      working -= 1;
      // Stop here: the results of further items would not be used.
      if (now.state === 'failed') closed = true;
      room.ring();
      if (slots[0] === slot) news.ring();
    };
    slots.push(slot);
    working += 1;
    void work(item).then(
      (result) => settle({ state: 'done', result }),
      (error: unknown) => settle({ state: 'failed', error }),
    );
  }

  function endSource(how: { readonly error?: unknown }): void {
    source = how;
    news.ring();
  }

  signal.addEventListener('abort', news.ring);
  void begin().then(
    () => endSource({}),
    (error: unknown) => endSource({ error }),
  );
  try {
    for (;;) {
      const ready: R[] = [];
      let head = slots[0]?.now;
      while (head?.state === 'done') {
        ready.push(head.result);
        head = slots[ready.length]?.now;
      }
      slots.splice(0, ready.length);
      room.ring();
      if (ready.length > 0) {
        yield ready;
        continue;
      }
      if (head?.state === 'failed') throw head.error;
      if (signal.aborted) return;
      if (head === undefined && source !== undefined) {
        if ('error' in source) throw source.error;
        return;
      }
      await news.rung();
    }
  } finally {
    closed = true;
    room.ring();
    signal.removeEventListener('abort', news.ring);
  }
}

/**
 * One side waits, and the other side rings. The woken side has to find out the reason itself. It wakes after the turn,
 * when all results of one message have settled, so that it has more to do than the first of them.
 */
function bell(): { rung(): Promise<void>; readonly ring: () => void } {
  let wake: (() => void) | undefined;
  return {
    rung: () => new Promise((resolve) => (wake = resolve)),
    ring() {
      if (wake !== undefined) setImmediate(wake);
      wake = undefined;
    },
  };
}
