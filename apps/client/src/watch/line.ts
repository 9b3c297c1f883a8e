import type { Paint } from '@cateto/app-kit';
import { oneLine } from '@cateto/app-kit';
import { jsonText, visibleText } from '@cateto/contracts';
import type { ObservedAt } from '@cateto/sdk';

/** For people: time, topic, sender and recipient, then the fields of the message. */
export function watchLine({ at, topic, sender, to, id, trace, traceId, message }: ObservedAt, paint: Paint): string {
  const { seq: _inId, trace: _named, ...fields } = message;
  const marks = { ...(trace === undefined || trace === id ? {} : { trace }), ...(traceId && { traceId }) };
  const named = Object.entries({ ...fields, ...marks });
  const texts = named.map(([name, value]) => oneLine(`${name}=${jsonText(value)}`));
  const route = `${sender}→${to}`;
  return [paint.faint(clock(at)), topic, paint.faint(id === undefined ? route : `${route} ${id}`), ...texts].join(' ');
}

/** For programs. */
export function watchJson({ at, topic, to, sender, id, trace, traceId, message }: ObservedAt): string {
  return visibleText(jsonText({ at, topic, to, sender, id, trace, traceId, message }));
}

/** The local time of day, to the millisecond. */
function clock(at: number): string {
  const date = new Date(at);
  const [hours, minutes, seconds] = [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => {
    return String(part).padStart(2, '0');
  });
  return `${hours}:${minutes}:${seconds}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}
