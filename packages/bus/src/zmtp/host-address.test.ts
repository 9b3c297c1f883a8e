import dns from 'node:dns';
import { isIP } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { freePort } from '../relay/brokers.test-support.ts';
import { host, openSubscriber, openXPublisher } from './ours.test-support.ts';

/** Names that mean an IPv6 address to who takes any, as `localhost` does on most machines; answered when the test says so. */
function slowNames() {
  const answers: (() => void)[] = [];
  const asked: string[] = [];
  const resolve = (name: string, ...[options, found]: unknown[]): void => {
    const family = typeof options === 'object' ? (options as { family?: number }).family : 0;
    const tell = (found ?? options) as (fault: null, address: string, family: number) => void;
    // A server asks for the address of an address too.
    if (isIP(name) > 0) return tell(null, name, isIP(name));
    asked.push(name);
    answers.push(() => (family === 4 ? tell(null, host, 4) : tell(null, '::1', 6)));
  };
  vi.spyOn(dns, 'lookup').mockImplementation(resolve);
  onTestFinished(() => void vi.restoreAllMocks());
  return { asked, answer: () => answers.splice(0).forEach((one) => one()) };
}

test('a name is asked for once, however many wait for it', async () => {
  const port = await freePort();
  await openXPublisher().socket.bind(host, port);
  const names = slowNames();
  const subscribers = [openSubscriber(), openSubscriber()];
  for (const { socket } of subscribers) socket.dial('broker.test', port);
  expect(names.asked).toEqual(['broker.test']);
  names.answer();
  for (const { log } of subscribers) await log.until((said) => said.includes('connected'));
});

test('a name is bound where those who dial it look for it', async () => {
  const port = await freePort();
  const names = slowNames();
  const publisher = openXPublisher();
  const bound = publisher.socket.bind('broker.test', port);
  names.answer();
  await bound;
  vi.restoreAllMocks();
  const { socket, log } = openSubscriber();
  socket.dial(host, port);
  await log.until((said) => said.includes('connected'));
});

test.each(['::1', '[::1]'])('an IPv6 address is dialled and bound as %s', async (address) => {
  const port = await freePort();
  await openXPublisher().socket.bind(address, port);
  const { socket, log } = openSubscriber();
  socket.dial('[::1]', port);
  await log.until((said) => said.includes('connected'));
});
