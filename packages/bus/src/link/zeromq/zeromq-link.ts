import type { BrokerEndpoint } from '@cateto/contracts';
import type { OpenLink } from '../link.ts';
import { participantLink } from '../participant-link.ts';
import { participantSockets } from './sockets.ts';

/** The link of a participant on real sockets. */
export const zeromqLink = (brokers: readonly BrokerEndpoint[]): OpenLink =>
  participantLink(participantSockets, brokers);
