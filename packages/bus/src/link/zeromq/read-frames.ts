import type { Subscriber } from 'zeromq';

/**
 * Hands over every message of a socket until it is closed. A receive is always pending, as it must be: an unread socket
 * can be collected and closes silently.
 */
export async function readFrames(socket: Subscriber, take: (frames: readonly Buffer[]) => void): Promise<void> {
  try {
    for await (const frames of socket) {
      if (socket.closed) return;
      take(frames);
      if (socket.closed) return;
    }
  } catch (error) {
    // The read that was under way when the socket was closed.
    if (!socket.closed) throw error;
  }
}
