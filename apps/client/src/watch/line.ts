import type { Paint } from '@cateto/app-kit';
import { oneLine } from '@cateto/app-kit';
import { visibleText } from '@cateto/contracts';
import type { ObservedAt } from '@cateto/sdk';

/** For people: time, topic, sender and recipient, then the fields of the message. */
export function watchLine({ at, topic, sender, to, id, trace, message }: ObservedAt, paint: Paint): string {
  const { seq: _inId, trace: _named, ...fields } = message;
  const named = Object.entries({ ...fields, ...(trace === undefined || trace === id ? {} : { trace }) });
  const texts = named.map(([name, value]) => oneLine(`${name}=${JSON.stringify(value)}`));
  const route = `${sender}→${to}`;
  return [paint.faint(clock(at)), topic, paint.faint(id === undefined ? route : `${route} ${id}`), ...texts].join(' ');
}

/** For programs. */
export function watchJson({ at, topic, to, sender, id, trace, message }: ObservedAt): string {
  return visibleText(JSON.stringify({ at, topic, to, sender, id, trace, message }));
}

/** The local time of day, to the millisecond. */
function clock(at: number): string {
  const date = new Date(at);
  const [hours, minutes, seconds] = [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => {
    return String(part).padStart(2, '0');
  });
  return `${hours}:${minutes}:${seconds}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}
