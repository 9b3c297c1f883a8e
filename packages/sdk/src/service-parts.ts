import type { OpenLink, Platform } from '@cateto/bus';
import type { ThreadPool } from '@cateto/bus/threads';
import type { Catalogue } from '@cateto/contracts';
import type { OwnHandlers, ServiceOptions } from './service.ts';

/** What a service is made of: sockets and time, or a network that simulates both. */
export interface ServiceParts extends ServiceOptions<Catalogue>, OwnHandlers<Catalogue> {
  readonly catalogue: Catalogue;
  readonly operationTimeoutMs: number;
  readonly openLink: OpenLink;
  readonly platform: Platform;
  /** Where the handlers run besides; they end with the service. */
  readonly threads?: ThreadPool | undefined;
}
