/* Sums of the counters that the processes of a system export. */

export interface Counted {
  /** The bytes that brokers forwarded. */
  readonly forwardedBytes: number;
  /** Calls of operations that the calc-server sent again. */
  readonly retries: number;
  /** Messages that a process could not read or send. */
  readonly dropped: number;
  /** How often a broker became active. */
  readonly takeovers: number;
}

/** @param texts the answers of `/metrics`, one of each process */
export function countedIn(texts: readonly string[]): Counted {
  const lines = texts.flatMap((text) => text.split('\n'));
  const total = (name: string): number =>
    lines
      .filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`))
      .reduce((all, line) => all + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
  return {
    forwardedBytes: total('cateto_broker_forwarded_bytes_total'),
    retries: total('cateto_client_retries_total'),
    dropped: total('cateto_dropped_messages_total'),
    takeovers: total('cateto_broker_takeovers_total'),
  };
}

/** Scrapes that are less than 200 ms apart get the same text. */
const apartMs = 250;

/** Counts of now. Takes a moment, so that no scrape gets the text of an earlier one. */
export async function countAll(endpoints: readonly string[]): Promise<Counted> {
  await new Promise<void>((resolve) => void setTimeout(resolve, apartMs));
  return countedIn(await Promise.all(endpoints.map((url) => fetch(`${url}/metrics`).then((answer) => answer.text()))));
}
