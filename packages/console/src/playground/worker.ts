import type { FromPlayground, ToPlayground } from '../shared/playground.ts';
import { createPlayground } from './playground.ts';

/* The Web Worker in which the playground runs: the page stays usable, whatever is computed here. */

interface WorkerScope {
  postMessage(message: FromPlayground): void;
  addEventListener(type: 'message', listener: (event: { readonly data: ToPlayground }) => void): void;
}

const scope = globalThis as unknown as WorkerScope;
/** A picture of the screen. */
const frameMs = 16;
/** After a tab was in the background, time goes on from where it was. */
const frameMaxMs = 100;

function tell(message: FromPlayground): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has no origin to name
  scope.postMessage(message);
}

const playground = createPlayground({
  tell,
  nowMs: () => performance.now(),
});
let running = false;

async function run(): Promise<void> {
  running = true;
  try {
    let lastMs = performance.now();
    let again = true;
    while (again) {
      const nowMs = performance.now();
      again = await playground.advance(Math.min(frameMaxMs, nowMs - lastMs));
      lastMs = nowMs;
      const leftMs = Math.max(1, frameMs - (performance.now() - nowMs));
      if (again) await new Promise((resolve) => setTimeout(resolve, leftMs));
    }
  } catch (error) {
    // A defect of the programs in the simulation: the page tells the person, who can begin anew.
    tell({ type: 'fault', message: error instanceof Error ? error.message : String(error) });
  } finally {
    running = false;
  }
}

scope.addEventListener('message', ({ data }) => {
  playground.hear(data);
  if (!running) void run();
});
