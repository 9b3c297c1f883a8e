import process from 'node:process';

/** The options that `peer.mjs` passed to this process. */
export const opts = JSON.parse(process.env.PEER_OPTS ?? '{}');

/** Tells the bench that this server listens. It ends with the bench. */
export function ready() {
  process.on('disconnect', () => process.exit(0));
  process.send('ready');
}

/** The servers of a system, in the form that the bench starts. */
export function servers(count, file, theirs) {
  return Array.from({ length: count }, (_, index) => ({ name: `server-${index}`, node: file, opts: theirs }));
}
