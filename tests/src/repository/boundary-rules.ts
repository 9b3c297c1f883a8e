import { posix } from 'node:path';

/**
 * The packages that each package may import besides itself. Apps, bus, sdk, app-kit and cluster may also import Node's
 * modules.
 */
const allowed: Readonly<Record<string, readonly string[]>> = {
  'packages/contracts': ['zod', '@msgpack/msgpack'],
  'packages/protocol': ['@cateto/contracts'],
  'packages/compute': ['@cateto/contracts'],
  'packages/bus': ['@cateto/protocol', '@cateto/contracts', 'piscina', 'zeromq', 'pure-rand', 'tinyqueue'],
  'packages/sdk': ['@cateto/bus', '@cateto/contracts'],
  'packages/app-kit': ['@cateto/contracts', 'pino', 'pino-pretty', 'commander'],
  'packages/cluster': ['@cateto/app-kit'],
  // The binary (docs/decisions/0040-one-binary.md). It starts the apps' mains and has no other code of its own.
  'packages/cateto': ['@cateto/app-kit', '@cateto/cluster', 'broker', 'backup', 'op-server', 'calc-server', 'client'],
  'apps/broker': ['@cateto/app-kit', '@cateto/bus'],
  'apps/backup': ['@cateto/app-kit', '@cateto/bus'],
  'apps/op-server': ['@cateto/app-kit', '@cateto/bus', '@cateto/compute', '@cateto/contracts'],
  'apps/calc-server': ['@cateto/app-kit', '@cateto/bus', '@cateto/compute', '@cateto/contracts'],
  'apps/client': [
    '@cateto/app-kit',
    '@cateto/sdk',
    '@cateto/contracts',
    'commander',
    'cli-progress',
    'csv-parse',
    'csv-stringify',
    'iconv-lite',
    'zod',
  ],
};

/** Packages without Node, clock and randomness. */
const pure: ReadonlySet<string> = new Set(['packages/contracts', 'packages/protocol', 'packages/compute']);
const impurities = /\b(?:Date\.now|new Date|Math\.random|performance\.|setTimeout|setInterval|setImmediate|process\.)/;

/**
 * Files that may use Node's own sockets: the connections that speak ZMTP, the probe that distinguishes a dead peer from
 * a hung one, the check of a host's address, and the search for free ports.
 */
const socketSeam = 'packages/bus/src/sockets.ts';
/**
 * Node's own sockets: those that speak ZMTP, which the seam opens, the probe that tells a dead peer from a hung one,
 * who tells a host's name from an address, and who looks for ports that are free.
 */
const nodeSockets = /^(?:node:)?(?:net|tls|dgram|http|https|http2)$/;
const nodeSocketUsers: ReadonlySet<string> = new Set([
  'packages/bus/src/zmtp/ends.ts',
  'packages/bus/src/zmtp/host-address.ts',
  'packages/bus/src/relay/peer-probe.ts',
  'packages/cluster/src/free-ports.ts',
]);
/** Randomness and queues of the simulated network. No code that runs for real may need them. */
const simulation = 'packages/bus/src/simulated/';
const ofTheSimulation: ReadonlySet<string> = new Set(['pure-rand', 'tinyqueue']);
/**
 * Threads for handlers: one library, in one place. A program names the module that the threads load, so that import
 * cannot be a literal.
 */
const threads = 'packages/bus/src/threads/';
const moduleLoader = `${threads}load-handlers.ts`;
const environmentReaders = /^packages\/(?:app-kit\/src\/|sdk\/src\/environment\.ts$)/;

/** Names of contracts for writing and reading bytes. Protocol sees what a message says, never how it travels. */
const codecNames = /\b(?:createCodec|Codec|OpenBatch|BodyFault|encodeBeat|decodeBeat)\b/;

const importPattern =
  /(?:^|[\n;])\s*(import|export)\s+(type\s)?[^'"`;]*?from\s*['"]([^'"]+)['"]|import\s*\(\s*['"]([^'"]+)['"]\s*\)|(?:^|[\n;])\s*import\s+['"]([^'"]+)['"]/g;

/** Forms of import whose target this check cannot read. */
const unreadableImports = /\bimport\s*\(\s*[^'"\s]|\brequire\s*\(|\bcreateRequire\b/;

/**
 * The rules that a source breaks, each as one line that names the file.
 *
 * @param path from the repository's root, with slashes
 */
export function violations(path: string, source: string): string[] {
  const [kind = '', name = ''] = path.split('/');
  const owner = `${kind}/${name}`;
  const code = withoutComments(source);
  const isTest = /\.(?:test|test-d|test-support)\.ts$/.test(path);
  const found = importsOf(code).flatMap((imported) => importFaults(path, owner, imported, isTest));
  if (isTest) return found;
  if (unreadableImports.test(code) && path !== moduleLoader)
    found.push(`${path}: an import that is not a literal cannot be checked`);
  if (pure.has(owner) && impurities.test(code)) found.push(`${path}: a clock, chance or Node in a pure package`);
  if (owner === 'packages/protocol' && /\basync\s|\bawait\s|\bconsole\./.test(code)) {
    found.push(`${path}: async or logging in protocol`);
  }
  if (owner === 'packages/protocol' && codecNames.test(code)) found.push(`${path}: the codec in protocol`);
  if (/\bprocess(?:\.env\b|\[)|\{[^}]*\benv\b[^}]*\} = process\b/.test(code) && !environmentReaders.test(path)) {
    found.push(`${path}: the environment is read in app-kit and in sdk/src/environment.ts only`);
  }
  return found;
}

interface Imported {
  readonly from: string;
  readonly typeOnly: boolean;
}

function importsOf(code: string): Imported[] {
  return [...code.matchAll(importPattern)].map(([, , typeWord, named, dynamic, bare]) => {
    return { from: named ?? dynamic ?? bare ?? '', typeOnly: typeWord !== undefined };
  });
}

function importFaults(path: string, owner: string, { from, typeOnly }: Imported, isTest: boolean): string[] {
  if (from.startsWith('.')) {
    const target = posix.join(posix.dirname(path), from);
    if (target.startsWith(`${owner}/`)) return [];
    // A test may contain sources for a folder of its own, so only imports that reach another package count.
    return !isTest || /^(?:apps|packages)\//.test(target) ? [`${path}: ${from} leaves its package`] : [];
  }
  if (/^(?:node:)?process$/.test(from) && !environmentReaders.test(path) && !isTest) {
    return [`${path}: the environment is read in app-kit and in sdk/src/environment.ts only`];
  }
  if (nodeSockets.test(from) && !typeOnly && !nodeSocketUsers.has(path) && !isTest) {
    return [`${path}: sockets are opened in ${socketSeam} only`];
  }
  if (from.startsWith('node:')) return pure.has(owner) && !isTest ? [`${path}: ${from} in a pure package`] : [];
  const packageName = from.split('/', from.startsWith('@') ? 2 : 1).join('/');
  if (isTest && ['vitest', 'fast-check', 'typescript', 'zeromq', '@msgpack/msgpack', 'zod'].includes(packageName))
    return [];
  if (packageName === 'zeromq' && !typeOnly && path !== socketSeam) {
    return [`${path}: sockets are opened in ${socketSeam} only`];
  }
  if (ofTheSimulation.has(packageName) && !path.startsWith(simulation)) {
    return [`${path}: ${packageName} is for ${simulation} only`];
  }
  if (packageName === 'piscina' && !path.startsWith(threads)) return [`${path}: piscina is for ${threads} only`];
  if (allowed[owner]?.includes(packageName) === true) return [];
  return [`${path}: ${owner} may not import ${packageName}`];
}

function withoutComments(source: string): string {
  return source.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/(^|[^:'"`])\/\/[^\n]*/g, '$1');
}
