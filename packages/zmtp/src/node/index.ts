/* TCP and DNS of Node for the sockets of this package. */
export { addressOf, familyOf, literalOf } from './host-address.ts';
export { nodeNetwork } from './network.ts';
