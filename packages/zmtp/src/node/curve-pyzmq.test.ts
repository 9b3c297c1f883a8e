import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, onTestFinished, test } from 'vitest';
import { freePort } from '@cateto/cluster';
import { z85Decode, z85Encode } from '@cateto/contracts';
import { crypto } from '../curve/keys.test-support.ts';
import { curveClient, curveServer } from '../curve/mechanism.ts';
import { createEventLog } from './event-log.test-support.ts';
import { host, openSubscriber, openXPublisher } from './ours.test-support.ts';

/* Our sockets with pyzmq, whose zmq.auth makes the certificates and decides which clients may connect. */

const python = '/usr/bin/python3';
const missing = spawnSync(python, ['-c', 'import zmq, zmq.auth']).status !== 0;
if (missing) process.stderr.write('\nCURVE WITH PYZMQ IS NOT TESTED HERE: python3-zmq is missing.\n\n');

const certificates = `
import sys, zmq.auth
for name in ("server", "client", "stranger"):
    zmq.auth.create_certificates(sys.argv[1], name)
`;

const subscribing = `
import sys, zmq, zmq.auth
folder, port = sys.argv[1:]
public, secret = zmq.auth.load_certificate(folder + "/client.key_secret")
socket = zmq.Context().socket(zmq.SUB)
socket.curve_publickey, socket.curve_secretkey = public, secret
socket.curve_serverkey, _ = zmq.auth.load_certificate(folder + "/server.key")
socket.subscribe(b"a.")
socket.connect("tcp://127.0.0.1:" + port)
while True:
    topic, body = socket.recv_multipart()
    print(topic.decode() + ": " + body.decode(), flush=True)
`;

const publishing = `
import os, shutil, sys, zmq, zmq.auth
from zmq.auth.thread import ThreadAuthenticator
folder, port = sys.argv[1:]
listed = folder + "/listed"
os.mkdir(listed)
shutil.copy(folder + "/client.key", listed)
context = zmq.Context()
auth = ThreadAuthenticator(context)
auth.start()
auth.configure_curve(domain="*", location=listed)
socket = context.socket(zmq.XPUB)
socket.curve_publickey, socket.curve_secretkey = zmq.auth.load_certificate(folder + "/server.key_secret")
socket.curve_server = True
socket.bind("tcp://127.0.0.1:" + port)
print("bound", flush=True)
while True:
    subscription = socket.recv()
    print(subscription.decode("latin1"), flush=True)
    socket.send_multipart([b"a.1", b"body"])
`;

/** Certificates of a server, a client and a stranger. */
function makeCertificates() {
  const folder = mkdtempSync(join(tmpdir(), 'pyzmq-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  expect(spawnSync(python, ['-c', certificates, folder]).status).toBe(0);
  const keyIn = (text: string, name: string): Uint8Array =>
    z85Decode(new RegExp(`${name} = "(.{40})"`).exec(text)?.[1] ?? '') ?? new Uint8Array();
  const keyPair = (name: string) => {
    const text = readFileSync(join(folder, `${name}.key_secret`), 'utf8');
    return { publicKey: keyIn(text, 'public-key'), secretKey: keyIn(text, 'secret-key') };
  };
  return { folder, keyPair };
}

function startPython(program: string, ...given: readonly string[]) {
  const lines = createEventLog<string>();
  const started = spawn(python, ['-c', program, ...given], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void started.kill('SIGKILL'));
  createInterface({ input: started.stdout }).on('line', (line) => lines.add(line));
  return lines;
}

// In CI, missing packages fail the test: .ci/run installs them.
describe.skipIf(missing && process.env.CI === undefined)('pyzmq', () => {
  test('a SUB of pyzmq with a certificate of zmq.auth gets the messages of our XPUB', async () => {
    const { folder, keyPair } = makeCertificates();
    const asked: string[] = [];
    const authorize = (publicKey: Uint8Array): undefined => void asked.push(z85Encode(publicKey));
    const mechanism = curveServer({ crypto, keyPair: keyPair('server'), authorize });
    const { socket, log } = openXPublisher({ mechanism });
    const port = await freePort();
    await socket.bind(host, port);
    const heard = startPython(subscribing, folder, String(port));
    await log.until((said) => said.includes('+a.'));
    socket.send('a.1', Buffer.from('body'));
    await heard.until((lines) => lines.includes('a.1: body'));
    expect(asked).toEqual([z85Encode(keyPair('client').publicKey)]);
  });

  test('an XPUB of pyzmq with zmq.auth accepts our SUB by its certificate, and refuses a stranger', async () => {
    const { folder, keyPair } = makeCertificates();
    const port = await freePort();
    const heard = startPython(publishing, folder, String(port));
    await heard.until((lines) => lines.includes('bound'));
    const serverKey = keyPair('server').publicKey;
    const open = (name: string) => {
      const mechanism = curveClient({ crypto, keyPair: keyPair(name), serverKey });
      const opened = openSubscriber({ mechanism });
      opened.socket.subscribe('a.');
      opened.socket.dial(host, port);
      return opened.log;
    };
    const refused = open('stranger');
    await refused.until((said) => said.includes('dropped: the other side refuses the key: 400'));
    const accepted = open('client');
    await accepted.until((said) => said.includes('a.1: body'));
    await heard.until((lines) => lines.length === 2);
    expect(heard.all).toEqual(['bound', '\x01a.']);
  });
});
