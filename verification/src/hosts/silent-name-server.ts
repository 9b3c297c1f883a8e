import { createSocket } from 'node:dgram';

/* A name server that receives every question and answers none. */

const domainPort = 53;

const socket = createSocket('udp4');
let questions = 0;

function say(event: string, fields: object = {}): void {
  process.stderr.write(`${JSON.stringify({ event, ...fields })}\n`);
}

socket.on('message', () => {
  questions += 1;
  say('asked', { questions });
});
socket.bind(domainPort, '127.0.0.1', () => say('ready'));

process.once('disconnect', () => process.exit(1));
