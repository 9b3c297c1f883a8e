import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { violations } from './boundary-rules.ts';
import { forbiddenImports } from './import-rules.ts';

const protocol = 'packages/protocol/src/return-path/return-path.ts';

const crossings = [
  ['an app another app', 'apps/client/src/main.ts', "import { x } from 'calc-server';"],
  ['an app the binary', 'apps/client/src/main.ts', "import 'cateto';"],
  ['an app from a package that is not the binary', 'packages/cluster/src/main.ts', "import 'broker';"],
  [
    'a library that the binary has no business with',
    'packages/cateto/src/main.ts',
    "import { connect } from '@cateto/sdk';",
  ],
  ['bus from the cluster', 'packages/cluster/src/demo.ts', "import { open } from '@cateto/bus';"],
  ['compute from the bus', 'packages/bus/src/participant/bus.ts', "import type { handlers } from '@cateto/compute';"],
  ['the codec’s library in protocol', protocol, "import { encode } from '@msgpack/msgpack';"],
  ['Node in a pure package', 'packages/compute/src/index.ts', "import { hostname } from 'node:os';"],
  [
    'Node in a part of the bus that browsers run',
    'packages/bus/src/server/server-lifecycle.ts',
    "import { hostname } from 'node:os';",
  ],
  [
    'Node’s part of the bus in the simulation',
    'packages/simulation/src/network.ts',
    "import { nodePlatform } from '@cateto/bus/node';",
  ],
  ['a socket outside the seam', 'packages/bus/src/broker/broker.ts', "import { Publisher } from 'zeromq';"],
  ['a socket by a dynamic import', 'packages/bus/src/link/link.ts', "const z = await import('zeromq');"],
  ['a socket of Node', 'packages/bus/src/link/link.ts', "import { connect } from 'node:net';"],
  ['a server of Node, without its prefix', 'apps/client/src/main.ts', "import { createServer } from 'http';"],
  ['sources of another package', 'packages/sdk/src/connect.ts', "import { open } from '../../bus/src/bus.ts';"],
  [
    'a seed where it is not simulated',
    'packages/bus/src/participant/bus.ts',
    "import { xoroshiro128plus } from 'pure-rand';",
  ],
  ['a clock', protocol, 'const now = Date.now();'],
  ['chance', 'packages/contracts/src/topics/address.ts', 'const r = Math.random();'],
  ['async code in protocol', protocol, 'export async function x() {}'],
  ['the environment, taken apart', 'apps/client/src/main.ts', 'const { env, stdin } = process;'],
  ['the environment outside app-kit', 'apps/client/src/main.ts', 'const level = process.env.CATETO_LOG;'],
  ['the environment by its index', 'apps/client/src/main.ts', "const level = process['env'];"],
  ['the environment by an import', 'apps/client/src/main.ts', "import { env } from 'node:process';"],
  ['a required module', 'apps/client/src/main.ts', "const z = createRequire(import.meta.url)('zeromq');"],
  ['an import by a template', 'apps/client/src/main.ts', 'const z = await import(`zeromq`);'],
  ['the codec in protocol', protocol, "import { createCodec } from '@cateto/contracts';"],
  ['an import after a statement', 'apps/client/src/main.ts', "const a = 1; import { x } from 'broker';"],
  ['the tools of contracts in its main entry', 'packages/contracts/src/index.ts', "export * from './tools/index.ts';"],
  ['the tools of contracts in a program', 'packages/sdk/src/connect.ts', "import '@cateto/contracts/tools';"],
  ['a test in another app', 'apps/client/src/a.test.ts', "import { x } from '../../broker/src/main.ts';"],
] as const;

const allowed = [
  [protocol, "import { limits } from '@cateto/contracts';\n// Date.now() would be wrong\n"],
  ['packages/bus/src/link/zeromq/sockets.ts', "import { Publisher } from 'zeromq';"],
  ['packages/bus/src/link/zeromq/bind.ts', "import type { Publisher } from 'zeromq';"],
  ['packages/bus/src/link/zeromq/peer-probe.ts', "import { connect } from 'node:net';"],
  ['packages/zmtp/src/node/ticker.ts', "import type { Socket } from 'node:net';"],
  ['packages/bus/src/broker/broker.test.ts', "import { connect } from 'node:net';"],
  ['packages/cateto/src/programs.ts', "const load = () => import('broker');"],
  ['packages/sdk/src/environment.ts', 'process.env.CATETO_BROKERS'],
  ['packages/protocol/src/return-path/return-path.test.ts', "import { test } from 'vitest';"],
] as const;

let root = '';
let imports: readonly string[] = [];

/** Each source in a workspace of its own; one run of the linter reads all of them. */
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'crossings-'));
  const sources = [...crossings.map(([, path, source]) => [path, source] as const), ...allowed];
  for (const [index, [path, source]] of sources.entries()) {
    const file = join(root, `workspace-${index}`, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${source}\n`);
  }
  imports = forbiddenImports(root);
});

afterAll(() => rmSync(root, { recursive: true }));

/** The findings of the checks in a source. */
function found(index: number, path: string, source: string): readonly string[] {
  return [...violations(path, source), ...imports.filter((line) => line.startsWith(`workspace-${index}/${path}: `))];
}

test.each(crossings.map((crossing, index) => [...crossing, index] as const))(
  'the boundary check finds %s',
  (_what, path, source, index) => {
    expect(found(index, path, source)).not.toEqual([]);
  },
);

test.each(allowed.map((one, index) => [...one, crossings.length + index] as const))(
  'the boundary check accepts the imports of %s',
  (path, source, index) => {
    expect(found(index, path, source)).toEqual([]);
  },
);
