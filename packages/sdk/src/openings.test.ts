import type { Link, OpenLink } from '@cateto/bus';
import { nodePlatform } from '@cateto/bus/node';
import type { Catalogue, HandlersOf } from '@cateto/contracts';
import { expect, test } from 'vitest';
import { createClient } from './create-client.ts';
import { createService } from './create-service.ts';
import { catalogue, formulas, handlers } from './double.test-support.ts';
import { simulate } from './testing/simulate.ts';

/* When an opening fails halfway, everything that was opened is closed. */

const fault = new Error('no handles');

interface Links {
  readonly openLink: OpenLink;
  /** How many opened links are not closed. */
  open(): number;
}

/** Links whose subscriptions fail from the n-th on, or whose opening fails from the n-th on. */
function links({ subscriptions = Infinity, opened = Infinity }: { subscriptions?: number; opened?: number }): Links {
  let subscribed = 0;
  let begun = 0;
  const live = new Set<Link>();
  return {
    openLink() {
      begun += 1;
      if (begun > opened) throw fault;
      const link: Link = {
        publish: () => undefined,
        unsentBytes: () => 0,
        subscribe() {
          subscribed += 1;
          if (subscribed > subscriptions) throw fault;
        },
        unsubscribe: () => undefined,
        close: async () => void live.delete(link),
      };
      live.add(link);
      return link;
    },
    open: () => live.size,
  };
}

const common = { catalogue: catalogue as Catalogue, platform: nodePlatform, onEvent: undefined };
const served = { ...common, operationTimeoutMs: 1_000, handlers: handlers as HandlersOf<Catalogue>, formulas };

test.each([0, 1, 2])('a client whose subscription %i fails leaves no link open', (subscriptions) => {
  const { openLink, open } = links({ subscriptions });
  const client = { ...common, timeoutMs: 1_000, brokers: 2, hearBrokers: () => Promise.resolve([]), openLink };
  expect(() => createClient(client)).toThrow(fault);
  expect(open()).toBe(0);
});

test.each([0, 1, 2, 5])('a service whose subscription %i fails leaves no link open', (subscriptions) => {
  const { openLink, open } = links({ subscriptions });
  expect(() => createService({ ...served, openLink })).toThrow(fault);
  expect(open()).toBe(0);
});

test('a service whose second server cannot be opened leaves the first one closed', () => {
  const { openLink, open } = links({ opened: 1 });
  expect(() => createService({ ...served, openLink })).toThrow(fault);
  expect(open()).toBe(0);
});

test('a watch whose subscription fails leaves no link open', async () => {
  const { openLink, open } = links({ subscriptions: 4 });
  const client = createClient({
    ...common,
    timeoutMs: 1_000,
    brokers: 2,
    hearBrokers: () => Promise.resolve([]),
    openLink,
  });
  expect(open()).toBe(1);
  expect(() => client.watch(() => undefined)).toThrow(fault);
  expect(open()).toBe(1);
  await client.close();
  expect(open()).toBe(0);
});

test('a lane or an operation that is named twice is served once', async () => {
  const network = simulate();
  const service = network.serve({ catalogue, handlers, lanes: [1, 1, 2], operations: ['double', 'double'] });
  expect(await service.ready).toBe(true);
  const client = network.connect({ catalogue });
  expect((await client.status()).servers.map(({ serves }) => serves)).toEqual([['double.1', 'double.2']]);
});

test('a host is free again when a process could not be started on it', async () => {
  const network = simulate();
  expect(() => network.serve({ catalogue, handlers: {} as typeof handlers, host: 'one' })).toThrow('no handler');
  expect(() => network.connect({ catalogue: {} as typeof catalogue, host: 'one' })).toThrow('defineCatalogue');
  const service = network.serve({ catalogue, handlers, host: 'one' });
  expect(await service.ready).toBe(true);
});

test('options that are undefined count as not given', async () => {
  const network = simulate({
    seed: undefined,
    delayMs: undefined,
    lateShare: undefined,
    highWaterMark: undefined,
    brokers: undefined,
  });
  const optional = { operations: undefined, lanes: undefined, operationTimeoutMs: undefined, onEvent: undefined };
  const service = network.serve({ catalogue, handlers, formulas, host: undefined, ...optional });
  expect(await service.ready).toBe(true);
  const client = network.connect({ catalogue, host: undefined, timeoutMs: undefined, onEvent: undefined });
  const { value } = await client.twice(2, { timeoutMs: undefined, signal: undefined, trace: undefined });
  expect(value).toBe(4);
  expect((await client.status({ waitMs: undefined })).degraded).toBe(false);
});
