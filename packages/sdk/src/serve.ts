import type { BusEvent, Server } from '@cateto/bus';
import { serveFormulas, serveOperations, zeromqLink } from '@cateto/bus';
import type { BrokerEndpoint, Calculator, Catalogue, FormulaCodesOf, HandlersOf, Lane } from '@cateto/contracts';
import { calculator } from '@cateto/contracts';
import { brokersOf } from './brokers-of.ts';
import { fromEnvironment } from './environment.ts';

export interface ServeOptions<C extends Catalogue> {
  /** The calculator's unless given. */
  readonly catalogue?: C;
  /** One for each operation of the catalogue. */
  readonly handlers: HandlersOf<C>;
  /** With the formulas' code it serves formulas as well, using the handlers to fall back. */
  readonly formulas?: FormulaCodesOf<C>;
  /** Names of the operations to serve; all unless given. */
  readonly operations?: readonly (keyof C['operations'] & string)[];
  /** All unless given. */
  readonly lanes?: readonly Lane[];
  /** How long a formula waits for an op-server; `CATETO_OPERATION_TIMEOUT_MS` or 2,000 unless given. */
  readonly operationTimeoutMs?: number;
  /** As `CATETO_BROKERS` writes them or already taken apart; from that variable unless given. */
  readonly brokers?: string | readonly BrokerEndpoint[];
  readonly onEvent?: (event: BusEvent) => void;
}

export interface Service {
  /** Takes no new work, answers what runs, then closes; 4.5 s at most. */
  drain(): Promise<void>;
  /** Closes at once. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Serves operations, and formulas when their code is given, from any program.
 *
 * @throws SettingFault when the brokers given, here or in the environment, cannot be read
 * @throws TypeError for an operation that is not in the catalogue
 */
export function serve(options: Omit<ServeOptions<Calculator>, 'catalogue'>): Promise<Service>;
export function serve<C extends Catalogue>(options: ServeOptions<C> & { catalogue: C }): Promise<Service>;
export async function serve(options: ServeOptions<Catalogue>): Promise<Service> {
  const { catalogue = calculator, handlers, formulas, operations = 'all', lanes = 'all' } = options;
  const onEvent = options.onEvent ?? (() => undefined);
  const openLink = zeromqLink(brokersOf(options.brokers));
  const servers: Server[] = [serveOperations({ catalogue, handlers, operations, lanes, openLink, onEvent })];
  if (formulas !== undefined) {
    const operationTimeoutMs = options.operationTimeoutMs ?? fromEnvironment('operationTimeoutMs') ?? 2_000;
    servers.push(serveFormulas({ catalogue, formulas, handlers, operationTimeoutMs, openLink, onEvent }));
  }
  const drain = async (): Promise<void> => void (await Promise.all(servers.map((server) => server.drain())));
  return {
    drain,
    close: async () => void (await Promise.all(servers.map((server) => server.close()))),
    [Symbol.asyncDispose]: drain,
  };
}
