import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/*
 * The table of docs/architecture.md: which package may import which. It becomes rules of oxlint, which reads the
 * imports.
 */

const node = ['node:*', 'node:*/*'];
const own = (name: string): readonly string[] => [`@cateto/${name}`, `@cateto/${name}/*`];
const busAnywhere = ['@cateto/zmtp', '@cateto/keys', ...own('protocol'), ...own('contracts')];
const bus = [...busAnywhere, ...node, ...own('zmtp'), 'zeromq'];
const sdk = [...node, ...own('bus'), ...own('keys'), ...own('simulation'), ...own('contracts')];
const appKit = [
  ...node,
  ...own('contracts'),
  ...own('keys'),
  'pino',
  'pino-pretty',
  'commander',
  'import-meta-resolve',
  'prom-client',
  '@cateto/otel',
  ...['api', 'context-async-hooks', 'exporter-trace-otlp-*', 'resources', 'sdk-trace-base'].map(
    (name) => `@opentelemetry/${name}`,
  ),
];
const cluster = [...node, ...own('app-kit'), '@cateto/keys/node'];
const server = [...node, ...own('app-kit'), ...own('bus'), ...own('compute'), ...own('contracts')];
const consoleServer = [
  ...node,
  ...own('app-kit'),
  ...own('contracts'),
  ...own('sdk'),
  'hono',
  'hono/*',
  '@hono/node-server',
];
const consolePage = ['preact', 'preact/hooks', '@preact/signals', 'uplot'];
const apps = ['broker', 'backup', 'op-server', 'calc-server', 'client', 'contracts', 'key'];
const csv = ['csv-parse', 'csv-parse/*', 'csv-stringify', 'csv-stringify/*', 'iconv-lite'];

interface Rule {
  /** Relative to the root of the workspace. */
  readonly files: string;
  /** The modules that these files may import besides files of their own package. */
  readonly allowed: readonly string[];
  /** Restrictions that do not apply to these files. */
  readonly may?: readonly (keyof typeof restrictions)[];
}

const restrictions = {
  sockets: {
    // Type imports open no sockets.
    regex: '^(?:zeromq|(?:node:)?(?:net|tls|dgram|http|https|http2))$',
    allowTypeImports: true,
    message: 'sockets are opened in packages/bus/src/link/zeromq/sockets.ts only',
  },
  environment: {
    regex: '^(?:node:)?process$',
    message: 'the environment is read in app-kit and in sdk/src/environment.ts only',
  },
  tools: {
    regex: '/tools(?:/|$)',
    message: 'programs do not load what exports and compares catalogues',
  },
} as const;

/** Of the rules for a file, the last one counts. */
const rules: readonly Rule[] = [
  { files: '{apps,packages}/*/src/**', allowed: [] },
  { files: 'packages/contracts/src/**', allowed: ['zod', '@standard-schema/spec', '@msgpack/msgpack'] },
  { files: 'packages/contracts/src/tools/**', allowed: ['zod'], may: ['tools'] },
  { files: 'packages/protocol/src/**', allowed: ['@cateto/contracts'] },
  { files: 'packages/compute/src/**', allowed: ['@cateto/contracts'] },
  { files: 'packages/zmtp/src/*.ts', allowed: [] },
  { files: 'packages/zmtp/src/node/**', allowed: node },
  { files: 'packages/keys/src/*.ts', allowed: [...own('contracts'), 'zod'] },
  { files: 'packages/keys/src/node/**', allowed: [...node, ...own('contracts')] },
  // The cryptography of keys: one library, in one place.
  { files: 'packages/zmtp/src/node/libsodium.ts', allowed: [...node, 'libsodium'] },
  { files: 'packages/otel/src/**', allowed: ['@cateto/contracts', '@opentelemetry/api'] },
  // Browsers run all of the bus but its sockets, its threads and the keys of brokers.
  { files: 'packages/bus/src/**', allowed: busAnywhere },
  { files: 'packages/bus/src/{node,link/zeromq,broker/gate}/**', allowed: bus },
  { files: 'packages/bus/src/broker/{index,start-broker,secured-broker,secured-sockets}.ts', allowed: bus },
  // Only the simulation and tests may draw randomness from a seed.
  {
    files: 'packages/simulation/src/**',
    allowed: ['@cateto/bus', ...own('contracts'), '@cateto/zmtp', 'pure-rand', 'pure-rand/**', 'tinyqueue'],
  },
  // Threads for handlers: one library, in one place.
  { files: 'packages/bus/src/threads/**', allowed: [...bus, 'piscina', 'tsx/esm/api'] },
  // The seam that opens sockets, the streams on which ZMTP is spoken, their reading, the probe that tells a dead peer from a hung one, the
  // check of a host's address, the HTTP endpoint, and the search for free ports.
  { files: 'packages/bus/src/link/zeromq/sockets.ts', allowed: bus, may: ['sockets'] },
  { files: 'packages/zmtp/src/node/{network,read-buffer,host-address}.ts', allowed: node, may: ['sockets'] },
  { files: 'packages/bus/src/link/zeromq/peer-probe.ts', allowed: bus, may: ['sockets'] },
  { files: 'packages/sdk/src/**', allowed: sdk },
  { files: 'packages/sdk/src/environment.ts', allowed: sdk, may: ['environment'] },
  { files: 'packages/app-kit/src/**', allowed: appKit, may: ['environment'] },
  { files: 'packages/app-kit/src/observe/http-endpoint.ts', allowed: appKit, may: ['sockets'] },
  { files: 'packages/cluster/src/**', allowed: cluster },
  { files: 'packages/cluster/src/free-ports.ts', allowed: cluster, may: ['sockets'] },
  // The console: a server with routes, and a page for browsers. Only its part for clusters knows the cluster.
  { files: 'packages/console/src/**', allowed: consoleServer },
  { files: 'packages/console/src/cluster/**', allowed: [...consoleServer, '@cateto/cluster'] },
  { files: 'packages/console/src/shared/**', allowed: [] },
  { files: 'packages/console/src/page/**', allowed: consolePage },
  // The simulation in the page, and the one place that loads it.
  {
    files: 'packages/console/src/playground/**',
    allowed: ['@cateto/bus', '@cateto/compute', '@cateto/contracts', '@cateto/simulation'],
  },
  { files: 'packages/console/src/page/playground/worker-link.ts', allowed: [...consolePage, '*.ts?worker&url'] },
  // The binary (docs/decisions/0022-one-binary.md). It starts the apps' mains and has no other code of its own.
  {
    files: 'packages/cateto/src/**',
    allowed: [...node, ...own('app-kit'), '@cateto/cluster', '@cateto/console', ...apps, 'create-cateto'],
  },
  { files: 'packages/create-cateto/src/**', allowed: [...node, ...own('app-kit')] },
  { files: 'apps/{broker,backup}/src/**', allowed: [...node, ...own('app-kit'), ...own('bus')] },
  { files: 'apps/{op-server,calc-server}/src/**', allowed: server },
  {
    files: 'apps/client/src/**',
    allowed: [...cluster, ...own('sdk'), ...own('contracts'), 'commander', 'cli-progress', ...csv, 'zod'],
  },
  {
    files: 'apps/contracts/src/**',
    allowed: [...node, ...own('app-kit'), ...own('contracts'), 'commander', 'zod'],
    may: ['tools'],
  },
  {
    files: 'apps/key/src/**',
    allowed: [...node, ...own('app-kit'), ...own('contracts'), ...own('keys'), 'commander', 'zod'],
  },
  // Tests may use what their package depends on.
  {
    files: '{apps,packages}/*/src/**/*.{test,test-d,test-support}.ts',
    allowed: ['*'],
    may: ['sockets', 'environment', 'tools'],
  },
];

/** Names of contracts for writing and reading bytes. Protocol handles the content of messages, never their bytes. */
const codec = {
  name: '@cateto/contracts',
  importNames: ['createCodec', 'Codec', 'OpenBatch', 'BodyFault', 'encodeBeat', 'decodeBeat'],
  message: 'protocol sees what a message says, never how it travels',
};

const config = {
  plugins: ['import'],
  categories: { correctness: 'off' },
  overrides: rules.map(({ files, allowed, may = [] }) => ({
    files: [`**/${files}`],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: files.startsWith('packages/protocol/') ? [codec] : [],
          patterns: [
            { regex: String.raw`^\..*/(?:src|dist)/`, message: 'another package is imported by its name' },
            ...Object.entries(restrictions).flatMap(([name, pattern]) =>
              may.some((one) => one === name) ? [] : [pattern],
            ),
            // Files of the package end in .ts or .tsx.
            {
              group: ['*', '!*.ts', '!*.tsx', ...allowed.map((name) => `!${name}`)],
              message: 'the table does not allow it',
            },
          ],
        },
      ],
    },
  })),
};

/** @returns the imports below a folder that the table does not allow, one line each */
export function forbiddenImports(root: string): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'boundaries-'));
  try {
    const file = join(folder, 'oxlint.json');
    writeFileSync(file, JSON.stringify(config));
    const { stdout, stderr } = spawnSync(oxlint, ['-c', file, '-f', 'json', '.'], {
      cwd: root,
      encoding: 'utf8',
      maxBuffer: Infinity,
    });
    if (!stdout.startsWith('{')) throw new Error(`oxlint: ${stdout}${stderr}`);
    const { diagnostics } = JSON.parse(stdout) as { readonly diagnostics: readonly Diagnostic[] };
    return diagnostics.map(
      ({ filename, message, help }) => `${relative(root, join(root, filename))}: ${message} ${help ?? ''}`,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const oxlint = fileURLToPath(new URL('../../../node_modules/.bin/oxlint', import.meta.url));

interface Diagnostic {
  readonly filename: string;
  readonly message: string;
  readonly help?: string;
}
