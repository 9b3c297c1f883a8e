import { recordEvents } from '@cateto/bus';
import { nodePlatform, zeromqLink } from '@cateto/bus/node';
import type { Calculator, Catalogue, Loadable } from '@cateto/contracts';
import { calculator } from '@cateto/contracts';
import { isolateCallback } from './isolate-callback.ts';
import { brokersOf } from './brokers-of.ts';
import { createService } from './create-service.ts';
import { dialKeysOf } from './dial-keys-of.ts';
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
  key: true,
  brokerKeys: true,
};

/**
 * Serves operations, and formulas if their code is given. It does not wait for a broker: clients hold their requests
 * until the server listens, and `ready` says when it does. It waits for the module of its handlers and, with a number
 * of `workers`, until one thread has loaded that module.
 *
 * @throws SettingFault for brokers that cannot be parsed, given or in the environment, and for an invalid timeout or
 * number
 * @throws TypeError for an option, an operation or a lane that does not exist, and for missing handlers or code
 * @throws Error when a module cannot be loaded
 */
export function serve<C extends Catalogue = Calculator>(options: ServeOptions<C>): Promise<Service>;
// One signature without overloads: with overloads, an editor completes the handlers of the first one, whatever the
// catalogue.
export async function serve(options: ServeOptions<Catalogue>): Promise<Service> {
  checkOptionNames('serve', options, optionNames);
  const { brokers: givenBrokers, key, brokerKeys, handlers, module, workers, ...rest } = options;
  const brokers = brokersOf(givenBrokers);
  const keys = await dialKeysOf({ key, brokerKeys }, brokers);
  const formulas = await loaded(options.formulas);
  const common = {
    ...rest,
    formulas,
    catalogue: options.catalogue ?? calculator,
    operationTimeoutMs: options.operationTimeoutMs ?? fromEnvironment('operationTimeoutMs') ?? 2_000,
    concurrency: options.concurrency ?? fromEnvironment('concurrency'),
    drainMs: options.drainMs ?? fromEnvironment('drainMs'),
    exposeErrors: options.exposeErrors ?? fromEnvironment('exposeErrors'),
    openLink: zeromqLink(brokers, keys),
    platform: nodePlatform,
  };
  if (module === undefined) {
    if (workers !== undefined) throw new TypeError('workers: threads load handlers from a module; give one');
    return createService({ ...common, handlers: await loaded(handlers) });
  }
  if (handlers !== undefined) throw new TypeError('handlers and module: give one of them');
  const onEvent = isolateCallback(options.onEvent ?? (() => undefined));
  const recording = recordEvents({ platform: nodePlatform, onEvent, exposeErrors: common.exposeErrors });
  const parts = await loadModule(module, workers, recording.onEvent);
  try {
    return createService({ ...common, ...parts, history: recording.history });
  } catch (error) {
    await parts.threads?.close();
    throw error;
  }
}

/** Code as an object. A system may have a function in its place, which loads the code. */
function loaded<T>(code: Loadable<T>): T | Promise<T> {
  return typeof code === 'function' ? (code as () => T | Promise<T>)() : code;
}
