import type { Catalogue } from '@cateto/contracts';
import type { ClientBase } from '../client.ts';
import { mapMethod } from '../map/map-method.ts';
import type { MapMethod } from '../map/types.ts';

/**
 * The method `map` of a client that a test makes itself: `{ call, map: mapOver(catalogue, call), … }`. It calls `call`
 * for each input.
 */
export function mapOver<C extends Catalogue>(catalogue: C, call: ClientBase<C>['call']): MapMethod<C> {
  const parts = {
    catalogue,
    call: ({ name }: { readonly name: string }, operands: unknown, options: Parameters<typeof call>[2]) =>
      call(name, operands as readonly unknown[], options),
    open: new Set<never>(),
  };
  return mapMethod(parts) as unknown as MapMethod<C>;
}
