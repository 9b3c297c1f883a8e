import { textOf } from '@cateto/contracts';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/*
 * Tells systemd how far the process is (`Type=notify`), and that its event loop turns (`WatchdogSec=`). Node has no
 * datagram sockets of the kind that systemd listens on, so `systemd-notify` sends each message. The unit therefore has
 * `NotifyAccess=all`.
 */

/** The environment of the process. */
export type Variables = Readonly<Record<string, string | undefined>>;

export interface ServiceManager {
  /** The process drains, and ends. */
  stopping(): void;
}

export interface Told {
  notReady(): string | undefined;
  /** A message could not be sent. Called once for failures that follow each other. */
  failed(message: string): void;
}

/** How often the readiness is read. systemd shows the reason in `systemctl status`. */
const lookEveryMs = 250;
const sendMaxMs = 5_000;
const run = promisify(execFile);

/** Does nothing if systemd does not wait for messages. */
export function tellSystemd(variables: Variables, told: Told): ServiceManager {
  if ((variables['NOTIFY_SOCKET'] ?? '') === '') return { stopping: () => undefined };
  const sender = createSender(told);
  let isReady = false;
  let status: string | undefined;
  const looking = setInterval(look, lookEveryMs).unref();
  const watchdogMs = watchdogOf(variables);
  // The timer runs in the event loop, so a loop that is blocked sends nothing.
  if (watchdogMs !== undefined) setInterval(() => sender.inOrder('WATCHDOG=1'), watchdogMs / 2).unref();

  function look(): void {
    const why = told.notReady();
    const now = why ?? 'ready';
    if (now === status) return;
    status = now;
    if (why === undefined && !isReady) {
      isReady = true;
      sender.inOrder('READY=1', 'STATUS=ready');
    } else sender.inOrder(`STATUS=${now}`);
  }

  return {
    stopping() {
      clearInterval(looking);
      sender.now('STOPPING=1', 'STATUS=drains');
    },
  };
}

/** How soon systemd expects the next message; undefined when it expects none of this process. */
function watchdogOf(variables: Variables): number | undefined {
  const ms = Number(variables['WATCHDOG_USEC']) / 1_000;
  const pid = variables['WATCHDOG_PID'];
  const isThis = pid === undefined || Number(pid) === process.pid;
  return isThis && ms > 0 ? ms : undefined;
}

interface Sender {
  /** Messages are sent one after the other, so that they arrive in their order. */
  inOrder(...message: string[]): void;
  /** The process may end before earlier messages have been taken. */
  now(...message: string[]): void;
}

function createSender({ failed }: Told): Sender {
  let last: Promise<void> = Promise.resolve();
  let hasFailed = false;

  async function send(message: readonly string[]): Promise<void> {
    try {
      await run('systemd-notify', message, { timeout: sendMaxMs });
      hasFailed = false;
    } catch (error) {
      if (!hasFailed) failed(textOf(error));
      hasFailed = true;
    }
  }

  return {
    inOrder(...message) {
      last = last.then(() => send(message));
    },
    now: (...message) => void send(message),
  };
}
