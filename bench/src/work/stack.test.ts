import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openStack } from './stack.ts';

function setUp(program: string) {
  const folder = mkdtempSync(join(tmpdir(), 'cateto-stack-'));
  const node = join(folder, 'program.mjs');
  writeFileSync(node, program);
  const stack = openStack({});
  onTestFinished(async () => {
    await stack.stop();
    rmSync(folder, { recursive: true });
  });
  return { stack, node };
}

test('a process that reports that it is ready runs until it is killed, and can be restarted', async () => {
  const { stack, node } = setUp("process.on('message', () => undefined); process.send('ready');");
  const first = await stack.start({ name: 'server-0', node });
  expect(first.child.exitCode).toBeNull();
  await stack.kill('server-0');
  expect(first.child.signalCode).toBe('SIGKILL');
  const again = await stack.start({ name: 'server-0', node });
  expect(again.pid).not.toBe(first.pid);
  await stack.stop();
  expect(again.child.signalCode).toBe('SIGKILL');
});

test('a process that ends before it is ready is reported with its exit code or signal', async () => {
  const { stack, node } = setUp('process.exit(3);');
  await expect(stack.start({ name: 'server-1', node })).rejects.toThrow('server-1 ended (3) before it was ready');
});

test('a command that is not installed is reported by name', async () => {
  const { stack } = setUp('');
  const missing = { name: 'broker-0', cmd: ['no-such-broker'], port: 1 };
  await expect(stack.start(missing)).rejects.toThrow(/^broker-0 could not be started: no-such-broker is not installed/);
});
