import { paintFor } from '@cateto/app-kit';
import type { ClientAnswer } from './ask.ts';
import { ask } from './ask.ts';
import type { Cluster } from './cluster.ts';
import { startCluster } from './cluster.ts';

/*
 * The paper's three scenes on real processes: a hypotenuse answered, answered with an op-server killed, answered with the
 * primary broker killed. Every figure it prints it measured.
 */

const paint = paintFor(process.stdout);
const expected = 17.69180601295413;

function say(text = ''): void {
  process.stdout.write(`${text}\n`);
}

async function timed<T>(run: () => Promise<T>): Promise<{ readonly result: T; readonly ms: number }> {
  const startMs = performance.now();
  const result = await run();
  return { result, ms: Math.round(performance.now() - startMs) };
}

async function askFor(cluster: Cluster, inTheStory: (answer: ClientAnswer) => string): Promise<void> {
  const answer = await ask(cluster.brokers, 'hypotenuse', [12, 13], false);
  if (answer.value !== expected) throw new Error(`hypotenuse(12, 13) came as ${answer.value} and is ${expected}`);
  const took = `${answer.elapsedMs.toFixed(1)} ms`;
  say(`   hypotenuse(12, 13) = ${paint.strong(String(answer.value))} in ${paint.good(took)}, ${inTheStory(answer)}`);
}

/** Milliseconds from a kill until an app logged an event. */
async function sinceKill(cluster: Cluster, kill: string, wait: string, event: string): Promise<number> {
  const before = cluster.get(wait).events.length;
  const killedMs = Date.now();
  await cluster.kill(kill, 'SIGKILL');
  const logged = await cluster.get(wait).waitFor(event, (one) => cluster.get(wait).events.indexOf(one) >= before);
  return Math.max(0, Date.parse(logged.time) - killedMs);
}

async function story(cluster: Cluster): Promise<void> {
  const up = await timed(() => cluster.ready());
  const pids = cluster.plans.map(({ name }) => `${name} ${paint.faint(String(cluster.get(name).pid))}`);
  say(`Five processes, up in ${up.ms} ms: ${pids.join(', ')}.`);
  say();
  say(paint.strong('1. All is well'));
  await askFor(cluster, () => 'both legs squared by an op-server each.');
  say();
  say(paint.strong('2. Op-server 1 is killed (kill -9)'));
  const noticedMs = await sinceKill(cluster, 'op-server-1', 'calc-server', 'listener-down');
  say(`   The calc-server noticed after ${noticedMs} ms.`);
  await askFor(cluster, ({ fallbacks }) => {
    if (fallbacks.length === 0) throw new Error('nobody was there to square leg 1, and yet it was not computed here');
    return `leg ${fallbacks.join(' and ')} squared by the calc-server itself.`;
  });
  say();
  say(paint.strong('3. The primary broker is killed (kill -9)'));
  const takeoverMs = await sinceKill(cluster, 'broker', 'backup', 'active');
  say(`   The backup was active after ${takeoverMs} ms.`);
  await askFor(cluster, () => 'through the backup.');
  say();
}

async function main(): Promise<void> {
  const whole = await timed(async () => {
    const cluster = await startCluster();
    try {
      await story(cluster);
    } finally {
      await cluster.stop();
    }
  });
  say(`Three scenes, ${whole.ms} ms, everything stopped. Yours: pnpm cluster, then pnpm calc hypotenuse 12 13.`);
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${paint.bad('demo failed')}: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
