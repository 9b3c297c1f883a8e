import axe from 'axe-core';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { chromium } from 'playwright-core';
import { expect, onTestFinished } from 'vitest';

/* Debian's Chromium, for tests that open the console. */

const executablePath = '/usr/bin/chromium';
const pictures = fileURLToPath(new URL('../../.reports/console/', import.meta.url));

export async function openBrowser(): Promise<Browser> {
  if (!existsSync(executablePath)) throw new Error(`there is no ${executablePath}: apt-get install chromium`);
  mkdirSync(pictures, { recursive: true });
  // In a container there is often no namespace for the sandbox. The pages are those of this repository.
  return chromium.launch({ executablePath, args: ['--no-sandbox'] });
}

export interface Opened {
  readonly page: Page;
  /** The page's reports: errors, and loads that its policy refused. */
  readonly complaints: readonly string[];
  /** The addresses of all files that it has loaded. */
  readonly loaded: readonly string[];
}

export interface Look {
  readonly scheme?: 'light' | 'dark';
  readonly width?: number;
}

/** In which every view is looked at. */
export const looks: readonly (readonly [name: string, look: Look])[] = [
  ['light', { scheme: 'light', width: 1_280 }],
  ['dark', { scheme: 'dark', width: 1_280 }],
  ['narrow', { scheme: 'light', width: 360 }],
  ['narrow-dark', { scheme: 'dark', width: 360 }],
  ['wide', { scheme: 'light', width: 2_560 }],
];

const height = 900;
/** Far longer than anything takes, also on a busy machine. */
const waitMaxMs = 120_000;

export async function openPage(
  browser: Browser,
  url: string,
  { scheme = 'light', width = 1_280 }: Look = {},
): Promise<Opened> {
  const page = await browser.newPage({ viewport: { width, height }, colorScheme: scheme, reducedMotion: 'reduce' });
  page.setDefaultTimeout(waitMaxMs);
  onTestFinished(() => page.close());
  const complaints: string[] = [];
  const loaded: string[] = [];
  page.on('request', (request) => loaded.push(request.url()));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  await page.goto(url);
  return { page, complaints, loaded };
}

/** A picture for a person to look at. */
export async function picture(page: Page, name: string): Promise<void> {
  // The head of the page stays at the top of what is shown.
  await page.evaluate('scrollTo(0, 0)');
  await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
}

/** A text beside the pictures, for the person who looks at them. */
export function writeReport(name: string, text: string): void {
  writeFileSync(join(pictures, name), `${text}\n`);
}

const documents = fileURLToPath(new URL('../../../docs/pictures/', import.meta.url));

/** A picture for the documentation. It is written only if CATETO_PICTURES is set, so that a run changes no file. */
export async function documentPicture(page: Page, part: string, name: string): Promise<void> {
  if (process.env['CATETO_PICTURES'] === undefined) return;
  mkdirSync(documents, { recursive: true });
  const before = page.viewportSize();
  // The head of the page would cover a part that has to be scrolled.
  await page.setViewportSize({ width: before?.width ?? 1_280, height: 3_200 });
  await page.locator(part).screenshot({ path: join(documents, `${name}.png`) });
  if (before !== null) await page.setViewportSize(before);
}

/** The page has no violation that axe-core knows, and nothing sticks out of it sideways. */
export async function expectAccessible(page: Page): Promise<void> {
  // A script element would be refused by the page's policy.
  await page.evaluate(axe.source);
  const found = await page.evaluate(async () => {
    const { axe: checker } = globalThis as unknown as {
      readonly axe: { run: () => Promise<{ violations: unknown[] }> };
    };
    const { violations } = await checker.run();
    return violations as { readonly id: string; readonly nodes: readonly { readonly html: string }[] }[];
  });
  expect(found.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
  const [content, window] = (await page.evaluate('[document.documentElement.scrollWidth, innerWidth]')) as [
    number,
    number,
  ];
  expect(content).toBeLessThanOrEqual(window);
}
