import { encodedBytes } from '../msgpack/value-size.ts';
import { z } from '../schemas/zod.ts';
import {
  clockMsMax,
  eventFieldsMax,
  eventListMax,
  eventsOfReplyBytesMax,
  eventsOfReplyMax,
  eventTextMax,
} from './limits.ts';
import type { MessageOf } from './message-layout.ts';
import { messageLayout } from './message-layout.ts';

/*
 * The messages with which an observer reads the events that a process keeps (docs/wire.md, "Events").
 */

/** New at each start of a process, like an address. */
const HistoryId = z.string().regex(/^[a-z0-9]{12}$/);

/** Asks for the events after a position, or for those of a time. */
export const eventsRequestLayout = messageLayout({
  seq: z.int().min(1),
  history: HistoryId.meta({ description: 'The history to which `after` belongs.' }).optional(),
  after: z
    .int()
    .min(0)
    .meta({ description: 'The number of the last event that is known; counts only with the `history` of that process' })
    .optional(),
  agoMs: z
    .number()
    .min(0)
    .meta({ description: 'Only events that happened at most so many milliseconds ago; counts only without `after`.' })
    .optional(),
});

/** A number, a text, a yes or no, or a list of texts. */
const EventField = z.union([
  z.string().max(eventTextMax + 1),
  z.number(),
  z.boolean(),
  z.array(z.string().max(eventTextMax + 1)).max(eventListMax),
]);

/** In milliseconds since 1970, by the clock of a host. */
const ClockMs = z.number().min(0).max(clockMsMax);

/** An event as a process keeps it. */
export const KeptEvent = z.object({
  /** Counts the events of the process, from 1. A missing number is an event that is no longer kept. */
  n: z.int().min(1),
  /** By the clock of the process's host. */
  atMs: ClockMs,
  event: z.string().max(64),
  fields: z
    .record(z.string().max(64), EventField)
    .refine((fields) => Object.keys(fields).length <= eventFieldsMax, 'too many fields'),
});
export type KeptEvent = z.output<typeof KeptEvent>;

/** The bytes of the events, and of the head of the list. */
const pageBytesMax = eventsOfReplyBytesMax + 5;

/** The process that keeps the events. */
export const EventsProcess = z.object({
  role: z.enum(['broker', 'op-server', 'calc-server']),
  /** Of a broker. */
  rank: z.enum(['primary', 'backup']).optional(),
  host: z.string().max(255),
  pid: z.int(),
});
export type EventsProcess = z.output<typeof EventsProcess>;

/** The answer: a page of the events of one process, the oldest first. */
export const EventsReport = z.object({
  process: EventsProcess,
  history: HistoryId,
  /** The process's clock when it answered. */
  clockMs: ClockMs,
  /** The number of the event before the first one that was asked for. */
  after: z.int().min(0),
  /** The number of the last event. If it is not on this page, there is another page. */
  last: z.int().min(0),
  events: z
    .array(KeptEvent)
    .max(eventsOfReplyMax)
    .refine((events) => encodedBytes(events) <= pageBytesMax, 'too many bytes'),
});
export type EventsReport = z.output<typeof EventsReport>;

export type EventsRequestMessage = MessageOf<typeof eventsRequestLayout>;

export interface EventsSuccess {
  readonly seq: number;
  readonly code: 0;
  readonly value: EventsReport;
  readonly fallbacks: readonly never[];
}
