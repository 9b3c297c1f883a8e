import { Hono } from 'hono';
import { describe, expect, test } from 'vitest';
import { guard } from './guard.ts';

function guarded(host: string, token?: string) {
  const app = new Hono();
  app.use(guard({ host, token }));
  app.all('*', (c) => c.text('served'));
  return (path: string, headers: Record<string, string>, method = 'GET') =>
    app.request(`http://127.0.0.1:5570${path}`, { headers, method });
}

describe('a console on loopback', () => {
  const ask = guarded('127.0.0.1');

  test.each(['127.0.0.1:5570', 'localhost:5570', '[::1]:5570', 'localhost:9999'])(
    'serves a page that was opened as %s',
    async (host) => {
      expect((await ask('/', { host })).status).toBe(200);
    },
  );

  test.each(['evil.example', 'evil.example:5570', '127.0.0.1.evil.example:5570', '10.0.0.7:5570', 'a@127.0.0.1', ''])(
    'refuses the name %j, which may be of a stranger’s page',
    async (host) => {
      expect((await ask('/', { host })).status).toBe(403);
    },
  );

  test.each([
    ['another origin', { origin: 'https://evil.example' }],
    ['another port of this machine', { origin: 'http://127.0.0.1:8080' }],
    ['a sandboxed page', { origin: 'null' }],
    ['another site, without an origin', { 'sec-fetch-site': 'cross-site' }],
  ])('refuses requests of %s', async (_, headers) => {
    expect((await ask('/api/stream', { host: '127.0.0.1:5570', ...headers })).status).toBe(403);
  });

  test('a change needs to come from its own page', async () => {
    const host = '127.0.0.1:5570';
    expect((await ask('/api/call', { host }, 'POST')).status).toBe(403);
    expect((await ask('/api/call', { host, origin: 'http://127.0.0.1:5570' }, 'POST')).status).toBe(200);
  });

  test('every answer forbids scripts, styles and frames of others', async () => {
    const { headers } = await ask('/', { host: '127.0.0.1:5570' });
    expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self';/);
    expect(headers.get('content-security-policy')).not.toContain('unsafe');
    expect(headers.get('x-frame-options')).toBe('DENY');
  });
});

describe('a console on another address', () => {
  const token = 'abcdefghijklmnopqrstuvwxyz';
  const ask = guarded('0.0.0.0', token);
  const host = '10.0.0.7:5570';

  test('refuses pages without the token, and with a wrong one', async () => {
    expect((await ask('/', { host })).status).toBe(401);
    expect((await ask('/?token=wrong', { host })).status).toBe(401);
    expect((await ask('/api/stream', { host, cookie: 'cateto-console-5570=wrong' })).status).toBe(401);
    expect((await ask(`/api/stream?token=${token}`, { host })).status).toBe(401);
  });

  test('turns the token of its URL into a cookie that no script can read', async () => {
    const answer = await ask(`/?token=${token}`, { host });
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/']);
    const cookie = answer.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/; HttpOnly; SameSite=Strict$/);
    expect((await ask('/', { host, cookie: cookie.split(';')[0] ?? '' })).status).toBe(200);
  });

  test('refuses a name that a stranger could have pointed here, also with the token', async () => {
    expect((await ask('/', { host: 'evil.example', cookie: `cateto-console-80=${token}` })).status).toBe(403);
  });
});
