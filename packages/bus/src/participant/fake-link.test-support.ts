import { topicShape } from '@cateto/contracts';
import type { Link, LinkEvents, OpenLink, Platform } from '../link/link.ts';

/** A clock and turns that the test moves. */
export interface TestPlatform extends Platform {
  /** Lets time pass. Runs everything that becomes due in order, with every turn in between. */
  pass(ms: number): void;
  /** Runs this turn and the following ones, without letting time pass. */
  settle(): void;
  /** Runs this turn only. */
  turn(): void;
}

export function testPlatform(): TestPlatform {
  let nowMs = 0;
  let soon: (() => void)[] = [];
  let later: (() => void)[] = [];
  let timers: { readonly dueMs: number; readonly run: () => void }[] = [];
  let chance = 0.1;

  function settle(): void {
    while (soon.length > 0 || later.length > 0) {
      const [run] = soon.length > 0 ? soon.splice(0, 1) : later.splice(0, 1);
      run?.();
    }
  }

  return {
    process: { host: 'test-host', pid: 1 },
    nowMs: () => nowMs,
    wallMs: () => nowMs,
    random() {
      chance = (chance * 7.31 + 0.17) % 1;
      return chance;
    },
    after(delayMs, run) {
      const timer = { dueMs: nowMs + delayMs, run };
      timers.push(timer);
      return () => {
        timers = timers.filter((one) => one !== timer);
      };
    },
    soon: (run) => void soon.push(run),
    afterTurn: (run) => void later.push(run),
    settle,
    turn() {
      for (const run of [...soon.splice(0), ...later.splice(0)]) run();
    },
    pass(ms) {
      const untilMs = nowMs + ms;
      settle();
      for (;;) {
        const [next] = timers.toSorted((a, b) => a.dueMs - b.dueMs);
        if (next === undefined || next.dueMs > untilMs) break;
        timers = timers.filter((one) => one !== next);
        nowMs = Math.max(nowMs, next.dueMs);
        next.run();
        settle();
      }
      nowMs = untilMs;
    },
  };
}

/** A broker in memory. It forwards like a real one, and can lose messages that the test selects. */
export interface FakeBroker {
  readonly openLink: OpenLink;
  /** Becomes active: sends subscriptions, and last the marker, to every publisher. */
  activate(epoch: number): void;
  /** Withdraws everything, the marker first. */
  deactivate(): void;
  /** Selects the messages that are not delivered. */
  lose: (topic: string) => boolean;
  /** Delivers a body on a topic that no participant has sent. */
  inject(topic: string, body: Uint8Array): void;
  /** Every message that passed. */
  readonly passed: { readonly topic: string; readonly body: Uint8Array }[];
}

interface Member {
  readonly events: LinkEvents;
  readonly subscriptions: Set<string>;
  open: boolean;
}

export function fakeBroker(platform: TestPlatform): FakeBroker {
  const members = new Set<Member>();
  const passed: { topic: string; body: Uint8Array }[] = [];
  let marker: string | undefined;

  const forwarded = (prefix: string): boolean => topicShape(prefix)?.shape === 'request';

  function tell(topic: string, subscribed: boolean): void {
    for (const member of members) platform.soon(() => member.open && member.events.subscription(topic, subscribed));
  }

  function requestTopics(): string[] {
    return [...members].flatMap(({ subscriptions }) => [...subscriptions].filter(forwarded));
  }

  function deliver(topic: string, body: Uint8Array): void {
    passed.push({ topic, body });
    for (const member of members) {
      if (![...member.subscriptions].some((prefix) => topic.startsWith(prefix))) continue;
      platform.soon(() => member.open && member.events.message(topic, body));
    }
  }

  const broker: FakeBroker = {
    passed,
    lose: () => false,
    inject: deliver,
    openLink(events): Link {
      const member: Member = { events, subscriptions: new Set(), open: true };
      members.add(member);
      platform.soon(() => {
        events.reconnected();
        if (marker === undefined) return;
        for (const topic of [...requestTopics(), marker]) events.subscription(topic, true);
      });
      return {
        publish(topic, body) {
          if (marker !== undefined && !broker.lose(topic)) deliver(topic, body.slice());
        },
        subscribe(prefix) {
          member.subscriptions.add(prefix);
          if (marker !== undefined && forwarded(prefix)) tell(prefix, true);
        },
        unsubscribe(prefix) {
          member.subscriptions.delete(prefix);
          if (marker !== undefined && forwarded(prefix)) tell(prefix, false);
        },
        unsentBytes: () => 0,
        close() {
          member.open = false;
          members.delete(member);
          for (const prefix of member.subscriptions) if (marker !== undefined && forwarded(prefix)) tell(prefix, false);
          return Promise.resolve();
        },
      };
    },
    activate(epoch) {
      marker = `calc.broker.${epoch}.zzzzzzzzzzzz`;
      for (const topic of [...requestTopics(), marker]) tell(topic, true);
    },
    deactivate() {
      if (marker === undefined) return;
      for (const topic of [marker, ...requestTopics()]) tell(topic, false);
      marker = undefined;
    },
  };
  return broker;
}
