import { createSocket } from 'node:dgram';

/*
 * `beacon-program.ts <own address> <other addresses...>` sends increasing numbers to the other hosts by UDP. For each
 * message that it receives it prints the sender, the sender's number, and the last number that the sender has received
 * from this host.
 */

const port = 5_999;
const everyMs = 10;

const [own, ...others] = process.argv.slice(2);
const socket = createSocket('udp4');
const heardFrom = new Map<string, number>();
let number = 0;

function say(event: string, fields: object = {}): void {
  process.stderr.write(`${JSON.stringify({ event, ...fields })}\n`);
}

socket.on('message', (body, { address }) => {
  const spoken = JSON.parse(body.toString()) as { number: number; heard: Record<string, number> };
  heardFrom.set(address, spoken.number);
  say('heard', { from: address, number: spoken.number, ofMine: spoken.heard[own ?? ''] ?? 0 });
});

socket.bind(port, own, () => {
  say('ready');
  setInterval(() => {
    number += 1;
    const body = JSON.stringify({ number, heard: Object.fromEntries(heardFrom) });
    // Without a cable the host may be unable to send. The program continues.
    for (const other of others) socket.send(body, port, other, () => undefined);
  }, everyMs);
});

process.once('disconnect', () => process.exit(1));
