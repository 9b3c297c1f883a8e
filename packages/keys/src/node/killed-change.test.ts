import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { accessText } from '../access-list.ts';
import type { AccessFile } from '../access-schema.ts';
import { changeAccess, readAccessFile } from './key-files.ts';
import { newKeyPair } from './key-pair.ts';

/* Programs that change an access list all the time are killed: the list is whole at every moment, and afterwards. */

const program = fileURLToPath(new URL('killed-change.test-support.ts', import.meta.url));

test('whenever a program is killed while it changes the list, the list is the one before or the one after', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cateto-killed-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  await Promise.all(
    [0, 1].map(async (number) => {
      const file = join(folder, `${number}.json`);
      const kept = Array.from({ length: 500 }, (_, index) => ({
        name: `key-${index}`,
        publicKey: newKeyPair().publicKey,
        roles: ['client' as const],
      }));
      changeAccess(file, () => ({ keys: kept }));
      const child = spawn(
        process.execPath,
        ['--conditions=@cateto/source', '--import', import.meta.resolve('tsx'), program, file],
        { stdio: ['ignore', 'pipe', 'inherit'] },
      );
      const ended = once(child, 'close');
      onTestFinished(() => void child.kill('SIGKILL'));
      // Until the program is killed, at any moment of a change, the list is read all the time.
      let changes = 0;
      child.stdout.on('data', (dots: Buffer) => void (changes += dots.length));
      const half: string[] = [];
      while (changes < 5 + 10 * number) {
        await new Promise((resolve) => void setImmediate(resolve));
        for (let reads = 0; reads < 20; reads += 1) {
          const text = readFileSync(file, 'utf8');
          if (!text.startsWith('{') || !text.endsWith('}\n')) half.push(text.slice(-20));
        }
      }
      child.kill('SIGKILL');
      await ended;
      expect(half).toEqual([]);
      const left: AccessFile = readAccessFile(file);
      expect(left.keys.slice(0, kept.length)).toEqual(kept);
      expect(left.keys.length - kept.length).toBeLessThanOrEqual(1);
      expect(readFileSync(file, 'utf8')).toBe(accessText(left));
    }),
  );
});
