import { textOf } from '@cateto/contracts';
import type { Context } from 'hono';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { bounded } from './bounded.ts';
import type { CallAnswer, CallRequest } from './calls.ts';
import type { GuardOptions } from './guard.ts';
import { guard } from './guard.ts';
import type { PageFile, PageFiles } from './page-files.ts';
import type { RequestDetail } from '../shared/request.ts';

/* The paths of the console. */

export interface AppParts extends GuardOptions {
  readonly page: PageFiles;
  readonly mayCall: boolean;
  stream(c: Context): Response;
  request(id: string): RequestDetail | undefined;
  catalogue(): object;
  call(request: CallRequest): Promise<CallAnswer>;
  /** Undefined when the console does not own the processes. */
  readonly processes: ProcessActions | undefined;
}

export interface ProcessActions {
  /** @returns why it could not be done; undefined when it was */
  act(name: string, action: string): Promise<string | undefined>;
}

/** A value has at most a frame on the bus; a call has up to eight. */
const bodyBytesMax = 8_388_608;
const yearSeconds = 31_536_000;

export function createApp(parts: AppParts): Hono {
  const { page, mayCall } = parts;
  const app = new Hono();
  app.use(guard(parts));

  app.get('/', (c) => file(c, page.get('/index.html')));
  app.get('/assets/*', (c) => file(c, page.get(c.req.path)));
  app.get('/THIRD-PARTY-LICENSES.txt', (c) => file(c, page.get(c.req.path)));

  app.get('/api/stream', (c) => parts.stream(c));
  app.get('/api/catalogue', (c) => c.json(parts.catalogue()));
  app.get('/api/requests/:id', (c) => {
    const found = parts.request(c.req.param('id'));
    return found === undefined ? c.json({ problem: 'The console no longer has this request.' }, 404) : c.json(found);
  });

  app.use(
    '/api/*',
    bodyLimit({ maxSize: bodyBytesMax, onError: (c) => c.json({ problem: 'The request is too large.' }, 413) }),
  );
  app.use('/api/*', async (c, next) => {
    // A form of another site can send other types without being asked.
    if (!/^application\/json(?:;|$)/.test(c.req.header('content-type') ?? '')) {
      return c.json({ problem: 'Send application/json.' }, 415);
    }
    if (!mayCall) return c.json({ problem: 'This console only shows. Start it with --allow-calls to use it.' }, 403);
    return next();
  });
  app.post('/api/call', async (c) => {
    const request = await readJson(c);
    return typeof request !== 'object' || request === null
      ? c.json({ problem: 'The request is not a JSON object.' }, 400)
      : c.json(await parts.call(request as CallRequest));
  });
  app.post('/api/processes/:name/:action', async (c) => {
    const { name, action } = c.req.param();
    if (parts.processes === undefined)
      return c.json({ problem: 'This console cannot end processes. Start one with cluster --console.' }, 404);
    const problem = await parts.processes.act(name, action);
    return problem === undefined ? c.json({}) : c.json({ problem }, 409);
  });
  app.onError((error, c) => c.json({ problem: bounded(textOf(error)) }, 500));
  app.notFound((c) => c.text('This path does not exist. The page of the console is at /\n', 404));
  return app;
}

async function readJson(c: Context): Promise<unknown> {
  try {
    return await c.req.json();
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function file(c: Context, found: PageFile | undefined): Response | Promise<Response> {
  if (found === undefined) return c.notFound();
  const { type, bytes, gzipped, isHashed } = found;
  const zips = /\bgzip\b/.test(c.req.header('accept-encoding') ?? '');
  c.header('content-type', type);
  c.header('vary', 'accept-encoding');
  if (isHashed) c.header('cache-control', `private, max-age=${yearSeconds}, immutable`);
  if (zips) c.header('content-encoding', 'gzip');
  return c.body(zips ? gzipped : bytes);
}
