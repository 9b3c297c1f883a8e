import type { OnEvent } from '@cateto/bus';
import type { Handlers, ThreadPool } from '@cateto/bus/threads';
import { limits } from '@cateto/contracts';
import { checkCount } from './check-options.ts';
import { fromEnvironment } from './environment.ts';

export interface LoadedModule {
  /** Run in this thread. */
  readonly handlers: Handlers;
  readonly threads: ThreadPool | undefined;
}

/**
 * Loads a module of handlers here and in threads. Programs that give their handlers as objects do not load this file.
 *
 * @throws TypeError when the module is not a file or exports no handlers
 * @throws SettingFault for an invalid number of workers
 * @throws Error when the module cannot be loaded, here or in a thread if a number of workers is given
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
  // With a number of workers, every handler runs in threads, so the threads have to load. With `auto`, threads may
  // never be needed, so a failure to load them is not fatal.
  if (workers !== 'auto') await threads.start();
  return { handlers, threads };
}
