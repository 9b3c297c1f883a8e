import { isLoopback } from '@cateto/contracts';
import type { MiddlewareHandler } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { createHash, timingSafeEqual } from 'node:crypto';
import { hostname } from 'node:os';

/*
 * Decides which requests are served. A hostile page in the user's browser must neither read nor call anything through
 * the console, even if the name of that page resolves to this machine (DNS rebinding).
 */

export interface GuardOptions {
  /** The address that the console listens on. */
  readonly host: string;
  /** Undefined on loopback. */
  readonly token: string | undefined;
}

const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ');

const headers: Readonly<Record<string, string>> = {
  'content-security-policy': policy,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'x-frame-options': 'DENY',
};

export function guard({ host, token }: GuardOptions): MiddlewareHandler {
  const isToken = token === undefined ? () => true : sameText(token);

  return async (c, next) => {
    for (const [name, value] of Object.entries(headers)) c.header(name, value);
    c.header('cache-control', 'no-store');
    const { host: asked, name } = hostOf(c.req.header('host'));
    if (asked === undefined || !isServed(name, host)) {
      return c.text('The console does not answer under this name. Open the URL that it printed.\n', 403);
    }
    const origin = c.req.header('origin');
    if (origin !== undefined ? originHost(origin) !== asked : isForeign(c.req.header('sec-fetch-site'), c.req.method)) {
      return c.text('The console answers only its own page. Open the URL that it printed.\n', 403);
    }
    if (token !== undefined) {
      const given = c.req.query('token');
      if (given !== undefined && c.req.path === '/' && isToken(given)) {
        // The redirect keeps the token out of the address bar and the history. Scripts cannot read the cookie.
        setCookie(c, cookieOf(asked), given, { httpOnly: true, sameSite: 'Strict', path: '/' });
        return c.redirect('/', 303);
      }
      if (!isToken(getCookie(c, cookieOf(asked)) ?? '')) {
        return c.text('Open the console with the URL that it printed: it has the token.\n', 401);
      }
    }
    return next();
  };
}

interface AskedHost {
  /** With its port, as in an origin. */
  readonly host: string | undefined;
  readonly name: string;
}

function hostOf(header: string | undefined): AskedHost {
  const url = header === undefined ? undefined : urlOf(`http://${header}/`);
  // A header with a user or a path in it is not a host.
  if (url === undefined || url.host !== header?.toLowerCase().replace(/:80$/, '')) return { host: undefined, name: '' };
  return { host: url.host, name: url.hostname.replaceAll(/[[\]]/g, '') };
}

function originHost(origin: string): string | undefined {
  return urlOf(origin)?.host;
}

function urlOf(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}

/** Names can be made to resolve to any address. An address, this machine's own name and the configured one cannot. */
function isServed(name: string, listening: string): boolean {
  if (isLoopback(name)) return true;
  if (isLoopback(listening)) return false;
  return isNumeric(name) || name === listening.toLowerCase() || name === hostname().toLowerCase();
}

/** As a URL writes it: it turns every form of an IPv4 address into this one. */
function isNumeric(name: string): boolean {
  return name.includes(':') || /^\d{1,3}(?:\.\d{1,3}){3}$/.test(name);
}

/** A browser names the origin of a request. Other programs name none, and may only read. */
function isForeign(site: string | undefined, method: string): boolean {
  if (method !== 'GET' && method !== 'HEAD') return site !== 'same-origin';
  return site === 'cross-site' || site === 'same-site';
}

/** Cookies do not tell ports apart, and a machine may have several consoles. */
function cookieOf(host: string): string {
  return `cateto-console-${/:(\d+)$/.exec(host)?.[1] ?? '80'}`;
}

function sameText(expected: string): (given: string) => boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  const digested = digest(expected);
  return (given) => timingSafeEqual(digest(given), digested);
}
