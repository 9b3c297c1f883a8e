import { calculator } from '@cateto/contracts';
import type { EventsOptions, SystemEvents } from '@cateto/sdk';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { ConsoleClient, ConsoleOptions } from './open-console.ts';
import { openConsole } from './open-console.ts';

/* The web server with a client that has no bus. tests/src/e2e has consoles of real systems. */

async function opened(more: Partial<ConsoleOptions> = {}) {
  const page = mkdtempSync(join(tmpdir(), 'cateto-page-'));
  onTestFinished(() => rmSync(page, { recursive: true }));
  writeFileSync(join(page, 'index.html'), '<title>page</title>');
  let watches = 0;
  const read: EventsOptions[] = [];
  const end = async (): Promise<void> => void (watches -= 1);
  const client: ConsoleClient = {
    address: 'cccccccccccc',
    catalogue: calculator,
    call: () => Promise.reject(new Error('a fault')),
    status: async () => ({ degraded: true, missing: ['an active broker'], brokers: [], servers: [] }),
    watch() {
      watches += 1;
      return { close: end, [Symbol.asyncDispose]: end };
    },
    events(given = {}) {
      read.push(given);
      return eventStream(given);
    },
    close: async () => undefined,
  };
  const one = await openConsole({
    address: { host: '127.0.0.1', port: 0 },
    token: undefined,
    mayCall: true,
    page,
    connect: async () => client,
    ...more,
  });
  onTestFinished(() => one.close());
  return { ...one, watches: () => watches, read };
}

/** Events of a system in which nothing happens. */
function eventStream({ after = {} }: EventsOptions): SystemEvents {
  const done = { done: true, value: undefined } as const;
  let end: (result: typeof done) => void;
  const ended = new Promise<typeof done>((resolve) => (end = resolve));
  const stop = (): Promise<typeof done> => {
    end(done);
    return ended;
  };
  return {
    next: () => ended,
    return: stop,
    position: () => ({ ...after, history: (after['history'] ?? 0) + 1 }),
    missing: () => [],
    caughtUp: Promise.resolve(),
    [Symbol.asyncIterator]() {
      return this;
    },
    [Symbol.asyncDispose]: async () => void (await stop()),
  };
}

function post(url: string, path: string, body: string, more: Record<string, string> = {}): Promise<Response> {
  const headers = { 'content-type': 'application/json', origin: new URL(url).origin, ...more };
  return fetch(`${url}${path}`, { method: 'POST', headers, body });
}

test('messages and events are observed while a page is open, and no longer; the next page continues with the events', async () => {
  const { url, watches, read } = await opened();
  expect(watches()).toBe(0);
  const pages = [new AbortController(), new AbortController()];
  for (const { signal } of pages) await fetch(`${url}api/stream`, { signal });
  expect(watches()).toBe(1);
  pages[0]?.abort();
  await fetch(url);
  expect(watches()).toBe(1);
  pages[1]?.abort();
  await vi.waitUntil(() => watches() === 0);
  const again = new AbortController();
  await fetch(`${url}api/stream`, { signal: again.signal });
  expect([watches(), read]).toEqual([1, [{ after: {} }, { after: { history: 1 } }]]);
});

test('a page that shows only the playground lets the console observe nothing', async () => {
  const { url, watches, read } = await opened();
  await fetch(`${url}api/stream?observes=no`);
  expect([watches(), read]).toEqual([0, []]);
  await fetch(`${url}api/stream?observes=yes`);
  expect([watches(), read.length]).toEqual([1, 1]);
});

test('a page that opens another stream gets only what it has missed', async () => {
  const { url } = await opened();
  const first = await hear(`${url}api/stream`);
  const id = await first.until(/^id: (.*)$/m);
  const next = await hear(`${url}api/stream?after=${id}`);
  expect(await next.until(/^event: (.*)$/m)).not.toBe('welcome');
});

async function hear(url: string) {
  const ending = new AbortController();
  onTestFinished(() => ending.abort());
  const reader = (await fetch(url, { signal: ending.signal })).body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  return {
    async until(pattern: RegExp): Promise<string> {
      for (;;) {
        const found = pattern.exec(text)?.[1];
        if (found !== undefined) return found;
        const { value = '', done } = (await reader?.read()) ?? { done: true };
        if (done) throw new Error(`the stream ended without ${String(pattern)}`);
        text += value;
      }
    },
  };
}

test('a console ends although pages are open', async () => {
  const { url, close } = await opened();
  const stream = await fetch(`${url}api/stream`);
  await close();
  await expect(stream.text()).rejects.toThrow();
});

test('a console that only shows refuses calls, and every console refuses malformed calls', async () => {
  const shows = await opened({ mayCall: false });
  expect((await post(shows.url, 'api/call', '{}')).status).toBe(403);
  const { url } = await opened();
  expect((await post(url, 'api/call', 'null')).status).toBe(400);
  expect((await post(url, 'api/call', '{')).status).toBe(400);
  expect((await post(url, 'api/call', '{}', { 'content-type': 'text/plain' })).status).toBe(415);
  expect((await post(url, 'api/call', ' '.repeat(9_000_000))).status).toBe(413);
  expect((await post(url, 'api/processes/broker/kill', '{}')).status).toBe(404);
});

test('a fault of a call is an answer with its text, and the console goes on', async () => {
  const { url } = await opened();
  const answer = await post(url, 'api/call', '{"formula":"leg","operands":[5,3]}');
  expect([answer.status, await answer.json()]).toEqual([500, { problem: 'a fault' }]);
  expect((await fetch(url)).status).toBe(200);
});

test('a console that others can reach needs a token', async () => {
  await expect(opened({ address: { host: '0.0.0.0', port: 0 } })).rejects.toThrow('needs a token');
});

test('a taken port is named, and nothing stays open', async () => {
  const { url } = await opened();
  const port = Number(new URL(url).port);
  await expect(opened({ address: { host: '127.0.0.1', port } })).rejects.toThrow(
    `the console cannot listen on 127.0.0.1:${port}: `,
  );
});
