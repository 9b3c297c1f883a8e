import type { Calculator } from '@cateto/contracts';
import type { formula, operation } from '@cateto/contracts';
import { expectTypeOf, test } from 'vitest';
import { catalogue, formulas, handlers } from './double.test-support.ts';
import { serve } from './index.ts';
import type { CallOptions, Client, ConnectOptions, ServeOptions } from './index.ts';
import type { OnHost, SimulatedSystem, SimulateOptions } from './testing/index.ts';

/*
 * A program with `exactOptionalPropertyTypes` passes options on as it has them: `{ timeoutMs: settings.timeoutMs }`. So
 * every option that may be left out may also be undefined.
 */

/** The optional properties that may be left out but may not be undefined. */
type Exact<O> = {
  [K in keyof O]-?: object extends Pick<O, K> ? ({ [P in K]: undefined } extends Pick<O, K> ? never : K) : never;
}[keyof O];

type OptionsOf<F> = F extends (options?: infer O) => unknown ? NonNullable<O> : never;
type DeclarationOf<F extends (declaration: never) => unknown> = Parameters<F>[0];

test('the type Exact finds an option that may not be undefined', () => {
  expectTypeOf<
    Exact<{ readonly a?: number; readonly b?: string | undefined; readonly c: number }>
  >().toEqualTypeOf<'a'>();
});

test('every option of the SDK may be undefined', () => {
  expectTypeOf<Exact<ConnectOptions<Calculator>>>().toBeNever();
  expectTypeOf<Exact<ServeOptions<Calculator>>>().toBeNever();
  expectTypeOf<Exact<CallOptions>>().toBeNever();
  expectTypeOf<Exact<OptionsOf<Client<Calculator>['status']>>>().toBeNever();
});

test('every option of the test kit may be undefined', () => {
  expectTypeOf<Exact<SimulateOptions>>().toBeNever();
  expectTypeOf<Exact<OnHost>>().toBeNever();
  expectTypeOf<Exact<OptionsOf<SimulatedSystem['connect']>>>().toBeNever();
});

test('every option of a contract may be undefined', () => {
  expectTypeOf<Exact<DeclarationOf<typeof operation>>>().toBeNever();
  expectTypeOf<Exact<DeclarationOf<typeof formula>>>().toBeNever();
});

test('a service takes handlers of its catalogue, or a module of them', () => {
  const brokers = 'a,b';
  void (() => serve({ catalogue, brokers, handlers }));
  void (() => serve({ catalogue, brokers, module: new URL('file:///handlers.js'), workers: 'auto' }));
  void (() => serve({ catalogue, brokers, module: '/handlers.js', workers: 2, formulas }));
  void (() => serve({ module: '/handlers.js' }));
  // The contract determines the type of a handler's parameter.
  void (() => serve({ catalogue, handlers: { double: (value) => value.valueOf() * 2 } }));
  // @ts-expect-error -- an output that the contract does not have
  void (() => serve({ catalogue, handlers: { double: () => 'two' } }));
  // @ts-expect-error -- there is no operation dubble
  void (() => serve({ catalogue, handlers: { double: (value) => 2 * value, dubble: () => 2 } }));
  // @ts-expect-error -- a function that loads handlers of which one is missing
  void (() => serve({ catalogue, handlers: () => Promise.resolve({}) }));
  // A function may load the handlers and the code.
  void (() => serve({ catalogue, handlers: () => Promise.resolve(handlers), formulas: () => formulas }));
  // @ts-expect-error -- neither of the two
  void (() => serve({ catalogue }));
  // @ts-expect-error -- both
  void (() => serve({ catalogue, handlers, module: '/handlers.js' }));
  // @ts-expect-error -- threads load handlers from a module
  void (() => serve({ catalogue, handlers, workers: 2 }));
  // @ts-expect-error -- no number of threads
  void (() => serve({ catalogue, module: '/handlers.js', workers: 'many' }));
});
