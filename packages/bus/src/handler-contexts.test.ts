import type { HandlerContext } from '@cateto/contracts';
import { expect, test } from 'vitest';
import { testPlatform } from './fake-link.test-support.ts';
import { createHandlerContexts } from './handler-contexts.ts';
import type { Half, Participant } from './participant.ts';

/** Contexts of a participant that ticks when it should. */
function setUp() {
  const platform = testPlatform();
  const halves: Half[] = [];
  let disarm = (): void => undefined;
  function rearm(): void {
    disarm();
    const dueMs = halves[0]?.deadlineMs?.();
    if (dueMs === undefined) return;
    disarm = platform.after(Math.max(0, dueMs - platform.nowMs()), () => {
      halves[0]?.tick?.();
      rearm();
    });
  }
  const participant = {
    platform,
    attach: (half: Half) => void halves.push(half),
    rearm,
  } satisfies Partial<Participant>;
  const contexts = createHandlerContexts(participant as unknown as Participant);
  return { platform, contexts, dueMs: () => halves[0]?.deadlineMs?.() };
}

const nameOf = ({ signal }: HandlerContext): unknown => (signal.reason as Error | undefined)?.name;

test('a signal aborts at the deadline as AbortSignal.timeout does, each at its own', () => {
  const { platform, contexts } = setUp();
  const [later, sooner] = [contexts.open(200), contexts.open(100)];
  const heard: string[] = [];
  later.signal.addEventListener('abort', () => heard.push(`later at ${platform.nowMs()}`));
  sooner.signal.addEventListener('abort', () => heard.push(`sooner at ${platform.nowMs()}`));
  platform.pass(99);
  expect([sooner.signal.aborted, sooner.leftMs]).toEqual([false, 1]);
  platform.pass(500);
  expect(heard).toEqual(['sooner at 100', 'later at 200']);
  expect([nameOf(sooner), sooner.deadlineMs, sooner.leftMs]).toEqual(['TimeoutError', 100, -499]);
});

test('a handler that asks for no signal costs no entry and no timer', () => {
  const { contexts, dueMs } = setUp();
  const { leftMs, deadlineMs } = contexts.open(100);
  expect([leftMs, deadlineMs, dueMs()]).toEqual([100, 100, undefined]);
});

test('the signal of a handler that has settled aborts no more, also when it is first asked for then', () => {
  const { platform, contexts, dueMs } = setUp();
  const [settled, curious] = [contexts.open(100), contexts.open(100)];
  const { signal } = settled;
  contexts.end(settled);
  contexts.end(curious);
  const asked = curious.signal;
  expect(dueMs()).toBeUndefined();
  platform.pass(1_000);
  expect([signal.aborted, asked.aborted]).toEqual([false, false]);
});

test('a signal that is first asked for after the deadline has aborted', () => {
  const { platform, contexts } = setUp();
  const context = contexts.open(100);
  platform.pass(100);
  expect([context.signal.aborted, nameOf(context)]).toEqual([true, 'TimeoutError']);
});

test('when the server closes every signal aborts, those that are asked for later too', () => {
  const { contexts } = setUp();
  const [asked, later] = [contexts.open(100), contexts.open(100)];
  const { signal } = asked;
  contexts.close();
  expect([signal.aborted, nameOf(asked), nameOf(later)]).toEqual([true, 'AbortError', 'AbortError']);
});

test('handlers that settle behind one that hangs leave nothing behind', () => {
  const { platform, contexts, dueMs } = setUp();
  const hanging = contexts.open(1);
  expect(hanging.signal.aborted).toBe(false);
  for (let more = 0; more < 5_000; more += 1) {
    const context = contexts.open(10_000);
    expect(context.signal.aborted).toBe(false);
    contexts.end(context);
  }
  platform.pass(1);
  expect([hanging.signal.aborted, dueMs() ?? 10_000]).toEqual([true, 10_000]);
});
