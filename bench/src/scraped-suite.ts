import { cpuOf, medianRatio, percent } from './compared.ts';
import type { Measurement } from './measurement.ts';
import { median } from './measurement.ts';
import type { Suite } from './suite.ts';
import { using } from './suite.ts';
import type { MeasuredSystem } from './system.ts';
import { measure } from './system.ts';
import { usageOf } from './usage.ts';

/*
 * The cost of scrapes: the same load without HTTP endpoints, with endpoints that nobody scrapes, and with a scrape of
 * every process once a second. The two systems run side by side and take turns, forwards and backwards, so that the rest
 * of the machine is the same for all three.
 */

const inFlight = 256;
const turns = 6;
const scrapeEveryMs = 1_000;
/** Scrapes that are less than 200 ms apart get the same text. */
const apartMs = 250;
const scrapes = 40;
const kinds = ['without endpoints', 'not scraped', 'scraped every second'] as const;

type Kind = (typeof kinds)[number];

export const scraped: Suite = async ({ round, ms, warmMs, tell }) => {
  const measured = new Map<Kind, Measurement[]>(kinds.map((kind) => [kind, []]));
  const each = { type: 'closed', inFlight, warmMs: 0, ms } as const;
  const measureOne = async (system: MeasuredSystem, kind: Kind, during?: () => Promise<void>): Promise<void> => {
    const run = { suite: 'scraped', load: `${inFlight} in flight, ${kind}`, round, each };
    const one = await measure(system, during === undefined ? run : { ...run, during });
    tell(one);
    measured.get(kind)?.push(one);
  };
  await using({}, warmMs, (plain) =>
    using({ http: true }, warmMs, async (system) => {
      const endpoints = await system.endpoints();
      const measurements = [
        () => measureOne(plain, 'without endpoints'),
        () => measureOne(system, 'not scraped'),
        () => measureOne(system, 'scraped every second', () => scrapeFor(endpoints, ms)),
      ];
      for (let turn = 0; turn < turns; turn += 1) {
        for (const next of turn % 2 === 0 ? measurements : measurements.toReversed()) await next();
      }
      process.stderr.write(`scraped, processor time of a scrape: ${await costOfScrapes(system, endpoints)}\n`);
    }),
  );
  const [without = [], idle = [], watched = []] = kinds.map((kind) => (measured.get(kind) ?? []).map(cpuOf));
  const endpoints = medianRatio(idle, without);
  const withScrapes = medianRatio(watched, idle);
  process.stderr.write(
    `scraped, processor time for each answer: ${percent(endpoints)} with endpoints, ${percent(withScrapes)} with a scrape every second\n`,
  );
};

async function scrapeFor(endpoints: readonly string[], ms: number): Promise<void> {
  const endMs = performance.now() + ms;
  for (let nextMs = performance.now(); nextMs < endMs; nextMs += scrapeEveryMs) {
    await pause(Math.max(0, nextMs - performance.now()));
    const texts = await Promise.all(endpoints.map((url) => fetch(`${url}/metrics`).then((answer) => answer.text())));
    const empty = texts.findIndex((text) => !text.includes('cateto_info'));
    if (empty >= 0) throw new Error(`${endpoints[empty]} has no metrics`);
  }
}

/** The processor time of a scrape, for each role. The system has no load: the cost of load varies too much. */
async function costOfScrapes({ processes }: MeasuredSystem, endpoints: readonly string[]): Promise<string> {
  const usages = (): number[] => processes.map(({ pid }) => usageOf(pid).cpuUs);
  const since = (before: readonly number[]): number[] => usages().map((us, index) => us - (before[index] ?? us));
  let before = usages();
  for (let count = 0; count < scrapes; count += 1) await pause(apartMs);
  const idle = since(before);
  before = usages();
  for (let count = 0; count < scrapes; count += 1) {
    await pause(apartMs);
    await Promise.all(endpoints.map((url) => fetch(`${url}/metrics`).then((answer) => answer.text())));
  }
  const more = since(before).map((us, index) => (us - (idle[index] ?? 0)) / scrapes / 1_000);
  const asked = processes.flatMap(({ role }, index) => (role === 'client' ? [] : [{ role, ms: more[index] ?? 0 }]));
  const roles = [...new Set(asked.map(({ role }) => role))];
  return roles
    .map((role) => `${role} ${median(asked.filter((one) => one.role === role).map(({ ms }) => ms)).toFixed(1)} ms`)
    .join(', ');
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
