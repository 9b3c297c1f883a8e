import { enlarge } from './large-catalogue.ts';
import { copyWorkspace } from './workspace.ts';

/* `pnpm measure:types`: the time of the compiler from cold, now and with 200 more operations and 200 more formulas. */

const rounds = 3;
const scopes = {
  'contracts and compute': ['packages/compute'],
  'every package and app': [
    ...['contracts', 'protocol', 'compute', 'bus', 'sdk', 'app-kit', 'cluster'].map((name) => `packages/${name}`),
    ...['broker', 'backup', 'op-server', 'calc-server', 'client'].map((name) => `apps/${name}`),
  ],
};

async function measure(more: number): Promise<void> {
  const workspace = copyWorkspace();
  try {
    await enlarge(workspace, more);
    for (const [scope, projects] of Object.entries(scopes)) {
      const tookMs: number[] = [];
      for (let round = 0; round < rounds; round += 1) {
        const startMs = performance.now();
        const { code, said } = workspace.tool('tsc', ['-b', '--force', ...projects]);
        tookMs.push(performance.now() - startMs);
        if (code !== 0) throw new Error(said);
      }
      const seconds = tookMs.map((ms) => (ms / 1_000).toFixed(2)).join(', ');
      process.stdout.write(`${more} more of each, tsc -b of ${scope}: ${seconds} s\n`);
    }
  } finally {
    workspace.remove();
  }
}

await measure(0);
await measure(200);
