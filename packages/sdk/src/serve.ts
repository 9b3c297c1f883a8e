import { nodePlatform, zeromqLink } from '@cateto/bus';
import type { Calculator, Catalogue } from '@cateto/contracts';
import { calculator } from '@cateto/contracts';
import { brokersOf } from './brokers-of.ts';
import { createService } from './create-service.ts';
import { fromEnvironment } from './environment.ts';
import type { OptionNames } from './option-names.ts';
import { checkOptionNames } from './option-names.ts';
import type { ServeOptions, Service } from './service.ts';
import { serviceOptionNames } from './service.ts';

const optionNames: OptionNames<ServeOptions<Catalogue>> = { ...serviceOptionNames, brokers: true };

/**
 * Serves operations, and formulas when their code is given, from any program. It waits for nothing: requests are held by
 * their clients until it listens, which `ready` tells.
 *
 * @throws SettingFault when the brokers given, here or in the environment, cannot be read, or the timeout is none
 * @throws TypeError for an option, an operation or a lane that does not exist, and for a handler or code that is missing
 */
export function serve<C extends Catalogue = Calculator>(options: ServeOptions<C>): Promise<Service>;
// One signature: of several, an editor offers the handlers of the first, whatever the catalogue.
export async function serve(options: ServeOptions<Catalogue>): Promise<Service> {
  checkOptionNames('serve', options, optionNames);
  const operationTimeoutMs = options.operationTimeoutMs ?? fromEnvironment('operationTimeoutMs') ?? 2_000;
  return createService({
    ...options,
    catalogue: options.catalogue ?? calculator,
    operationTimeoutMs,
    exposeErrors: options.exposeErrors ?? fromEnvironment('exposeErrors'),
    openLink: zeromqLink(brokersOf(options.brokers)),
    platform: nodePlatform,
  });
}
