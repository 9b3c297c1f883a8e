import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { removeLeftovers } from './lock-file.ts';
import type { HeldLock } from './lock.ts';
import { takeLock } from './lock.ts';
import { hasEnded, thisProcess } from './lock-owner.ts';

let folder = '';
let files = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'calc-lock-'));
});
afterAll(async () => rm(folder, { recursive: true }));

function lockPath(): string {
  files += 1;
  return join(folder, `${files}.lock`);
}

/** The id of a process that has ended. */
function endedPid(): number {
  return spawnSync(process.execPath, ['-e', '']).pid;
}

function deadLock(token = '0badc0de'): string {
  return JSON.stringify({ ...thisProcess(), pid: endedPid(), token });
}

describe('a lock', () => {
  test('only one process has a lock, and the next one gets it after the release', async () => {
    const path = lockPath();
    const held = await takeLock(path);
    await expect(takeLock(path)).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining(`another batch writes there: process ${process.pid} on `) as string,
    });
    await held.release();
    await (await takeLock(path)).release();
    expect((await readdir(folder)).filter((name) => name.startsWith(`${files}.`))).toEqual([]);
  });

  test('a lock contains host, process and start time', async () => {
    const path = lockPath();
    const held = await takeLock(path);
    expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject(thisProcess());
    await held.release();
  });

  test('the lock of a process that has ended is taken over', async () => {
    const path = lockPath();
    await writeFile(path, deadLock());
    const held = await takeLock(path);
    expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({ pid: process.pid });
    await held.release();
    expect((await readdir(folder)).filter((name) => name.startsWith(`${files}.`))).toEqual([]);
  });

  test('exactly one of many processes takes over the lock of an ended process', async () => {
    for (let round = 0; round < 20; round += 1) {
      const path = lockPath();
      await writeFile(path, deadLock());
      const takers = await Promise.allSettled(Array.from({ length: 8 }, () => takeLock(path)));
      const had = takers.filter((taker): taker is PromiseFulfilledResult<HeldLock> => taker.status === 'fulfilled');
      expect(had).toHaveLength(1);
      await had[0]?.value.release();
      expect((await readdir(folder)).filter((name) => name.startsWith(`${files}.`))).toEqual([]);
    }
  });

  test('a lock is taken over even if an earlier process died while it took it over', async () => {
    const path = lockPath();
    await writeFile(path, deadLock('00000001'));
    await writeFile(`${path}.00000001`, deadLock('00000002'));
    await (await takeLock(path)).release();
    expect((await readdir(folder)).filter((name) => name.startsWith(`${files}.`))).toEqual([]);
  });

  test.each([
    ['of another host', () => ({ ...thisProcess(), host: 'elsewhere', pid: endedPid(), token: '00000000' })],
    [
      'of another space of processes',
      () => ({ ...thisProcess(), space: 'pid:[1]', pid: endedPid(), token: '00000000' }),
    ],
    ['that is not to be read', () => 'nothing'],
    ['with a token that is a path', () => ({ ...thisProcess(), pid: endedPid(), token: '/../../x' })],
  ])('a lock %s is not taken over, because its owner cannot be checked', async (_what, lock) => {
    const path = lockPath();
    const text = JSON.stringify(lock());
    await writeFile(path, text);
    await expect(takeLock(path)).rejects.toMatchObject({ exitCode: 2 });
    expect(await readFile(path, 'utf8')).toBe(text);
  });

  test('taking a lock removes files that killed processes left, and no other files', async () => {
    const path = lockPath();
    const torn = `${path}.00000005.new`;
    const live = `${path}.00000003.new`;
    const text = `${path}.00000007.new`;
    const unread = [`${path}.00000004`, `${path}.00000006.new`, `${path}.x.new`];
    const dead = [`${path}.0badc0de.new`, `${path}.00000001`, `${path}.00000001.00000002.new`];
    for (const file of [...dead, `${path}.txt`]) await writeFile(file, deadLock());
    for (const file of [...unread, torn]) await writeFile(file, '');
    await writeFile(text, 'of somebody else\n');
    for (const file of [torn, text]) await utimes(file, 0, 0);
    await writeFile(live, JSON.stringify({ ...thisProcess(), token: '00000003' }));
    await removeLeftovers(path);
    expect((await readdir(folder)).filter((name) => name.startsWith(`${files}.`)).toSorted()).toEqual(
      [live, text, ...unread, `${path}.txt`].map((file) => basename(file)).toSorted(),
    );
  });

  test('releasing a lock leaves it alone if another process has it by now', async () => {
    const path = lockPath();
    const held = await takeLock(path);
    await rm(path);
    const other = await takeLock(path);
    await held.release();
    expect(await readFile(path, 'utf8')).toContain(String(process.pid));
    await other.release();
  });
});

describe('a process', () => {
  test('a running process has not ended', () => {
    expect(hasEnded(thisProcess())).toBe(false);
  });

  test('a killed process has ended, even before its parent has noticed', async () => {
    // The shell turns into a program that never waits for its children.
    const parent = spawn('sh', ['-c', 'sleep 60 & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(parent.stdout, 'data')) as [Buffer];
    const pid = Number(line.toString());
    const started = { ...thisProcess(), pid, started: '' };
    expect(hasEnded(started)).toBe(false);
    process.kill(pid, 'SIGKILL');
    await expect.poll(() => hasEnded(started), { timeout: 10_000 }).toBe(true);
    parent.kill('SIGKILL');
    await once(parent, 'exit');
  });

  test('a process whose id belongs to another process has ended', () => {
    expect(hasEnded({ ...thisProcess(), started: '1' })).toBe(true);
  });
});
