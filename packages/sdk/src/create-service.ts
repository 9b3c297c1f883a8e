import type { BusEvent, OpenLink, Platform, Server } from '@cateto/bus';
import { serveFormulas, serveOperations } from '@cateto/bus';
import type { Catalogue } from '@cateto/contracts';
import { apart } from './apart.ts';
import { checkService } from './check-options.ts';
import type { ServeOptions, Service } from './service.ts';

/** What a service is made of: sockets and time, or a network that simulates both. */
export interface ServiceParts extends Omit<ServeOptions<Catalogue>, 'brokers'> {
  readonly catalogue: Catalogue;
  readonly operationTimeoutMs: number;
  readonly openLink: OpenLink;
  readonly platform: Platform;
}

export function createService(parts: ServiceParts): Service {
  checkService(parts);
  const { handlers, formulas, operations = 'all', lanes = 'all', ...shared } = parts;
  const tell = apart(parts.onEvent ?? (() => undefined));
  const starting: Promise<void>[] = [];

  /** What one of the servers reports; the first time that it listens is waited for. */
  function listening(): (event: BusEvent) => void {
    let ready: (() => void) | undefined;
    starting.push(
      new Promise((resolve) => {
        ready = resolve;
      }),
    );
    return (event) => {
      if (event.event === 'ready') ready?.();
      tell(event);
    };
  }

  const servers: Server[] = [serveOperations({ ...shared, handlers, operations, lanes, onEvent: listening() })];
  if (formulas !== undefined) servers.push(serveFormulas({ ...shared, formulas, handlers, onEvent: listening() }));

  const drain = async (): Promise<void> => void (await Promise.all(servers.map((server) => server.drain())));
  return {
    ready: Promise.all(starting).then(() => undefined),
    drain,
    close: async () => void (await Promise.all(servers.map((server) => server.close()))),
    [Symbol.asyncDispose]: drain,
  };
}
