import { execFile, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

/*
 * `node measure.js 500 20000` prices 500 options with 20,000 paths each on two op-servers with a thread each, and says:
 * how often the handler ran, how much of two cores' time the threads computed, and whether the total is the same to the
 * last bit when an op-server and the active broker are killed meanwhile. Linux only: the processor time of each thread
 * comes from /proc. Exit code 1 when an option ran twice or the total differs.
 */

const [many = '500', paths = '20000'] = process.argv.slice(2);
const execute = promisify(execFile);
const flags = ['--catalogue', './pricing.js'];

function print(line) {
  process.stdout.write(`${line}\n`);
}

/** Runs a program of Cateto to its end. */
async function client(...given) {
  const { stdout } = await execute('node_modules/.bin/cateto', ['client', ...given, ...flags], { maxBuffer: 2 ** 26 });
  return JSON.parse(stdout);
}

async function optionsOf(...given) {
  const { stdout } = await execute(process.execPath, ['options.js', ...given]);
  return stdout;
}

function price(list) {
  return client('portfolio', list, '--timeout', '600000', '--json');
}

/** Starts everything, and waits until it is up. */
async function startCluster() {
  const child = spawn('node_modules/.bin/cateto', ['cluster', '--op-servers', '2', '--workers', '1', ...flags], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const pids = new Map();
  const lines = createInterface({ input: child.stdout });
  for await (const line of lines) {
    const [, name, pid] = /^([a-z-]+\d?) +(\d+) /.exec(line) ?? [];
    if (name !== undefined) pids.set(name, Number(pid));
    if (line.startsWith('Its formulas')) break;
  }
  child.stdout.resume();
  if (pids.size === 0) throw new Error('the cluster did not start: run it alone to see why');
  return { child, pids };
}

/** Milliseconds that a thread of each op-server has computed, and has waited for a core, by thread. */
function threadTimes(pids) {
  return ['op-server-1', 'op-server-2'].map((name) => {
    const pid = pids.get(name);
    const threads = readdirSync(`/proc/${pid}/task`).filter((thread) => Number(thread) !== pid);
    return new Map(threads.map((thread) => [thread, timesOf(`/proc/${pid}/task/${thread}/schedstat`)]));
  });
}

function timesOf(file) {
  const [computed, waited] = readFileSync(file, 'utf8').split(' ');
  return { computed: Number(computed) / 1e6, waited: Number(waited) / 1e6 };
}

/** What the handler's thread of each op-server did meanwhile: it is the one that computed most. */
function handlerTimes(before, after) {
  return after.map((threads, server) => {
    const spent = [...threads].map(([thread, { computed, waited }]) => {
      const began = before[server].get(thread) ?? { computed: 0, waited: 0 };
      return { computed: computed - began.computed, waited: waited - began.waited };
    });
    return spent.toSorted((a, b) => b.computed - a.computed)[0];
  });
}

async function runs() {
  const { servers } = await client('status', '--json');
  return servers.filter(({ role }) => role === 'op-server').map((server) => server.runs ?? 0);
}

function share(milliseconds, elapsedMs) {
  return (milliseconds / (2 * elapsedMs)).toFixed(3);
}

const list = await optionsOf(many, paths);
const { child, pids } = await startCluster();
try {
  // Both threads load the handlers, and V8 compiles them.
  await price(await optionsOf('40', '20000'));

  const runsBefore = await runs();
  const before = threadTimes(pids);
  const first = await price(list);
  const times = handlerTimes(before, threadTimes(pids));
  const ran = (await runs()).map((count, server) => count - runsBefore[server]);
  const computed = times.reduce((sum, each) => sum + each.computed, 0);
  const waited = times.reduce((sum, each) => sum + each.waited, 0);
  const once = ran.reduce((sum, count) => sum + count, 0) === Number(many);
  print(`${many} options of ${paths} paths: ${(first.elapsedMs / 1000).toFixed(2)} s, total ${first.value.total}`);
  print(`runs of the handler: ${ran.join(' + ')}, each option ${once ? 'once' : 'NOT once'}`);
  print(`handlers computed ${(computed / 1000).toFixed(2)} s: ${share(computed, first.elapsedMs)} of two cores' time`);
  print(`with the time that they waited for a core: ${share(computed + waited, first.elapsedMs)}`);

  const again = price(list);
  // After a third and after a half of the time that the first run took.
  setTimeout(() => process.kill(pids.get('op-server-1'), 'SIGKILL'), first.elapsedMs / 3);
  setTimeout(() => process.kill(pids.get('broker'), 'SIGKILL'), first.elapsedMs / 2);
  const second = await again;
  const same = Object.is(second.value.total, first.value.total);
  print(
    `an op-server and the active broker killed: ${(second.elapsedMs / 1000).toFixed(2)} s, total ${second.value.total}`,
  );
  print(`the total is ${same ? 'the same to the last bit' : 'ANOTHER ONE'}`);
  process.exitCode = once && same ? 0 : 1;
} finally {
  child.kill('SIGTERM');
}
