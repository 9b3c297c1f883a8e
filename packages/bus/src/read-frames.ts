import type { Subscriber, XPublisher, XSubscriber } from 'zeromq';

/**
 * Hands over every message of a socket until it is closed. A receive is always pending, as it must be: an unread socket
 * can be collected and closes silently. A promise that `take` returns is waited for.
 */
export async function readFrames(
  socket: Subscriber | XPublisher | XSubscriber,
  take: (frames: readonly Buffer[]) => Promise<void> | undefined,
): Promise<void> {
  try {
    for await (const frames of socket) {
      if (socket.closed) return;
      const pause = take(frames);
      if (pause !== undefined) await pause;
      if (socket.closed) return;
    }
  } catch (error) {
    // The read that was under way when the socket was closed.
    if (!socket.closed) throw error;
  }
}
