import { freeBrokers } from '@cateto/cluster';
import { openConsole, pageFolder } from '@cateto/console';
import type { Client } from '@cateto/sdk';
import { connect, safe, serve } from '@cateto/sdk';
import type { Calculator } from '@cateto/contracts';
import { calculator, defineCatalogue, failure, formula, formulaCode, operation } from '@cateto/contracts';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { consoleProgram } from '../support/console.ts';
import { clientOf, system } from '../support/system.ts';
import { documentPicture, expectAccessible, looks, openBrowser, openPage, picture, writeReport } from './browser.ts';

/* The console in a browser, against real systems. It writes pictures into tests/.reports/console. */

let browser: Browser;

beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());

async function clusterWithConsole() {
  const brokers = await freeBrokers();
  const program = await consoleProgram('cluster', '--console', '127.0.0.1:0', '--brokers', brokers);
  const client = await clientOf({ brokers });
  return { ...program, client };
}

/** Some twenty requests a second, some of which fail, until the test ends. */
function load(client: Client<Calculator>): void {
  let count = 0;
  const timer = setInterval(() => {
    count += 1;
    const trace = count % 3 === 0 ? undefined : (true as const);
    if (count % 13 === 0) void safe(client.leg(count + 20, 20, { trace }));
    else void safe(client.hypotenuse(count % 40, (count * 7) % 30, { trace }));
  }, 50);
  onTestFinished(() => clearInterval(timer));
}

async function show(page: Page, view: string): Promise<void> {
  await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: view }).click();
  await page.getByRole('heading', { level: 1, name: view }).waitFor({ state: 'attached' });
}

test('the three scenes of the paper are played on the page, and every view tells what happened, in every width and scheme', async () => {
  const { url, client } = await clusterWithConsole();
  load(client);
  const { page, complaints } = await openPage(browser, url);
  await page.getByText('All is well.').waitFor();

  await show(page, 'Chaos');
  const scenes = page.getByRole('list', { name: 'The three scenes' }).getByRole('listitem');
  await scenes.nth(0).getByRole('button').click();
  await scenes.nth(0).getByText('17.69180601295413').waitFor();
  await scenes.nth(1).getByRole('button', { name: 'Kill op-server-1, then ask' }).click();
  await scenes.nth(1).getByText('squared by the calc-server').waitFor();
  await scenes.nth(2).getByRole('button', { name: 'Kill the primary broker, then ask' }).click();
  await scenes.nth(2).getByText('17.69180601295413').waitFor();

  // In the middle of it, the page is loaded again.
  await page.reload();
  await show(page, 'Overview');
  await page.getByText('The primary broker was killed.').waitFor();
  await page.getByText('The primary broker is unreachable at').waitFor();
  await page.getByText('None was lost').waitFor();

  for (const [name, look] of looks) {
    const { page: own } = await openPage(browser, url, look);
    await own.getByText('Requests are answered, but a part of the system is missing.').waitFor();
    await expectAccessible(own);
    await picture(own, `overview-${name}`);
    await show(own, 'Requests');
    await own.getByLabel('Search').fill('hypotenuse(12, 13)');
    await own.locator('.rows a').first().waitFor();
    await expectAccessible(own);
    await picture(own, `requests-${name}`);
    await own.locator('.rows a').first().click();
    await own.locator('.diagram svg').waitFor();
    await expectAccessible(own);
    await picture(own, `request-${name}`);
    await show(own, 'Timeline');
    await own.locator('.timeline svg').waitFor();
    await picture(own, `timeline-${name}`);
    await own.getByRole('combobox').selectOption({ index: 4 });
    await own.getByRole('heading', { name: 'Failover to the backup broker' }).waitFor();
    await expectAccessible(own);
    await picture(own, `failover-${name}`);
    await show(own, 'Catalogue');
    await own.getByRole('link', { name: 'hypotenuse', exact: true }).click();
    await own.getByRole('button', { name: 'Ask hypotenuse' }).click();
    await own.locator('.diagram svg').waitFor();
    await expectAccessible(own);
    await picture(own, `catalogue-${name}`);
    await show(own, 'Chaos');
    await own.getByRole('button', { name: 'Start primary broker' }).waitFor();
    await expectAccessible(own);
    await picture(own, `chaos-${name}`);
    await own.close();
  }

  await show(page, 'Chaos');
  await page.getByRole('button', { name: 'Add an op-server' }).click();
  await page.getByRole('row', { name: /^op-server-3 running/ }).waitFor();
  await page.getByRole('button', { name: 'Stop calc-server' }).click();
  await page.getByRole('row', { name: /^calc-server paused/ }).waitFor();
  await page.getByRole('button', { name: 'Resume calc-server' }).click();
  await page.getByRole('button', { name: 'Restart calc-server' }).click();
  await page.getByRole('row', { name: /^calc-server running/ }).waitFor();
  await page.getByRole('button', { name: 'Start primary broker' }).click();
  await page.getByRole('button', { name: 'Start op-server-1' }).click();
  await show(page, 'Overview');
  await page.getByText('All is well.').waitFor();
  expect(complaints).toEqual([]);
});

test('a page tells what a broker killed under load has cost: the same that its client measured', async () => {
  const { url, client } = await clusterWithConsole();
  const measured = steadyLoad(client);
  const { page } = await openPage(browser, url);
  await page.getByText('All is well.').waitFor();
  await expect.poll(() => measured.answersMs.length, { timeout: 60_000 }).toBeGreaterThan(600);
  await show(page, 'Chaos');
  await page.getByRole('button', { name: 'Kill primary broker' }).click();
  const killedMs = Date.now();
  await show(page, 'Overview');
  await page.getByText('The primary broker was killed. The backup broker took over').waitFor();
  const after = measured.answersMs.length;
  await expect.poll(() => measured.answersMs.length, { timeout: 60_000 }).toBeGreaterThan(after + 300);
  await page.getByText('None was lost').waitFor();
  await page.getByText('The primary broker is unreachable at').waitFor();
  await picture(page, 'readers-1-overview');
  await documentPicture(page, 'main', 'overview');
  await page.getByRole('link', { name: 'Show it on the timeline' }).click();
  await page.getByRole('heading', { name: 'Failover to the backup broker' }).waitFor();
  const [silent] = await page.locator('.silence text').allTextContents();
  await picture(page, 'readers-2-failover');
  await documentPicture(page, '.timeline', 'failover');
  const truth = await measured.end(killedMs);
  writeReport('readers-truth.json', JSON.stringify({ ...truth, shown: silent }, undefined, 2));
  expect(truth).toMatchObject({ failed: 0 });
  const [, number, unit] = /([\d.]+) (ms|s)$/.exec(silent ?? '') ?? [];
  // The console hears of an answer a little before or after the client that gets it.
  expect(Math.abs(Number(number) * (unit === 's' ? 1_000 : 1) - truth.silentMs)).toBeLessThan(500);
});

/** Fifty requests a second, each with an answer, and what their client saw of them. */
function steadyLoad(client: Client<Calculator>) {
  const answersMs: number[] = [];
  let asked = 0;
  let failed = 0;
  const timer = setInterval(() => {
    asked += 1;
    void safe(client.hypotenuse(asked % 40, (asked * 7) % 30)).then(({ error }) => {
      answersMs.push(performance.timeOrigin + performance.now());
      if (error !== undefined) failed += 1;
    });
  }, 20);
  const stop = (): void => clearInterval(timer);
  onTestFinished(stop);
  return {
    answersMs,
    /** The longest time without an answer that began at most a second before this time or after it. */
    async end(atMs: number) {
      stop();
      await expect.poll(() => answersMs.length, { timeout: 60_000 }).toBe(asked);
      const gaps = answersMs.slice(1).map((toMs, index) => ({ fromMs: answersMs[index] ?? toMs, toMs }));
      const [longest = { fromMs: 0, toMs: 0 }] = gaps
        .filter(({ fromMs, toMs }) => toMs > atMs - 1_000 && fromMs < atMs + 1_000)
        .toSorted((a, b) => b.toMs - b.fromMs - (a.toMs - a.fromMs));
      const iso = (ms: number): string => new Date(ms).toISOString();
      return {
        killClicked: iso(atMs),
        silentFrom: iso(longest.fromMs),
        silentTo: iso(longest.toMs),
        silentMs: longest.toMs - longest.fromMs,
        asked,
        answered: answersMs.length - failed,
        failed,
      };
    },
  };
}

test('the console is used by keyboard alone', async () => {
  const { url, client } = await clusterWithConsole();
  const { page } = await openPage(browser, url);
  await page.getByText('All is well.').waitFor();
  for (let count = 0; count < 5; count += 1) await client.hypotenuse(count, 4, { trace: true });
  await page.keyboard.press('Tab');
  expect(await page.evaluate('document.activeElement.textContent')).toContain('Skip');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  const rows = page.locator('.rows a');
  await rows.nth(4).waitFor();
  await rows.first().focus();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'hypotenuse(4, 4)' }).waitFor();
  await page.keyboard.press('ArrowDown');
  await page.getByRole('heading', { name: 'hypotenuse(3, 4)' }).waitFor();
});

async function ownConsole(brokers: string, catalogue: typeof calculator, messagesMax?: number) {
  const opened = await openConsole({
    address: { host: '127.0.0.1', port: 0 },
    token: undefined,
    mayCall: true,
    page: pageFolder(),
    ...(messagesMax === undefined ? {} : { messagesMax }),
    connect: (onEvent) => connect({ brokers, catalogue, onEvent }),
  });
  onTestFinished(() => opened.close());
  return opened;
}

test('a list of 10,000 requests stays quick: few rows are in the document, and filters answer at once', async () => {
  const cluster = await system();
  await cluster.ready();
  const client = await clientOf(cluster);
  const { url } = await ownConsole(cluster.brokers, calculator, 1_000_000);
  const { page, complaints } = await openPage(browser, `${url}#/requests`);
  await page.getByText('No request has passed yet.').waitFor();
  await safe(client.leg(3, 5));
  for await (const _ of client.map(
    'hypotenuse',
    Array.from({ length: 12_000 }, (_unused, index) => [index, 4] as const),
  ));
  await page.getByText(/^[89],\d{3} requests|^10,000 requests/).waitFor();
  expect(await page.locator('.rows li').count()).toBeLessThan(100);
  await page.locator('.rows').evaluate((box) => ((box as unknown as { scrollTop: number }).scrollTop = 200_000));
  await page.locator('.rows a').first().waitFor();
  await page.getByLabel('Outcome').selectOption('failed');
  // Failed requests are kept longer than the thousands that followed.
  await page.getByText('leg(3, 5)').waitFor();
  await picture(page, 'many-requests');
  expect(complaints).toEqual([]);
});

test('hostile texts are shown as text in every place', async () => {
  const hostile = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>\u202e&quot;';
  const echo = operation({
    name: 'echo',
    description: hostile,
    input: z.string(),
    output: z.string(),
    example: { input: hostile, output: hostile },
  });
  const shout = formula({
    name: 'shout',
    description: hostile,
    operands: [['text', z.string()]],
    output: z.string(),
    example: { operands: [hostile], output: hostile },
  });
  const catalogue = defineCatalogue({ operations: { echo }, formulas: { shout } });
  const cluster = await system({ initially: ['broker', 'backup'] });
  await cluster.ready();
  const { call } = await import('@cateto/contracts');
  const service = await serve({
    brokers: cluster.brokers,
    catalogue,
    handlers: { echo: (text: string) => (text.length > 100 ? failure('out-of-domain', hostile) : text) },
    formulas: { shout: formulaCode(shout, { plan: ([text]) => [call(echo, text)], combine: ([text]) => text }) },
  });
  onTestFinished(() => service.close());
  const { url } = await ownConsole(cluster.brokers, catalogue as never);
  const client = await connect({ brokers: cluster.brokers, catalogue });
  onTestFinished(() => client.close());
  const { page, complaints } = await openPage(browser, `${url}#/requests`);
  await page.getByText('Live').waitFor();
  await client.shout(hostile, { trace: hostile });
  await safe(client.shout(hostile + hostile, { trace: true }));
  const rows = page.locator('.rows a');
  await rows.nth(1).waitFor();
  for (const at of [0, 1]) {
    await rows.nth(at).click();
    await page.locator('.diagram svg').waitFor();
    await page.getByText('Messages as a table').click();
    await picture(page, `hostile-${at}`);
    await page.getByRole('link', { name: 'Close' }).click();
  }
  for (const view of ['Overview', 'Timeline', 'Catalogue']) await show(page, view);
  await page.getByRole('button', { name: 'Ask shout' }).click();
  await page.locator('.diagram svg').waitFor();
  await picture(page, 'hostile-catalogue');
  expect(await page.evaluate('window.hacked')).toBeUndefined();
  expect(await page.locator('main img, main script').count()).toBe(0);
  expect(complaints).toEqual([]);
});

test('a page reconnects by itself when the console is started again', async () => {
  const cluster = await system();
  await cluster.ready();
  const given = ['--brokers', cluster.brokers, '--listen'];
  const first = await consoleProgram('console', ...given, '127.0.0.1:0');
  const { page } = await openPage(browser, first.url);
  await page.getByText('All is well.').waitFor();
  first.child.kill('SIGKILL');
  await page.getByText('Reconnecting…').waitFor();
  await consoleProgram('console', ...given, new URL(first.url).host);
  await page.getByText('Live').waitFor();
});

test('the first paint takes less than a second', async () => {
  const { url } = await consoleProgram('console', '--listen', '127.0.0.1:0', '--brokers', await freeBrokers());
  const { page } = await openPage(browser, url);
  const paints: number[] = [];
  // Another program may use the processors during one of them.
  for (let times = 0; times < 5; times += 1) {
    await page.reload();
    await page.getByText('Live').waitFor();
    paints.push(
      await page.evaluate("performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Infinity"),
    );
  }
  expect(Math.min(...paints)).toBeLessThan(1_000);
});
