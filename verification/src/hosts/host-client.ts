import type { LogEvent } from '@cateto/cluster';
import { startProcess } from '@cateto/cluster';
import { fileURLToPath } from 'node:url';
import type { Account } from '../support/load.ts';

/** A client that runs on a host. */
export interface HostClient {
  readonly ready: Promise<unknown>;
  /**
   * Resolves when one broker is active and the other stands by, every server is known, and no answer needs a fallback.
   * Returns the brokers' states, the primary's first.
   */
  settled(): Promise<readonly string[]>;
  /** Begins a load: requests at a fixed rate until `end`. */
  begin(): Promise<void>;
  /** Resolves when this number of further requests of the load have been answered. */
  answered(more: number): Promise<void>;
  /** Resolves when this number of further requests, in a row, have been answered without a fallback. */
  served(more: number): Promise<void>;
  /** Ends the load and returns its results when every request has its outcome. */
  end(): Promise<Account>;
  kill(): Promise<void>;
}

const program = fileURLToPath(new URL('client-program.ts', import.meta.url));

/** @param prefix the words before a command that run it on the host */
export function startHostClient(
  host: string,
  prefix: readonly string[],
  environment: Readonly<Record<string, string>>,
): HostClient {
  const client = startProcess({
    name: `client on ${host}`,
    cwd: fileURLToPath(new URL('.', import.meta.url)),
    args: ['--conditions=@cateto/source', '--import', 'tsx', program],
    prefix,
    environment,
  });

  function answeredSoFar(): number {
    return Number(client.events.findLast(({ event }) => event === 'answered')?.['count'] ?? 0);
  }

  function tell(command: string, answer: string): Promise<LogEvent> {
    const answered = client.waitForNext(answer);
    client.send(command);
    return answered;
  }

  return {
    ready: client.waitFor('ready'),
    settled: async () => (await tell('settle', 'settled'))['states'] as readonly string[],
    begin: async () => void (await tell('begin', 'answered')),
    async answered(more) {
      const until = answeredSoFar() + more;
      await client.waitForNext('answered', ({ count }) => Number(count) >= until);
    },
    async served(more) {
      const until = answeredSoFar() + more;
      await client.waitForNext('answered', ({ count, inARow }) => Number(count) >= until && Number(inARow) >= more);
    },
    end: async () => (await tell('end', 'account')) as unknown as Account,
    async kill() {
      client.kill('SIGKILL');
      await client.ended;
    },
  };
}
