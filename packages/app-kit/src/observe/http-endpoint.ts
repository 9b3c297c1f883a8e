import { formatHttpAddress, textOf } from '@cateto/contracts';
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { EndpointOptions } from './endpoint-settings.ts';
import type { Exposition } from './exposition.ts';

/*
 * The HTTP endpoint of a process. It runs in the event loop of the process, so an answer proves that the loop turns. A
 * client of it can make the process neither slow nor large: connections, times and sizes are bounded.
 */

/** The facts that the endpoint tells. */
export interface Observed {
  /** Why the process does not do its work at this moment; undefined when it does. */
  notReady(): string | undefined;
  /** The numbers of the process, in Prometheus' text format. */
  readonly exposition: Exposition;
  /** Connections cannot be accepted. Called at most every ten seconds. */
  connectionsRefused(cause: string): void;
}

export interface Endpoint {
  /** `http://127.0.0.1:9464`, with the port that was bound. */
  readonly url: string;
}

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Above it, the connection that has been idle for longest is closed, so that a new one is served. */
const connectionsMax = 64;
const headerBytesMax = 8_192;
/** How long a client may take to send a request, and how long an answer may remain unread. */
const slowMs = 5_000;
/** Longer than the usual time between two scrapes, so that a connection is used again. */
const keepAliveMs = 75_000;
const checkMs = 1_000;
const refusedEveryMs = 10_000;

/**
 * Opens the endpoint.
 *
 * @throws Error that names the address when it cannot be bound
 */
export async function openEndpoint({ address, token }: EndpointOptions, observed: Observed): Promise<Endpoint> {
  const isAllowed = tokenCheck(token);
  const server = createServer(
    { maxHeaderSize: headerBytesMax, connectionsCheckingInterval: checkMs },
    (request, response) =>
      void answerTo(request, isAllowed(request), observed)
        // Numbers that cannot be read must not end a process that does its work. Prometheus reports the scrape as failed.
        .catch((error: unknown): Answer => ({ status: 500, body: textOf(error) }))
        .then((answer) => send(request, response, answer)),
  );
  server.headersTimeout = slowMs;
  server.requestTimeout = slowMs;
  server.timeout = slowMs;
  server.keepAliveTimeout = keepAliveMs;
  boundConnections(server);
  await listen(server, address);
  reportRefused(server, observed);
  // The endpoint alone does not keep a process running.
  server.unref();
  const { port } = server.address() as AddressInfo;
  return { url: `http://${formatHttpAddress({ host: address.host, port })}` };
}

async function answerTo(request: IncomingMessage, allowed: boolean, observed: Observed): Promise<Answer> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return { status: 405, body: 'use GET or HEAD', headers: { allow: 'GET, HEAD' } };
  }
  const path = request.url?.split('?', 1)[0];
  switch (path) {
    case '/livez':
    case '/healthz':
      return { status: 200, body: 'live' };
    case '/readyz':
      return readiness(observed.notReady(), allowed);
    case '/metrics':
      if (!allowed) return { status: 401, body: 'give the token', headers: { 'www-authenticate': 'Bearer' } };
      return { status: 200, body: await observed.exposition.text(), type: observed.exposition.type };
    default:
      return { status: 404, body: 'there are /metrics, /livez, /readyz and /healthz' };
  }
}

/** Without the token, a caller learns no reason. */
function readiness(why: string | undefined, allowed: boolean): Answer {
  if (why === undefined) return { status: 200, body: 'ready' };
  return { status: 503, body: allowed ? why : 'not ready' };
}

function send(request: IncomingMessage, response: ServerResponse, { status, body, type, headers }: Answer): void {
  const bytes = Buffer.from(type === undefined ? `${body}\n` : body);
  response.writeHead(status, {
    'content-type': type ?? 'text/plain; charset=utf-8',
    'content-length': bytes.length,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...headers,
  });
  response.end(request.method === 'HEAD' ? undefined : bytes);
}

function tokenCheck(token: string | undefined): (request: IncomingMessage) => boolean {
  if (token === undefined) return () => true;
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  const expected = digest(`Bearer ${token}`);
  return ({ headers }) => timingSafeEqual(digest(headers.authorization ?? ''), expected);
}

/** Many connections are no reason to refuse a new one: the others are idle or slow. */
function boundConnections(server: Server): void {
  /** The one that was used last is at the end. */
  const open = new Set<Socket>();
  server.on('connection', (socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    const [idlest] = open;
    if (open.size > connectionsMax) idlest?.destroy();
  });
  server.on('request', ({ socket }) => {
    if (open.delete(socket)) open.add(socket);
  });
}

/** An error after the bind is one of `accept`: there are no file handles left. */
function reportRefused(server: Server, observed: Observed): void {
  let reportedMs = Number.NEGATIVE_INFINITY;
  server.on('error', ({ message }) => {
    const nowMs = performance.now();
    if (nowMs - reportedMs < refusedEveryMs) return;
    reportedMs = nowMs;
    observed.connectionsRefused(message);
  });
}

function listen(server: Server, { host, port }: EndpointOptions['address']): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => {
      reject(
        new Error(`cannot answer HTTP on ${formatHttpAddress({ host, port })}: ${error.message}`, { cause: error }),
      );
    };
    server.once('error', fail);
    server.listen({ host: host.replaceAll(/[[\]]/g, ''), port }, () => {
      server.off('error', fail);
      resolve();
    });
  });
}
