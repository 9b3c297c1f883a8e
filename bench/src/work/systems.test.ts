import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { benchFolder } from '../programs.ts';
import { serverCount } from './loads.ts';
import { loadCateto, loadPeer, peerNames } from './systems.ts';

const layout = { servers: serverCount, threads: 0, concurrency: 16, timeoutMs: 60_000, ports: [1, 2, 3, 4, 5, 6] };
const peerFile = (name: string): string => join(benchFolder, 'peers', name, 'peer.mjs');

test('Cateto is measured with both brokers and as many servers as its peers', async () => {
  const { work } = await loadCateto();
  const { specs } = work.stack(layout);
  expect(specs.map(({ name }) => name)).toEqual(['broker-0', 'broker-1', 'server-0', 'server-1']);
});

test.each(peerNames)(
  'the system %s has a server that can be killed, or no server outside of its client',
  async (name) => {
    const { work } = await loadPeer(peerFile(name));
    const servers = work.stack(layout).specs.filter((spec) => spec.name.startsWith('server-'));
    expect(servers).toHaveLength(work.inClient === true ? 0 : serverCount);
  },
);

test('a missing file, and a peer without this suite, are refused with their path', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cateto-peer-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  await expect(loadPeer(join(folder, 'peer.mjs'))).rejects.toThrow(`there is no ${join(folder, 'peer.mjs')}`);
  writeFileSync(join(folder, 'peer.mjs'), "export default { title: 'another' };");
  await expect(loadPeer(join(folder, 'peer.mjs'))).rejects.toThrow(/peer\.mjs has no `work`/);
});
