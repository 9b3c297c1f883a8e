import { nodePlatform, zeromqLink } from '@cateto/bus';
import type { Calculator, Catalogue } from '@cateto/contracts';
import { calculator } from '@cateto/contracts';
import { isolateCallback } from './isolate-callback.ts';
import { brokersOf } from './brokers-of.ts';
import { createService } from './create-service.ts';
import { fromEnvironment } from './environment.ts';
import { loadModule } from './load-module.ts';
import type { OptionNames } from './option-names.ts';
import { checkOptionNames } from './option-names.ts';
import type { ServeOptions, Service } from './service.ts';
import { serviceOptionNames } from './service.ts';

const optionNames: OptionNames<ServeOptions<Catalogue>> = {
  ...serviceOptionNames,
  handlers: true,
  module: true,
  workers: true,
  brokers: true,
};

/**
 * Serves operations, and formulas when their code is given, from any program. It does not wait for a broker: requests are held by
 * their clients until it listens, which `ready` tells. It waits for the module of its handlers and, with a number of `workers`, until
 * a thread has loaded that.
 *
 * @throws SettingFault when the brokers given, here or in the environment, cannot be read, or the timeout or a number is none
 * @throws TypeError for an option, an operation or a lane that does not exist, and for a handler or code that is missing
 * @throws Error when a module cannot be loaded
 */
export function serve<C extends Catalogue = Calculator>(options: ServeOptions<C>): Promise<Service>;
// One signature: of several, an editor offers the handlers of the first, whatever the catalogue.
export async function serve(options: ServeOptions<Catalogue>): Promise<Service> {
  checkOptionNames('serve', options, optionNames);
  const { brokers, handlers, module, workers, ...rest } = options;
  const common = {
    ...rest,
    catalogue: options.catalogue ?? calculator,
    operationTimeoutMs: options.operationTimeoutMs ?? fromEnvironment('operationTimeoutMs') ?? 2_000,
    concurrency: options.concurrency ?? fromEnvironment('concurrency'),
    exposeErrors: options.exposeErrors ?? fromEnvironment('exposeErrors'),
    openLink: zeromqLink(brokersOf(brokers)),
    platform: nodePlatform,
  };
  if (module === undefined) {
    if (workers !== undefined) throw new TypeError('workers: threads load handlers from a module; give one');
    return createService({ ...common, handlers });
  }
  if (handlers !== undefined) throw new TypeError('handlers and module: give one of them');
  const loaded = await loadModule(module, workers, isolateCallback(options.onEvent ?? (() => undefined)));
  try {
    return createService({ ...common, ...loaded });
  } catch (error) {
    await loaded.threads?.close();
    throw error;
  }
}
