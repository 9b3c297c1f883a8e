import { catchSignals, guardOutput, paintFor } from '@cateto/app-kit';
import type { ClientAnswer } from './ask.ts';
import { ask } from './ask.ts';
import type { Cluster } from './cluster.ts';
import { startCluster } from './cluster.ts';
import { within } from './settles-within.ts';

/*
 * The paper's three scenes with real processes: a hypotenuse is computed with all processes, with an op-server killed,
 * and with the primary broker killed. The demo measures every figure that it prints.
 */

const paint = paintFor(process.stdout);
const expected = 17.69180601295413;

/** Far longer than any step takes, also on a slow machine. A step that takes longer will not end. */
const waitMaxMs = 30_000;

function say(text = ''): void {
  process.stdout.write(`${text}\n`);
}

async function askFor(cluster: Cluster, inTheStory: (answer: ClientAnswer) => string): Promise<void> {
  const answer = await within(waitMaxMs, 'an answer', ask(cluster.brokers, 'hypotenuse', [12, 13], false));
  if (answer.value !== expected)
    throw new Error(`hypotenuse(12, 13) was answered with ${answer.value} instead of ${expected}`);
  const took = `${answer.elapsedMs.toFixed(1)} ms`;
  say(`   hypotenuse(12, 13) = ${paint.strong(String(answer.value))} in ${paint.good(took)}, ${inTheStory(answer)}`);
}

/** Milliseconds from the kill of one process until another process logged an event. */
async function sinceKill(cluster: Cluster, kill: string, wait: string, event: string): Promise<number> {
  const next = cluster.get(wait).waitForNext(event);
  const killedMs = Date.now();
  const both = Promise.all([next, cluster.kill(kill, 'SIGKILL')]);
  const [logged] = await within(waitMaxMs, `${event} of ${wait}`, both);
  return Math.max(0, Date.parse(logged.time) - killedMs);
}

/** Waits until the calc-server knows a server for the square of each leg, so that the scene shows who computes what. */
async function knownSquares(cluster: Cluster): Promise<void> {
  const known = [1, 2].map((lane) => {
    const route = `calc.square.request.${lane}`;
    return cluster
      .get('calc-server')
      .waitFor('listener-up', ({ routes }) => Array.isArray(routes) && routes.includes(route));
  });
  await within(waitMaxMs, 'op-servers known to the calc-server', Promise.all(known));
}

/** The broker that last reported to be active: the primary, unless this machine stood still meanwhile. */
function activeBroker(cluster: Cluster): 'broker' | 'backup' {
  const { events } = cluster.get('broker');
  return events.findLast(({ event }) => ['active', 'standby'].includes(event))?.event === 'active'
    ? 'broker'
    : 'backup';
}

async function story(cluster: Cluster, startMs: number): Promise<void> {
  await within(waitMaxMs, 'five processes', cluster.ready());
  await knownSquares(cluster);
  const pids = cluster.plans.map(({ name }) => `${name} ${paint.faint(String(cluster.get(name).pid))}`);
  say(`Five processes, up in ${Math.round(performance.now() - startMs)} ms: ${pids.join(', ')}.`);
  say();
  say(paint.strong('1. All is well'));
  await askFor(cluster, ({ fallbacks }) => {
    if (fallbacks.length > 0) throw new Error(`leg ${fallbacks.join(' and ')} had an op-server that did not square it`);
    return 'both legs squared by an op-server each.';
  });
  say();
  say(paint.strong('2. Op-server 1 is killed (kill -9)'));
  const noticedMs = await sinceKill(cluster, 'op-server-1', 'calc-server', 'listener-down');
  say(`   The calc-server noticed after ${noticedMs} ms.`);
  await askFor(cluster, ({ fallbacks }) => {
    if (!fallbacks.includes(1))
      throw new Error('no op-server was there to square leg 1, but the calc-server did not compute the square');
    return `leg ${fallbacks.join(' and ')} squared by the calc-server itself.`;
  });
  say();
  const names = { broker: 'primary', backup: 'backup' } as const;
  const killed = activeBroker(cluster);
  const heir = killed === 'broker' ? 'backup' : 'broker';
  say(paint.strong(`3. The ${names[killed]} broker is killed (kill -9)`));
  const takeoverMs = await sinceKill(cluster, killed, heir, 'active');
  say(`   The ${names[heir]} was active after ${takeoverMs} ms.`);
  await askFor(cluster, () => `through the ${names[heir]}.`);
  say();
}

async function main(): Promise<void> {
  catchSignals();
  // The processes end with this process.
  guardOutput('demo');
  const startMs = performance.now();
  const cluster = await startCluster();
  try {
    await story(cluster, startMs);
  } finally {
    await cluster.stop();
  }
  const wholeMs = Math.round(performance.now() - startMs);
  say(`Three scenes, ${wholeMs} ms, everything stopped. Yours: pnpm cluster, then pnpm calc hypotenuse 12 13.`);
  say('To watch a system, and to break it, on a web page: pnpm cluster --console');
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${paint.bad('demo failed')}: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
