/* TCP and DNS of Node, and the cryptography of libsodium, for the sockets of this package. */
export { loadCurveCrypto } from './curve-crypto.ts';
export { addressesOf, isIPv6, literalOf } from './host-address.ts';
export { nodeNetwork } from './network.ts';
export { joinTicks } from './ticker.ts';
