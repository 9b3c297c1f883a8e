import { freeBrokers } from '@cateto/cluster';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Started } from '../support/following.ts';
import type { Outside } from './outside.ts';
import { copyOfExample, installed } from './outside.ts';
import type { Packed } from './packed.ts';
import { packAll } from './packed.ts';

/*
 * The published packages as users get them. Every package is packed, its manifest and types are checked, and the
 * programs of `examples/` run outside of this workspace, against a system that the installed binary starts.
 */

const folders = ['contracts', 'protocol', 'compute', 'zmtp', 'keys', 'bus', 'simulation', 'sdk', 'otel', 'app-kit'];
const names = folders.map((name) => `@cateto/${name}`);
const binaries = ['cateto', 'create-cateto'];
const attw = fileURLToPath(new URL('../../node_modules/.bin/attw', import.meta.url));

let packages: readonly Packed[] = [];

beforeAll(() => {
  packages = packAll();
});

function packed(name: string): Packed {
  const found = packages.find((one) => one.name === name);
  if (found === undefined) throw new Error(`${name} is not published`);
  return found;
}

test('exactly these packages are published, all at one version', () => {
  expect(packages.map(({ name }) => name).toSorted()).toEqual([...names, ...binaries].toSorted());
  expect(new Set(packages.map(({ version }) => version)).size).toBe(1);
});

describe.each([...names, ...binaries])('%s', (name) => {
  test('the published manifest states purpose, Node version and licence', () => {
    const { manifest, files } = packed(name);
    expect(manifest).toMatchObject({
      description: expect.stringMatching(/^.{20,}\.$/),
      keywords: expect.arrayContaining([expect.any(String)]),
      license: 'MIT',
      engines: { node: '>=20.19' },
    });
    expect(files).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'package.json']));
  });

  test('the published package contains nothing that only this workspace needs', () => {
    const { manifest, files } = packed(name);
    expect(JSON.stringify(manifest)).not.toMatch(/workspace:|catalog:|@cateto\/source|tsx/);
    expect(manifest).not.toHaveProperty('devDependencies');
    expect(files.filter((file) => /\.(?:test|test-d|test-support)\.|tsbuildinfo|tsconfig/.test(file))).toEqual([]);
  });

  test('the published package depends on published packages of its own version, and on exact versions of others', () => {
    const { manifest, version } = packed(name);
    for (const [dependency, range] of Object.entries(manifest.dependencies ?? {})) {
      expect(range).toMatch(/^\d+\.\d+\.\d+$/);
      if (dependency.startsWith('@cateto/')) expect([packed(dependency).version, range]).toEqual([version, version]);
    }
  });

  test('publint finds no fault in the published package', async () => {
    const { file, manifest } = packed(name);
    const bytes = readFileSync(file);
    const tarball = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
    const { messages } = await publint({ pack: { tarball }, strict: true });
    expect(messages.map((message) => formatMessage(message, manifest as never))).toEqual([]);
  });
});

describe.each(names)('%s', (name) => {
  test('every export of the published package has types, and source maps that find their sources', () => {
    const { manifest, files } = packed(name);
    expect(manifest.sideEffects).toBe(false);
    for (const target of Object.values(manifest.exports ?? {})) {
      expect(Object.keys(target)).toEqual(['types', 'default']);
    }
    const sources = files
      .filter((file) => file.endsWith('.d.ts.map'))
      .map((file) => file.replace(/^dist\/(.*)\.d\.ts\.map$/, 'src/$1.ts'));
    expect(files).toEqual(expect.arrayContaining(sources));
  });

  test('attw finds the types correct for ESM and for bundlers', async () => {
    const child = spawn(attw, [packed(name).file, '--profile', 'esm-only', '--no-color', '--no-emoji'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const [code] = (await once(child, 'close')) as [number | null];
    expect({ code, said: code === 0 ? '' : said }).toEqual({ code: 0, said: '' });
  });
});

describe('the programs of examples/, outside of this workspace', () => {
  let javascript: Outside;
  let typescript: Outside;
  let cluster: Started;

  beforeAll(async () => {
    const environment = { CATETO_BROKERS: await freeBrokers(), CATETO_WORKERS: '1' };
    javascript = copyOfExample('javascript', environment);
    typescript = copyOfExample('typescript', environment);
    const needed = packages.filter(
      ({ name }) => !['@cateto/compute', '@cateto/app-kit', 'create-cateto'].includes(name),
    );
    await Promise.all([installed(javascript, needed), installed(typescript, needed)]);
    cluster = javascript.start('cateto', 'cluster');
    await cluster.wrote(/^Everything is up/);
  });

  afterAll(async () => {
    javascript.end();
    typescript.end();
  });

  test('the installed binary starts a whole system, with handlers in threads, and its client gets answers', async () => {
    for (const lane of [1, 2])
      await cluster.wrote(new RegExp(`"event":"listener-up".*"calc\\.square\\.request\\.${lane}"`));
    const { code, out } = await javascript.run('npx', 'cateto', 'client', 'hypotenuse', '12', '13', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ value: 17.69180601295413, fallbacks: [] });
  });

  test('the installed binary has the page of its console, with the licences of what is in it', async () => {
    const started = javascript.start('cateto', 'console', '--listen', '127.0.0.1:0');
    const [, url = ''] = /(http:\S+)$/.exec(await started.wrote(/^The console is at /)) ?? [];
    expect(await (await fetch(url)).text()).toContain('<title>Cateto console</title>');
    expect(await (await fetch(`${url}THIRD-PARTY-LICENSES.txt`)).text()).toContain('preact');
    started.child.kill('SIGTERM');
    expect(await started.ended).toBe(0);
  });

  test('the installed binary can log text for people', async () => {
    const brokers = await freeBrokers();
    const broker = javascript.start('cateto', 'broker', '--log', 'pretty', '--brokers', brokers);
    await broker.wrote(/INFO.*: broker active /);
    broker.child.kill('SIGTERM');
    expect(await broker.ended).toBe(0);
  });

  test.each(['SIGTERM', 'SIGKILL'] as const)(
    'a program that npx started ends in order when npx is ended by %s',
    async (signal) => {
      const started = javascript.start('npx', 'cateto', 'broker', '--brokers', await freeBrokers());
      await started.wrote(/"event":"ready"/);
      started.child.kill(signal);
      await started.wrote(/"event":"stopped"/);
      // Its output is closed when no process of it runs any more.
      await started.ended;
    },
  );

  test('the JavaScript example serves and calls an operation and a formula of its own, also when a broker dies', async () => {
    const server = javascript.start('node', 'serve.js');
    await server.wrote(/^serving$/);
    const right = { code: 0, out: "{ value: 2, fallbacks: [] }\n{ code: 'invalid-request' }\n", said: '' };
    expect(await javascript.run('npm', 'run', '--silent', 'ask')).toEqual(right);
    const pid = /^broker +(\d+) /;
    process.kill(Number(pid.exec(await cluster.wrote(pid))?.[1]), 'SIGKILL');
    await cluster.wrote(/"event":"active".*"process":"backup"/);
    expect(await javascript.run('npm', 'run', '--silent', 'ask')).toEqual(right);
    server.child.kill('SIGTERM');
    expect(await server.ended).toBe(0);
  });

  test('the TypeScript example compiles in strict mode with every library checked, serves and calls', async () => {
    expect(await typescript.run('npm', 'run', '--silent', 'build')).toEqual({ code: 0, out: '', said: '' });
    const server = typescript.start('node', 'dist/serve.js');
    await server.wrote(/^serving$/);
    expect(await typescript.run('npm', 'run', '--silent', 'ask')).toEqual({
      code: 0,
      out: "{ value: '7', fallbacks: [] }\n{ means: '3 4' }\n{ code: 'invalid-request' }\n",
      said: '',
    });
    server.child.kill('SIGTERM');
    expect(await server.ended).toBe(0);
  });

  test('the TypeScript example compiles without types of Node, with every library checked', async () => {
    const program = `import { calculator } from '@cateto/contracts';
import { connect, serve } from '@cateto/sdk';
import { simulate } from '@cateto/sdk/testing';
const client = await connect({ catalogue: calculator });
export const { value }: { value: number } = await client.leg(5, 3);
export { serve, simulate };
`;
    writeFileSync(join(typescript.folder, 'bare.ts'), program);
    const options = ['--module', 'nodenext', '--target', 'es2023', '--strict', '--noEmit', '--ignoreConfig'];
    const libraries = ['--lib', 'es2023,esnext.disposable,dom', '--types', '', '--skipLibCheck', 'false'];
    const compiled = await typescript.run('tsc', ...options, ...libraries, 'bare.ts');
    expect(compiled).toEqual({ code: 0, out: '', said: '' });
  });

  test('Ctrl-C stops the whole installed system', async () => {
    cluster.child.kill('SIGINT');
    expect(await cluster.ended).toBe(0);
  });
});
