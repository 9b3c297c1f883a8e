/* Participants on Node, with sockets on TCP. */
export { hearBrokers } from './hear-brokers.ts';
export { inNextTurn } from './next-turn.ts';
export { nodePlatform } from './platform.ts';
export type { DialKeys } from '../link/zeromq/keys.ts';
export { prepareDialKeys } from '../link/zeromq/keys.ts';
export { zeromqLink } from '../link/zeromq/zeromq-link.ts';
