import type { EventHistory, OpenLink, Platform } from '@cateto/bus';
import type { ThreadPool } from '@cateto/bus/threads';
import type { Catalogue } from '@cateto/contracts';
import type { OwnHandlers, ServiceOptions } from './service.ts';

/** The parts of a service: sockets and real time, or a network that simulates both. */
export interface ServiceParts extends ServiceOptions<Catalogue>, OwnHandlers<Catalogue> {
  readonly catalogue: Catalogue;
  readonly operationTimeoutMs: number;
  readonly openLink: OpenLink;
  readonly platform: Platform;
  /** Threads in which handlers can run; they end with the service. */
  readonly threads?: ThreadPool | undefined;
  /** Keeps the events of the op-server and of the threads; unless given, the op-server keeps its own. */
  readonly history?: EventHistory | undefined;
}
