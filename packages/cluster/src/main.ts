import { argumentsOf, createCommand, exitCodeOf, exitCodes, paintFor } from '@cateto/app-kit';
import type { Cluster } from './cluster.ts';
import { startCluster } from './cluster.ts';
import { parseCount } from './count.ts';

/* `pnpm cluster`: a whole system on this machine until Ctrl-C. */

const defaultBrokers = '127.0.0.1:5555:5556:5560,127.0.0.1:6555:6556:6560';

const command = createCommand('cluster', 'Starts a whole system on this machine and keeps it running until Ctrl-C.')
  .option('--op-servers <n>', 'how many op-servers', parseCount, 2)
  .option('--calc-servers <n>', 'how many calc-servers', parseCount, 1)
  .option('--brokers <list>', 'both brokers, primary first', defaultBrokers)
  .option('--built', 'run what `pnpm build` made');

interface Options {
  readonly opServers: number;
  readonly calcServers: number;
  readonly brokers: string;
  readonly built?: true;
}

async function run(options: Options): Promise<void> {
  const paint = paintFor(process.stderr);
  const cluster = await startCluster({
    ...options,
    built: options.built ?? false,
    onEvent(name, { event, time: _time, level: _level, app: _app, ...fields }) {
      process.stderr.write(`${paint.faint(name)} ${event} ${JSON.stringify(fields)}\n`);
    },
  });
  stopOnSignal(cluster);
  try {
    await cluster.ready();
  } catch (error) {
    await cluster.stop();
    throw error;
  }
  process.stdout.write('Everything is up. Ask it from another terminal: pnpm calc hypotenuse 12 13\n');
}

function stopOnSignal(cluster: Cluster): void {
  const stop = (): void => {
    void cluster.stop().then(() => process.exit(exitCodes.done));
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

try {
  command.parse(argumentsOf(process.argv), { from: 'user' });
  await run(command.opts<Options>());
} catch (error) {
  process.exitCode = exitCodeOf(error, (line) => process.stderr.write(`cluster: ${line}\n`));
}
