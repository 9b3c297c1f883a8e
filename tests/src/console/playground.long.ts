import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { freeBrokers } from '@cateto/cluster';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { consoleProgram } from '../support/console.ts';
import { documentPicture, expectAccessible, looks, openBrowser, openPage, picture } from './browser.ts';

/*
 * The playground in a browser. It needs no system: the console of these tests finds none. Pictures are in
 * tests/.reports/console. `playground-failover-*` answer what happened after the active broker was killed under load:
 *
 * - what happened, when, and who is active now: "Last failover", and the cards of the two brokers
 * - how long nobody was answered, and whether anything was lost: the same two sentences
 * - in which order: the figure and the list of events
 */

let browser: Browser;

beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());

async function consoleUrl(): Promise<string> {
  return (await consoleProgram('console', '--listen', '127.0.0.1:0', '--brokers', await freeBrokers())).url;
}

const scene = (page: Page, index: number) =>
  page.getByRole('list', { name: 'The three scenes' }).getByRole('listitem').nth(index);

async function play(page: Page, index: number): Promise<void> {
  await scene(page, index).getByRole('button').click();
  await scene(page, index).getByText('17.69180601295413').waitFor();
}

/** The texts of the sequence diagram. */
function figure(page: Page): Promise<readonly string[]> {
  return page.locator('.diagram svg text').allTextContents();
}

test.each(looks)(
  'the three scenes are played and drawn as the figures of the paper, and a failover under load is explained: %s',
  async (name, look) => {
    const url = await consoleUrl();
    const { page, complaints } = await openPage(browser, `${url}#/playground/7`, look);
    await play(page, 0);
    await page.getByRole('button', { name: 'Pause' }).click();
    expect(await page.locator('.diagram .arrow').count()).toBe(14);
    await expectAccessible(page);
    await picture(page, `playground-${name}`);

    await play(page, 1);
    await scene(page, 1).getByText('leg 1 squared by the calc-server').waitFor();
    expect(await figure(page)).toContain('computes lane 1 itself');

    await scene(page, 2).getByRole('button').click();
    await page.getByText('becomes active, epoch 2').waitFor();
    await page.locator('.flying.request').first().waitFor();
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByText('Paused.').waitFor();
    await expectAccessible(page);
    await picture(page, `playground-scene-${name}`);
    if (name === 'light') await documentPicture(page, '.stage', 'playground');
    await page.getByRole('button', { name: 'Play', exact: true }).click();
    await scene(page, 2).getByText('17.69180601295413').waitFor();
    await page.getByText('None was lost').waitFor();
    if (name === 'light') await documentPicture(page, '.diagram svg', 'figure-26');

    // Under load: what happened, when, how long nobody was answered, whether anything was lost, and who is active.
    await page.getByRole('button', { name: 'Begin anew' }).click();
    await page.getByLabel('Speed').selectOption('100');
    await page.getByLabel('Requests by itself').selectOption('100');
    await page.getByText(/^1\d\d of 1\d\d requests answered/).waitFor();
    await page.getByRole('button', { name: 'Kill primary broker' }).click();
    await page.getByText(/The longest time without an answer was/).waitFor();
    await page.getByText(/^2\d\d of 2\d\d requests answered/).waitFor();
    await page.getByLabel('Requests by itself').selectOption('0');
    await page.getByText('None was lost').waitFor();
    await expectAccessible(page);
    await picture(page, `playground-failover-${name}`);
    expect(complaints).toEqual([]);
  },
);

test('processes and links are used by keyboard alone, and a paused simulation says in words what is on its links', async () => {
  const { page } = await openPage(browser, `${await consoleUrl()}#/playground/3`);
  const link = page.getByRole('button', { name: 'Cut the link between the client and the primary broker' });
  await link.focus();
  await page.keyboard.press('Enter');
  await page.locator('.wire.cut').waitFor();
  await page.getByRole('button', { name: 'Ask for hypotenuse(12, 13)', exact: true }).focus();
  await page.keyboard.press('Enter');
  await page.locator('.flying.waits').first().waitFor();
  await page.getByRole('button', { name: 'Pause' }).focus();
  await page.keyboard.press('Enter');
  await page.getByText('leg 1: 12 waits on its way from the client to the primary broker').waitFor();
  await link.focus();
  await page.keyboard.press(' ');
  await expect.poll(() => page.locator('.wire.cut').count()).toBe(0);
  await page.getByRole('button', { name: 'Step' }).focus();
  for (let steps = 0; steps < 100 && (await page.getByText('1 of 1 request answered').count()) === 0; steps += 1)
    await page.keyboard.press('Enter');
  await page.getByText('1 of 1 request answered').waitFor();
  await page.getByRole('button', { name: 'Stop calc-server' }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Resume calc-server' }).waitFor();
});

test('the seed in the address repeats a course of events', async () => {
  const url = await consoleUrl();
  async function course(seed: number): Promise<readonly string[]> {
    const { page } = await openPage(browser, `${url}#/playground/${seed}`);
    await play(page, 2);
    await page.getByText('None was lost').waitFor();
    const texts = await figure(page);
    await page.close();
    return texts;
  }
  const [first, again, other] = [await course(7), await course(7), await course(8)];
  expect(again).toEqual(first);
  expect(other).not.toEqual(first);
  const { page } = await openPage(browser, `${url}#/playground/7`);
  await page.getByLabel('Seed').fill('8');
  await page.getByRole('button', { name: 'Begin anew' }).click();
  await expect.poll(() => page.url()).toBe(`${url}#/playground/8`);
  await play(page, 2);
  await page.getByText('None was lost').waitFor();
  expect(await figure(page)).toEqual(other);
});

test('the script of the playground is loaded only with its view, and the other views take less than 100 kB', async () => {
  const { page, loaded } = await openPage(browser, await consoleUrl());
  await page.getByText('Live').waitFor();
  const scripts = (): readonly string[] => loaded.filter((url) => url.endsWith('.js'));
  const before = scripts();
  const sizes = await Promise.all(
    before.map(async (url) => gzipSync(Buffer.from(await (await fetch(url)).arrayBuffer())).length),
  );
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(100_000);
  expect(before.join(' ')).not.toMatch(/playground|worker/);
  await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: 'Playground' }).click();
  await page.getByText('Virtual time').waitFor();
  expect(scripts().join(' ')).toMatch(/playground/);
  // The console observes a system only for pages that show it.
  const streams = (): string[] => loaded.flatMap((url) => /api\/stream\?observes=(\w+)/.exec(url)?.[1] ?? []);
  await expect.poll(streams).toEqual(['yes', 'no']);
  await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: 'Timeline' }).click();
  await expect.poll(streams).toEqual(['yes', 'no', 'yes']);
});

const consolePackage = fileURLToPath(new URL('../../../packages/console/', import.meta.url));
const types: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

/** A web server that knows nothing but files, below a folder of its own. */
async function serveFiles(folder: string): Promise<string> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://files');
    const name = pathname === '/docs/play/' ? 'index.html' : pathname.replace('/docs/play/', '');
    const file = join(folder, name);
    if (!pathname.startsWith('/docs/play/') || !existsSync(file)) return void response.writeHead(404).end();
    response.writeHead(200, { 'content-type': types[extname(file)] ?? 'text/plain' }).end(readFileSync(file));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/docs/play/`;
}

test('the exported site plays the scenes from any folder of a web server, without a console', async () => {
  execFileSync('node', ['node_modules/vite/bin/vite.js', 'build', '--mode', 'site'], { cwd: consolePackage });
  const url = await serveFiles(join(consolePackage, 'dist/site'));
  const { page, complaints, loaded } = await openPage(browser, `${url}#/playground/7`);
  await play(page, 0);
  await expectAccessible(page);
  await picture(page, 'site');
  expect(complaints).toEqual([]);
  expect(loaded.filter((one) => !one.startsWith(url))).toEqual([]);
});
