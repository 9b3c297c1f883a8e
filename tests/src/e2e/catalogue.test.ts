import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { runApp } from '../support/run-app.ts';
import { bundled } from '../../../vitest.programs.ts';
import { system } from '../support/system.ts';

/* The ready-made programs with a catalogue of a user. */

const module = bundled(new URL('../support/pricing.ts', import.meta.url));

test.each(['0', '1'])('every program runs a catalogue module, with %s threads', async (workers) => {
  const cluster = await system({ environment: { CATETO_CATALOGUE: module, CATETO_WORKERS: workers } });
  await cluster.ready();
  const given = ['--catalogue', module, '--brokers', cluster.brokers];
  const asked = await runApp('client', ['spread', '110', '90', '--json', '--timeout', '60000', ...given]);
  expect(JSON.parse(asked.out)).toMatchObject({ formula: 'spread', value: 40, fallbacks: [] });
  const exposed = await runApp('client', ['price', '90', '--json', '--timeout', '60000', ...given]);
  expect(JSON.parse(exposed.out)).toMatchObject({ formula: 'price', operands: [90], value: 180, fallbacks: [] });
  const status = await runApp('client', ['status', '--json', ...given]);
  expect([status.code, JSON.parse(status.out)]).toMatchObject([0, { degraded: false, missing: [] }]);
});

test('batch computes a file with an exposed operation, whose operand is a column', async () => {
  const cluster = await system({ environment: { CATETO_CATALOGUE: module } });
  await cluster.ready();
  const folder = mkdtempSync(join(tmpdir(), 'cateto-strikes-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'strikes.csv');
  writeFileSync(file, 'name,strike\na,90\nb,110\n');
  const given = ['--catalogue', module, '--brokers', cluster.brokers];
  const { code, out } = await runApp('client', ['batch', file, '--formula', 'price', ...given]);
  expect([code, out]).toEqual([0, 'name,strike,value,error\na,90,180,\nb,110,220,\n']);
});

test('the client knows the formulas and operations of a catalogue module without a broker', async () => {
  expect((await runApp('client', ['formulas', '--catalogue', module])).out).toContain('spread 110 90 → 40');
  expect((await runApp('client', ['price', '--help', '--catalogue', module])).out).toContain('client price 100 → 200');
  expect((await runApp('client', ['operations', '--catalogue', module])).out).toContain('price');
  expect((await runApp('client', ['hypotenuse', '3', '4', '--catalogue', module])).said).toContain('hypotenuse');
});

test.each(['op-server', 'calc-server', 'client'])(
  '%s refuses a module whose top-level await never ends with one line',
  async (app) => {
    const folder = mkdtempSync(join(tmpdir(), 'cateto-stuck-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const stuck = join(folder, 'stuck.mjs');
    writeFileSync(stuck, 'await new Promise(() => {});\nexport const catalogue = 1;\n');
    const { code, said } = await runApp(app, [...(app === 'client' ? ['formulas'] : []), '--catalogue', stuck]);
    expect([code, said.trim().split('\n')]).toEqual([2, [expect.stringMatching(/never finishes loading/)]]);
  },
);

test.each(['op-server', 'calc-server', 'client'])(
  '%s refuses a module that is not there with one line',
  async (app) => {
    const { code, said } = await runApp(app, [
      ...(app === 'client' ? ['formulas'] : []),
      '--catalogue',
      './nothing.js',
    ]);
    expect([code, said.trim().split('\n')]).toEqual([
      2,
      [expect.stringMatching(/catalogue \.\/nothing\.js: there is no file/)],
    ]);
  },
);
