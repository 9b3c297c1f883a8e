import type { HandlerContext } from '@cateto/contracts';
import { expect, test } from 'vitest';
import { testPlatform } from '../participant/fake-link.test-support.ts';
import type { BusEvent } from '../participant/events.ts';
import type { RequestContext } from './request-context.ts';
import { createHandlerContexts } from './handler-contexts.ts';
import type { Component, Participant } from '../participant/participant.ts';

/** The contexts of a participant that ticks on time. */
function setUp() {
  const platform = testPlatform();
  const components: Component[] = [];
  let disarm = (): void => undefined;
  function rearm(): void {
    disarm();
    const dueMs = components[0]?.deadlineMs?.();
    if (dueMs === undefined) return;
    disarm = platform.after(Math.max(0, dueMs - platform.nowMs()), () => {
      components[0]?.tick?.();
      rearm();
    });
  }
  const participant = {
    platform,
    attach: (component: Component) => void components.push(component),
    rearm,
  } satisfies Partial<Participant>;
  const events: BusEvent[] = [];
  const contexts = createHandlerContexts(participant as unknown as Participant, (event) => void events.push(event));
  const opener = contexts.opener('square');
  const open = (deadlineMs: number): RequestContext =>
    opener({ sender: 'k3f0q9x2m1zd', seq: 267, deadlineMs, work: {} });
  return { platform, events, contexts, open, dueMs: () => components[0]?.deadlineMs?.() };
}

const nameOf = ({ signal }: HandlerContext): unknown => (signal.reason as Error | undefined)?.name;

test('each signal aborts at its own deadline, like AbortSignal.timeout', () => {
  const { platform, open } = setUp();
  const [later, sooner] = [open(200), open(100)];
  const heard: string[] = [];
  later.signal.addEventListener('abort', () => heard.push(`later at ${platform.nowMs()}`));
  sooner.signal.addEventListener('abort', () => heard.push(`sooner at ${platform.nowMs()}`));
  platform.pass(99);
  expect([sooner.signal.aborted, sooner.leftMs]).toEqual([false, 1]);
  platform.pass(500);
  expect(heard).toEqual(['sooner at 100', 'later at 200']);
  expect([nameOf(sooner), sooner.deadlineMs, sooner.leftMs]).toEqual(['TimeoutError', 100, -499]);
});

test('a handler that does not use its signal costs no entry and no timer', () => {
  const { dueMs, open } = setUp();
  const { leftMs, deadlineMs } = open(100);
  expect([leftMs, deadlineMs, dueMs()]).toEqual([100, 100, undefined]);
});

test('the signal of a settled handler does not abort, even if it is first used afterwards', () => {
  const { platform, contexts, dueMs, open } = setUp();
  const [settled, curious] = [open(100), open(100)];
  const { signal } = settled;
  contexts.end(settled);
  contexts.end(curious);
  const asked = curious.signal;
  expect(dueMs()).toBeUndefined();
  platform.pass(1_000);
  expect([signal.aborted, asked.aborted]).toEqual([false, false]);
});

test('a signal that is first used after the deadline has aborted', () => {
  const { platform, open } = setUp();
  const context = open(100);
  platform.pass(100);
  expect([context.signal.aborted, nameOf(context)]).toEqual([true, 'TimeoutError']);
});

test('when the server closes, every signal aborts, also one that is used later', () => {
  const { contexts, open } = setUp();
  const [asked, later] = [open(100), open(100)];
  const { signal } = asked;
  contexts.close();
  expect([signal.aborted, nameOf(asked), nameOf(later)]).toEqual([true, 'AbortError', 'AbortError']);
});

test('handlers that settle while an earlier one hangs leave no entry behind', () => {
  const { platform, contexts, dueMs, open } = setUp();
  const hanging = open(1);
  expect(hanging.signal.aborted).toBe(false);
  for (let more = 0; more < 5_000; more += 1) {
    const context = open(10_000);
    expect(context.signal.aborted).toBe(false);
    contexts.end(context);
  }
  platform.pass(1);
  expect([hanging.signal.aborted, dueMs() ?? 10_000]).toEqual([true, 10_000]);
});

test('a handler logs under the id of its request, with a text of bounded length', () => {
  const { events, open } = setUp();
  const { id, log } = open(100);
  log('halfway');
  log(Symbol('odd') as never);
  log('x'.repeat(100_000));
  const line = { event: 'handler-log', name: 'square', id: 'k3f0q9x2m1zd-7f' };
  expect(events.slice(0, 2)).toEqual([
    { ...line, message: 'halfway' },
    { ...line, message: 'Symbol(odd)' },
  ]);
  expect([id, (events[2] as { readonly message: string }).message.length]).toEqual([line.id, 8_192]);
});

test('a cancelled request aborts the signal of its handler, also one that is first used afterwards', () => {
  const { platform, open } = setUp();
  const [asked, later, elsewhere] = [open(100), open(100), open(100)];
  const { signal } = asked;
  let told = 0;
  elsewhere.onCancel = () => (told += 1);
  for (const context of [asked, later, elsewhere, elsewhere]) context.cancel();
  expect([signal.aborted, nameOf(asked), nameOf(later), told]).toEqual([true, 'AbortError', 'AbortError', 1]);
  expect([asked.isOver, later.isOver, open(100).isOver]).toEqual([true, true, false]);
  platform.pass(1_000);
  expect(nameOf(asked)).toBe('AbortError');
});

test('cancelling a request whose handler has settled aborts nothing', () => {
  const { contexts, open } = setUp();
  const context = open(100);
  const { signal } = context;
  contexts.end(context);
  context.cancel();
  expect([signal.aborted, context.isOver]).toEqual([false, false]);
});
