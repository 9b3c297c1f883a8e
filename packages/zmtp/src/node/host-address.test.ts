import type { LookupAddress } from 'node:dns';
import dns from 'node:dns';
import { isIP } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { freePort } from '@cateto/cluster';
import { addressesOf } from './host-address.ts';
import { host, openSubscriber, openXPublisher } from './ours.test-support.ts';
import { useFakeTimers } from './fake-timers.test-support.ts';

/**
 * A resolver that answers when the test says so. Unless told otherwise, its names have an IPv6 address too, as
 * `localhost` does on most machines.
 */
function slowNames(addresses: readonly string[] = ['::1', host]) {
  const answers: ((fault: Error | null) => void)[] = [];
  const asked: string[] = [];
  const all = addresses.map((address) => ({ address, family: isIP(address) }));
  const resolve = (name: string, ...[options, found]: unknown[]): void => {
    // Before it binds an address, Node looks it up without options.
    if (typeof options === 'function') return void options(null, name, isIP(name));
    const tell = found as (fault: Error | null, found: readonly LookupAddress[]) => void;
    if (isIP(name) > 0) return tell(null, [{ address: name, family: isIP(name) }]);
    asked.push(name);
    answers.push((fault) => tell(fault, fault === null ? all : []));
  };
  vi.spyOn(dns, 'lookup').mockImplementation(resolve);
  onTestFinished(() => void vi.restoreAllMocks());
  const answer = (fault: Error | null = null): void => answers.splice(0).forEach((one) => one(fault));
  return { asked, answer };
}

const fault = (code: string): Error => Object.assign(new Error(code), { code });

test('a name is looked up once, however many callers wait for it', async () => {
  const port = await freePort();
  await openXPublisher().socket.bind(host, port);
  const names = slowNames();
  const subscribers = [openSubscriber(), openSubscriber()];
  for (const { socket } of subscribers) socket.dial('broker.test', port);
  expect(names.asked).toEqual(['broker.test']);
  names.answer();
  for (const { log } of subscribers) await log.until((said) => said.includes('connected'));
});

test.each([
  ['is silent', () => undefined],
  ['fails', (names: ReturnType<typeof slowNames>) => names.answer(fault('EAI_AGAIN'))],
])('the last known address of a name is used while its name server %s', async (what, sayNothing) => {
  const name = `${what.replaceAll(' ', '-')}.test`;
  const port = await freePort();
  const names = slowNames();
  const { socket, log } = openSubscriber();
  socket.dial(name, port);
  names.answer();
  // No server listens yet, so it dials again and again.
  await vi.waitFor(() => expect(names.asked.length).toBeGreaterThan(1));
  await openXPublisher().socket.bind(host, port);
  sayNothing(names);
  await log.until((said) => said.includes('connected'));
});

test('the last known address of a name is dropped when the resolver reports that the name has none', () => {
  const names = slowNames();
  const found = vi.fn<(fault: Error | null, addresses: readonly string[]) => void>();
  addressesOf('gone.test', found);
  names.answer();
  expect(found).toHaveBeenLastCalledWith(null, [host, '::1']);
  addressesOf('gone.test', found);
  names.answer(fault('ENOTFOUND'));
  expect(found).toHaveBeenLastCalledWith(expect.objectContaining({ code: 'ENOTFOUND' }), expect.anything());
  // The fault is not kept either.
  addressesOf('gone.test', found);
  names.answer(fault('EAI_AGAIN'));
  expect(found).toHaveBeenLastCalledWith(expect.objectContaining({ code: 'EAI_AGAIN' }), expect.anything());
});

test('each caller is told once, by the resolver or by the last known address', () => {
  useFakeTimers(['setTimeout', 'clearTimeout']);
  const names = slowNames();
  const first = vi.fn<() => void>();
  addressesOf('once.test', first);
  names.answer();
  const [patient, impatient] = [vi.fn<() => void>(), vi.fn<() => void>()];
  addressesOf('once.test', patient);
  names.answer();
  addressesOf('once.test', impatient);
  vi.advanceTimersByTime(10_000);
  expect(impatient).toHaveBeenCalledTimes(1);
  names.answer();
  vi.advanceTimersByTime(10_000);
  for (const found of [first, patient, impatient]) expect(found).toHaveBeenCalledTimes(1);
});

test('an unknown name is a fault', async () => {
  const names = slowNames();
  const bound = openXPublisher().socket.bind('nobody.test', 1);
  names.answer(fault('ENOTFOUND'));
  await expect(bound).rejects.toThrow('ENOTFOUND');
});

test('a name is bound on the address that clients of the name dial', async () => {
  const port = await freePort();
  const names = slowNames();
  const publisher = openXPublisher();
  const bound = publisher.socket.bind('bound.test', port);
  names.answer();
  await bound;
  vi.restoreAllMocks();
  const { socket, log } = openSubscriber();
  socket.dial(host, port);
  await log.until((said) => said.includes('connected'));
});

test.each([
  ['only an IPv6 address', ['::1'], '::1'],
  ['an IPv4 address where no broker listens', ['127.0.0.1', '::1'], '::1'],
  ['an IPv6 address where no broker listens', ['::1', '127.0.0.1'], '127.0.0.1'],
])('a broker is found by a name that has %s', async (what, addresses, address) => {
  const port = await freePort();
  await openXPublisher().socket.bind(address, port);
  const names = slowNames(addresses);
  const { socket, log } = openSubscriber();
  socket.dial(`${what.replaceAll(' ', '-')}.test`, port);
  names.answer();
  await log.until((said) => said.includes('connected'));
});

test('a name that has only an IPv6 address is bound', async () => {
  const port = await freePort();
  const names = slowNames(['::1']);
  const bound = openXPublisher().socket.bind('six.test', port);
  names.answer();
  await bound;
  vi.restoreAllMocks();
  const { socket, log } = openSubscriber();
  socket.dial('::1', port);
  await log.until((said) => said.includes('connected'));
});

test.each(['::1', '[::1]'])('an IPv6 address is dialled and bound as %s', async (address) => {
  const port = await freePort();
  await openXPublisher().socket.bind(address, port);
  const { socket, log } = openSubscriber();
  socket.dial('[::1]', port);
  await log.until((said) => said.includes('connected'));
});
