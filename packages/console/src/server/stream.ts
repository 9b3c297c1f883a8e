import type { Context } from 'hono';
import { streamSSE } from 'hono/streaming';
import type { StreamEvents, StreamName } from '../shared/state.ts';
import type { Entry, Journal } from './journal.ts';

/** Everything that a new page needs, in the order in which it is told. */
export type WholeStory = () => Iterable<{ [N in StreamName]: readonly [name: N, data: StreamEvents[N]] }[StreamName]>;

export interface StreamParts {
  /** A random name of this run of the console, so that a page does not continue with the numbers of another run. */
  readonly run: string;
  readonly journal: Journal;
  readonly wholeStory: WholeStory;
  /** Aborted when the console closes. */
  readonly ending: AbortSignal;
  /** The page has gone. */
  onEnd(): void;
}

type Told = Omit<Entry, 'number'> & { readonly number: number | undefined };

/** How long a browser waits before it connects again. */
const retryMs = 1_000;

/** An answer that ends when the page goes: the entries that the page has missed, and then new ones. */
export function answerStream(c: Context, { run, journal, wholeStory, ending, onEnd }: StreamParts): Response {
  return streamSSE(c, async (stream) => {
    const gone = new AbortController();
    stream.onAbort(() => gone.abort());
    const over = AbortSignal.any([gone.signal, ending]);
    try {
      await tell();
    } finally {
      onEnd();
    }

    async function tell(): Promise<void> {
      // A page that opens another stream cannot set the header.
      let cursor = cursorOf(c.req.header('last-event-id') ?? c.req.query('after'), run);
      while (!over.aborted) {
        const missed = cursor === undefined ? undefined : journal.after(cursor);
        if (missed === undefined) {
          // Entries that are added meanwhile follow the story.
          cursor = journal.last;
          const story = [...wholeStory()];
          // Only the last one has a number: a page that lost the connection before has to begin anew.
          for (const [index, [name, data]] of story.entries()) {
            await write({ name, data: JSON.stringify(data), number: index === story.length - 1 ? cursor : undefined });
          }
        } else {
          for (const entry of missed) {
            if (over.aborted) return;
            await write(entry);
            cursor = entry.number;
          }
        }
        await journal.changed(cursor ?? 0, over);
      }
    }

    async function write({ number, name, data }: Told): Promise<void> {
      const id = number === undefined ? {} : { id: `${run}.${number}` };
      await stream.writeSSE({ ...id, event: name, data, retry: retryMs });
    }
  });
}

/** @returns undefined for a page that has nothing, or that knows another run */
function cursorOf(lastId: string | undefined, run: string): number | undefined {
  const [knownRun, number = ''] = lastId?.split('.') ?? [];
  return knownRun === run && /^\d{1,15}$/.test(number) ? Number(number) : undefined;
}
