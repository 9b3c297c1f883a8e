/** A command that the test of the pages does not run. */
export interface NotRun {
  /** The text of the command in a block, without its comment. */
  readonly command: string;
  readonly because: string;
  /** The file that tests what the command does. */
  readonly coveredBy: string;
}

const long = 'takes minutes; its flags are looked for in its source';
const installs = 'takes packages from a registry';
const root = 'needs root and a running systemd';
const engine = 'needs a container engine';

export const notRun: readonly NotRun[] = [
  { command: 'npx -y pnpm@12 test', because: 'it is what runs this', coveredBy: '.ci/run' },
  { command: 'pnpm bench', because: long, coveredBy: 'bench/src/measurement.test.ts' },
  { command: 'pnpm bench:paired ../before', because: long, coveredBy: 'bench/src/paired/paired.test.ts' },
  {
    command: 'pnpm bench --only closed,open --rounds 5 --seconds 10 --out results',
    because: long,
    coveredBy: 'bench/src/measurement.test.ts',
  },
  ...[
    '--seeds 1000 --from 1',
    '--seeds 100 --mode failovers',
    '--seeds 100 --mode fatal',
    '--seeds 100 --mode work',
    '--seeds 100 --mode work-failovers',
    '--seeds 100 --mode restarts',
    '--seeds 100 --mode generators',
    '--seeds 100 --mode load',
    '--seeds 100 --mode misbehaving',
    '--seeds 1 --from 42 --transcript',
  ].map((flags) => ({
    command: `pnpm simulate ${flags}`,
    because: long,
    coveredBy: 'verification/src/simulation/simulation.test.ts',
  })),
  { command: 'npx cateto cluster', because: installs, coveredBy: 'tests/src/published/published.test.ts' },
  ...['cluster', 'client spread 90 110', 'client price 90', 'client formulas'].map((command) => ({
    command: `npx cateto ${command} --catalogue ./pricing.js`,
    because: installs,
    coveredBy: 'tests/src/e2e/catalogue.test.ts',
  })),
  {
    command: 'pnpm console:export',
    because: 'a browser looks at what it writes',
    coveredBy: 'tests/src/console/playground.long.ts',
  },
  ...['pnpm cluster --console', 'pnpm console'].map((command) => ({
    command,
    because: 'it runs until Ctrl-C',
    coveredBy: 'tests/src/e2e/console.test.ts',
  })),
  ...['export', 'export --release', 'check', 'check --allow'].map((command) => ({
    command: `npx cateto contracts ${command} --catalogue ./pricing.js`,
    because: installs,
    coveredBy: 'apps/contracts/src/main.test.ts',
  })),
  ...[
    'init keys',
    'check --access keys/access.json --broker-keys keys/brokers.keys',
    'new pricing-4',
    'allow pricing-4.key --roles op-server --operations price --lanes 1,2',
  ].map((command) => ({
    command: `cateto key ${command}`,
    because: 'writes files',
    coveredBy: 'apps/key/src/main.test.ts',
  })),
  {
    command: 'pnpm --filter key start init /etc/cateto',
    because: 'writes files',
    coveredBy: 'apps/key/src/main.test.ts',
  },
  ...['npm install', 'npx cateto cluster', 'npm run serve', 'npm run ask'].map((command) => ({
    command: `examples: ${command}`,
    because: installs,
    coveredBy: 'tests/src/published/published.test.ts',
  })),
  ...[
    'apt-get install -y nats-server redis-server',
    '(cd bench/peers && npm ci)',
    'pnpm bench --only work --rounds 3 --peers all',
  ].map((command) => ({ command, because: long, coveredBy: 'bench/src/measurement.test.ts' })),
  ...['install -d -m 0755 /etc/cateto', 'head -c 24 /dev/urandom | base64 > /etc/cateto/http-token'].map((command) => ({
    command,
    because: root,
    coveredBy: 'packages/app-kit/src/observe/endpoint-settings.test.ts',
  })),
  ...['npx cateto key init keys', 'mkdir access', 'mv keys/access.json access/access.json'].map((command) => ({
    command,
    because: 'writes files',
    coveredBy: 'tests/src/docs/deploying.test.ts',
  })),
  ...[
    '-D -m 0644 keys/brokers.keys /etc/cateto/brokers.keys',
    '-D -m 0644 keys/access.json /etc/cateto/access.json',
    '-m 0600 keys/primary.key_secret /etc/cateto/broker.key_secret',
    '-m 0600 keys/op-server.key_secret /etc/cateto/op-server.key_secret',
    '-m 0600 keys/calc-server.key_secret /etc/cateto/calc-server.key_secret',
  ].map((files) => ({ command: `install ${files}`, because: root, coveredBy: 'tests/src/docs/deploying.test.ts' })),
  {
    command: 'CATETO_BROKER_KEYS=/etc/cateto/brokers.keys CATETO_KEY=keys/client.key_secret cateto client status',
    because: 'needs keys',
    coveredBy: 'tests/src/e2e/keys.test.ts',
  },
  ...[
    'systemctl daemon-reload',
    'systemctl enable --now cateto@broker cateto@op-server cateto@calc-server',
    "journalctl --unit 'cateto@*' --follow",
  ].map((command) => ({ command, because: root, coveredBy: 'tests/src/docs/deploying.test.ts' })),
  ...[
    'docker compose up --detach --scale op-server=2 --scale calc-server=2',
    'docker compose run --rm client status',
    'docker compose run --rm client hypotenuse 12 13',
  ].map((command) => ({ command, because: engine, coveredBy: 'tests/src/docs/deploying.test.ts' })),
];
