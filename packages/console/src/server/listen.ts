import { serve } from '@hono/node-server';
import type { HttpAddress } from '@cateto/contracts';
import { formatHttpAddress } from '@cateto/contracts';

/* The web server of the console. Connections, sizes and times are bounded, because a stranger may reach it. */

export interface Listening {
  /** The one that was bound. */
  readonly port: number;
  /** Ends all connections, also those of open pages. */
  close(): Promise<void>;
}

type Fetch = (request: Request) => Response | Promise<Response>;

const connectionsMax = 256;
/** Browsers send some 2 kB of headers. */
const serverOptions = {
  maxHeaderSize: 16_384,
  headersTimeout: 5_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 1_000,
} as const;

/**
 * @param onRefused connections cannot be accepted, for want of file handles
 * @throws Error that names the address when it cannot be bound
 */
export function listen(
  fetch: Fetch,
  { host, port }: HttpAddress,
  onRefused: (cause: string) => void,
): Promise<Listening> {
  return new Promise((resolve, reject) => {
    const hostname = host.replaceAll(/[[\]]/g, '');
    let isBound = false;
    const server = serve({ fetch, hostname, port, serverOptions }, (bound) => {
      isBound = true;
      resolve({ port: bound.port, close });
    });
    if ('maxConnections' in server) server.maxConnections = connectionsMax;
    server.on('error', (error) => {
      if (isBound) return onRefused(error.message);
      const where = formatHttpAddress({ host, port });
      reject(new Error(`the console cannot listen on ${where}: ${error.message}`, { cause: error }));
    });

    function close(): Promise<void> {
      return new Promise((closed) => {
        server.close(() => closed());
        if ('closeAllConnections' in server) server.closeAllConnections();
      });
    }
  });
}
