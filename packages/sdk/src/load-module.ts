import type { OnEvent } from '@cateto/bus';
import type { Handlers, ThreadPool } from '@cateto/bus/threads';
import { limits } from '@cateto/contracts';
import { checkCount } from './check-options.ts';
import { fromEnvironment } from './environment.ts';

export interface LoadedModule {
  /** In this thread. */
  readonly handlers: Handlers;
  readonly threads: ThreadPool | undefined;
}

/**
 * Loads a module of handlers, and threads that load it too. A program without one loads nothing of this.
 *
 * @throws TypeError when it is no address, or exports no handlers
 * @throws SettingFault for a number of workers that is none
 * @throws Error when it cannot be loaded, here or in a thread that was asked for by number
 */
export async function loadModule(
  module: string | URL,
  given: number | 'auto' | undefined,
  onEvent: OnEvent,
): Promise<LoadedModule> {
  const { loadHandlers, moduleThreads, moduleUrl } = await import('@cateto/bus/threads');
  const workers = given ?? fromEnvironment('workers') ?? 'auto';
  if (workers !== 'auto') checkCount('workers', workers, 0, limits.workersMax);
  const url = moduleUrl(module);
  const handlers = await loadHandlers(url);
  if (workers === 0) return { handlers, threads: undefined };
  const threads = moduleThreads(url, { workers, onEvent });
  // Every handler would run in them; if they are never needed, nothing is lost when they cannot.
  if (workers !== 'auto') await threads.start();
  return { handlers, threads };
}
