import { computed, effect } from '@preact/signals';
import type { StreamName } from '../shared/state.ts';
import { route } from './route.ts';
import { link, take } from './store.ts';

/** How long after a refusal the page tries again. A lost connection is retried by the browser itself. */
const againMs = 2_000;

/** The playground shows nothing of the system, so the console need not observe the system for it. */
const observes = computed(() => route.value.view !== 'playground');

/** Hears the server, for as long as the page is open. */
export function hearServer(): void {
  let last = '';
  effect(() => {
    const query = new URLSearchParams({ observes: observes.value ? 'yes' : 'no' });
    let source: EventSource;
    let waiting: ReturnType<typeof setTimeout> | undefined;
    const open = (): void => {
      if (last !== '') query.set('after', last);
      source = new EventSource(`api/stream?${query}`);
      for (const name of Object.keys(take) as StreamName[]) {
        source.addEventListener(name, (event: MessageEvent<string>) => {
          last = event.lastEventId;
          take[name](JSON.parse(event.data) as never);
        });
      }
      source.addEventListener('error', () => {
        link.value = 'lost';
        if (source.readyState !== EventSource.CLOSED) return;
        waiting = setTimeout(open, againMs);
      });
    };
    open();
    return () => {
      clearTimeout(waiting);
      source.close();
    };
  });
}
