import type { Handler } from '@cateto/contracts';
import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Handlers by the name of their operation, as a module exports them. */
export type Handlers = Readonly<Record<string, Handler>>;

/**
 * The file of a module of handlers. A thread has no folder to which a relative path could refer.
 *
 * @throws TypeError when it is neither a `file:` URL nor an absolute path
 */
export function moduleUrl(module: unknown): URL {
  const url = module instanceof URL ? module : typeof module === 'string' ? urlOf(module) : undefined;
  if (url?.protocol === 'file:') return url;
  const hint = "give new URL('./handlers.js', import.meta.url), or an absolute path";
  throw new TypeError(`module: ${JSON.stringify(module) ?? typeof module} is not a file: URL; ${hint}`);
}

function urlOf(text: string): URL | undefined {
  if (isAbsolute(text)) return pathToFileURL(text);
  return URL.canParse(text) ? new URL(text) : undefined;
}

/**
 * Loads a module that exports its handlers as `handlers`, or a function of this name that loads them.
 *
 * @throws TypeError when it has no such export
 */
export async function loadHandlers(module: URL): Promise<Handlers> {
  const loaded = (await import(module.href)) as { handlers?: unknown; default?: { handlers?: unknown } | null };
  // For a CommonJS module, Node may know only the default export.
  const given = loaded.handlers ?? loaded.default?.handlers;
  const handlers: unknown = typeof given === 'function' ? await (given as () => unknown)() : given;
  if (typeof handlers === 'object' && handlers !== null) return handlers as Handlers;
  throw new TypeError(`module: ${module.href} exports no handlers; write "export const handlers = { … }"`);
}
