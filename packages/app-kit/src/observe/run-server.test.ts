import { expect, test } from 'vitest';
import { tinyServers } from '../tiny-server.test-support.ts';

const tinyServer = tinyServers();

/* The endpoint of a real process. */

const args = ['--http', '127.0.0.1:0'];

async function urlOf(server: ReturnType<typeof tinyServer>): Promise<string> {
  const { url } = JSON.parse(await server.said('"http-listening"')) as { readonly url: string };
  return url;
}

async function readiness(url: string): Promise<readonly [number, string]> {
  const response = await fetch(`${url}/readyz`);
  return [response.status, await response.text()];
}

test('a process answers from before its start to its end, and says how far it is', async () => {
  const server = tinyServer({
    start: `onEvent({ event: 'starting' }); await once(process, 'SIGUSR2');`,
    notReady: `return globalThis.why;`,
    before: `process.on('SIGUSR1', () => { globalThis.why = 'no broker'; process.stderr.write('lost\\n'); });
      process.on('SIGUSR2', () => undefined);`,
    drain: `await new Promise(() => {});`,
    args,
  });
  const url = await urlOf(server);
  await server.said('"starting"');
  expect(await readiness(url)).toEqual([503, 'the process starts\n']);
  server.child.kill('SIGUSR2');
  await server.said('"ready"');
  expect(await readiness(url)).toEqual([200, 'ready\n']);
  server.child.kill('SIGUSR1');
  await server.said('lost');
  expect(await readiness(url)).toEqual([503, 'no broker\n']);
  server.child.kill('SIGTERM');
  await server.said('"draining"');
  expect(await readiness(url)).toEqual([503, 'the process ends\n']);
});

test('the endpoint does not keep a process running, also while a client is connected', async () => {
  const server = tinyServer({ args });
  const url = await urlOf(server);
  await server.said('"ready"');
  await readiness(url);
  server.child.kill('SIGTERM');
  expect((await server.ended()).how).toBe(0);
});

test('a server whose HTTP port is taken does not start, and says why in one line', async () => {
  const first = tinyServer({ args });
  const { host } = new URL(await urlOf(first));
  const { how, lines } = await tinyServer({ args: ['--http', host] }).ended();
  expect(how).toBe(1);
  expect(lines).toEqual([expect.stringMatching(`^tiny: cannot answer HTTP on ${host}: listen EADDRINUSE`)]);
});

test('a server without --http opens no endpoint', async () => {
  const server = tinyServer({});
  await server.said('"ready"');
  server.child.kill('SIGTERM');
  expect((await server.ended()).lines.join()).not.toContain('http');
});
