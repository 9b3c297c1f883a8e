import type { BusEvent, RunningServer } from '@cateto/bus';
import { openAll, serveFormulas, serveOperations } from '@cateto/bus';
import { formulaCodesOf } from '@cateto/contracts';
import { isolateCallback } from './isolate-callback.ts';
import { checkCatalogue, checkService } from './check-options.ts';
import type { ServiceParts } from './service-parts.ts';
import type { Service } from './service.ts';

export function createService(given: ServiceParts): Service {
  const { formulas: codes } = given;
  checkCatalogue(given.catalogue);
  const parts = codes === undefined ? given : { ...given, formulas: formulaCodesOf(given.catalogue, codes) };
  checkService(parts);
  const { handlers, formulas, operations = 'all', lanes = 'all', concurrency, threads, history, ...rest } = parts;
  const shared = { ...rest, threads };
  const tell = isolateCallback(parts.onEvent ?? (() => undefined));
  const starting: Starting[] = [];

  /** Forwards the events of one server, and settles `ready` when that server listens for the first time. */
  function listening(): (event: BusEvent) => void {
    const one = begin();
    starting.push(one);
    return (event) => {
      if (event.event === 'ready') one.settle(true);
      tell(event);
    };
  }

  const servers = openAll((opened): readonly RunningServer[] => [
    opened(serveOperations({ ...shared, handlers, operations, lanes, concurrency, history, onEvent: listening() })),
    ...(formulas === undefined ? [] : [opened(serveFormulas({ ...shared, formulas, handlers, onEvent: listening() }))]),
  ]);

  /** A server that has ended and does not listen will never listen. */
  async function ended<T>(ends: readonly Promise<T>[]): Promise<void> {
    for (const one of starting) one.settle(false);
    await Promise.all(ends);
    await threads?.close();
  }

  const drain = (): Promise<void> => ended(servers.map((server) => server.drain()));
  return {
    ready: Promise.all(starting.map(({ listens }) => listens)).then((all) => all.every(Boolean)),
    metrics: () => servers.map((server) => server.metrics()),
    notReady: () => servers.map((server) => server.notReady()).find((why) => why !== undefined),
    drain,
    close: () => ended(servers.map((server) => server.close())),
    [Symbol.asyncDispose]: drain,
  };
}

/** Whether a server has come to listen; settled once. */
interface Starting {
  readonly listens: Promise<boolean>;
  settle(listens: boolean): void;
}

function begin(): Starting {
  let settle: (listens: boolean) => void = () => undefined;
  const listens = new Promise<boolean>((resolve) => {
    settle = resolve;
  });
  return { listens, settle: (value) => settle(value) };
}
