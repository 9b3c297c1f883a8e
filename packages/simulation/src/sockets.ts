import type { BrokerSockets, ParticipantSockets, Probe } from '@cateto/bus';
import { createZmtpSockets } from '@cateto/bus';
import type { BrokerEndpoint } from '@cateto/contracts';
import type { Network } from '@cateto/zmtp';
import type { Chance } from './chance.ts';
import type { Clock } from './clock.ts';
import type { EventLoop } from './event-loop.ts';
import { createThreadLoop, mainLoop } from './event-loop.ts';
import { libzmqPeerHeartbeat, libzmqRequests } from './libzmq.ts';
import type { SimulatedProcess } from './process.ts';
import { createTcp } from './tcp.ts';
import type { Wire } from './wire.ts';

/* The sockets of a process on the simulated wire: the real ones, and models of libzmq's. */

export interface SocketParts {
  readonly process: SimulatedProcess;
  readonly clock: Clock;
  readonly wire: Wire;
  readonly chance: Chance;
  /** Of libzmq's queue of requests. */
  readonly highWaterMark: number;
}

/** The same as for the heartbeat socket: a late beat is worthless. */
const heartbeatMark = 4;

export function simulatedSockets(parts: SocketParts): ParticipantSockets & BrokerSockets {
  const { process, clock, wire, chance, highWaterMark } = parts;
  const main = mainLoop(process);
  const thread = createThreadLoop(process, clock);
  const tcp = (loop: EventLoop, kept = {}): Network => createTcp({ process, loop, wire, chance, ...kept });
  /** Sockets of libzmq that have the kernel's keepalive. */
  const beatsParts = () => ({
    process,
    network: tcp(thread, { keptAlive: true, highWaterMark: heartbeatMark }),
    onDropped: wire.countDropped,
  });
  // Everything that was sent in a turn leaves at its end.
  const flushing = { participant: process.platform.soon, broker: process.platform.soon };

  /** Each socket dials for itself. */
  const zmtp = () => createZmtpSockets(tcp(main), flushing);

  return {
    connectXPublisher: (...given) => zmtp().connectXPublisher(...given),
    connectSubscriber: (...given) => zmtp().connectSubscriber(...given),
    connectBeats: (...given) => zmtp().connectBeats(...given),
    openXSubscriber: (...given) => zmtp().openXSubscriber(...given),
    openXPublisher: (...given) => zmtp().openXPublisher(...given),
    connectRequests: (...given) =>
      libzmqRequests({ process, network: tcp(thread), onDropped: wire.countDropped }, highWaterMark)(...given),
    openHeartbeat: (...given) => zmtp().openHeartbeat(...given),
    connectHeartbeat: (...given) => libzmqPeerHeartbeat(beatsParts())(...given),
    probePeer: ({ host, heartbeatPort }: BrokerEndpoint, closing) =>
      new Promise<Probe>((resolve) => {
        closing.addEventListener('abort', () => resolve('unknown'));
        wire.probe(process, { host, port: heartbeatPort }, resolve);
      }),
    watchConnections: () => () => undefined,
  };
}
