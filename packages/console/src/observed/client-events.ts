import { eventLevel, eventText } from '@cateto/app-kit';
import type { Catalogue } from '@cateto/contracts';
import type { ClientBase, SystemEvent as BusEvent, SystemEvents } from '@cateto/sdk';
import { bounded } from '../server/bounded.ts';
import type { SystemEvent } from '../shared/state.ts';
import type { EventSource } from './event-source.ts';
import type { Names } from './names.ts';

/*
 * The events that the processes keep, as `cateto events` prints them. A reader asks each process twice a second, so the
 * console has one only while a page is open. The next one continues where the last one ended, so that the pages also
 * get what happened while none was open.
 */

export function clientEvents(client: Pick<ClientBase<Catalogue>, 'events'>, names: Names): EventSource {
  let after: ReturnType<SystemEvents['position']> = {};
  return {
    start(onEvent) {
      const events = client.events({ after });
      const read = (async () => {
        for await (const event of events) onEvent(systemEvent(event, names));
      })();
      return {
        async close() {
          after = events.position();
          await events.return();
          await read;
        },
      };
    },
  };
}

function systemEvent({ at, process, event, fields }: BusEvent, names: Names): SystemEvent {
  const { address: sender, role, rank, pid } = process;
  if (role === 'broker') names.call(sender, `${rank ?? 'unknown'} broker`);
  else names.learn([{ address: sender, role, pid }]);
  const address = fields['address'];
  const named = typeof address === 'string' ? { ...fields, address: names.of(address) } : fields;
  const epoch = fields['epoch'];
  return {
    atMs: at,
    process: names.of(sender),
    event: bounded(event, 64),
    level: eventLevel(event),
    text: bounded(eventText(named), 400),
    epoch: typeof epoch === 'number' ? epoch : undefined,
  };
}
