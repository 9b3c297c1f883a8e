import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { commandsIn } from './commands.ts';
import { notRun } from './not-run.ts';
import { blocks, repository } from './pages.ts';
import type { Terminal } from './terminal.ts';
import { goesOn, openTerminal } from './terminal.ts';

/* Runs every command of every page, block by block, against the system that the block starts, or the README's. */

/**
 * The name of a command in the list of commands that are not run. Commands of the examples are not those of the
 * repository.
 */
function nameOf(page: string, text: string): string {
  return page.startsWith('examples/') ? `examples: ${text}` : text;
}

/** Pages whose commands another test runs, from the first to the last. */
const followed: Readonly<Record<string, string>> = {
  'docs/first-system.md': 'tests/src/published/first-system.test.ts',
  'docs/big-computations.md': 'tests/src/published/pricing.test.ts',
};

const written = blocks
  .filter(({ language, page }) => language === 'sh' && !Object.hasOwn(followed, page))
  .map(({ page, under, text }) => ({
    under,
    commands: commandsIn(text).map((command) => ({ ...command, name: nameOf(page, command.text) })),
  }));
const left: ReadonlySet<string> = new Set(notRun.map(({ command }) => command));
const runnable = written
  .map(({ under, commands }) => ({ under, commands: commands.filter(({ name }) => !left.has(name)) }))
  .filter(({ commands }) => commands.length > 0);

test('every command that is not run is on a page, and a test covers it', () => {
  const names = new Set(written.flatMap(({ commands }) => commands.map(({ name }) => name)));
  for (const { command, coveredBy } of notRun) {
    expect(names).toContain(command);
    expect(existsSync(join(repository, coveredBy)), coveredBy).toBe(true);
  }
  for (const file of Object.values(followed)) expect(existsSync(join(repository, file)), file).toBe(true);
});

/** The terminal in which a whole system still runs. Blocks that start nothing use it. */
let system: Terminal | undefined;

afterAll(() => system?.close());

test.each(runnable)('the commands under $under run as the page shows', async ({ commands }) => {
  const startsOwn = commands.some(({ text }) => goesOn(text) && !/ (?:watch|events)$/.test(text));
  const asks = commands.some(({ text }) => / (?:calc|client) /.test(text));
  const terminal = startsOwn || !asks ? await openTerminal({ 'legs.csv': 'a,b\n3,4\n5,12\n' }) : system;
  if (terminal === undefined) throw new Error('no system runs for this block');
  onTestFinished(() => {
    if (terminal !== system) terminal.close();
  });
  for (const { text, comment } of commands) {
    const out = await terminal.run(text);
    // A comment that is a number is the expected answer.
    if (/^[\d.]+$/.test(comment)) expect(out).toBe(`${comment}\n`);
    const file = / --out (\S+)/.exec(text)?.[1];
    if (file !== undefined) expect(terminal.read(file)).toMatch(/^3,4,5\b[\s\S]*^5,12,13\b/m);
    if (text === 'pnpm cluster') system = terminal;
  }
  if (terminal === system) return;
  for (const [text, code] of Object.entries(await terminal.interrupt())) expect([text, code]).toEqual([text, 0]);
});

test('Ctrl-C ends the commands that keep running', async () => {
  expect(await system?.interrupt()).toEqual({
    'pnpm cluster': 0,
    'pnpm calc events': 130,
    'pnpm calc watch': 130,
  });
});
