import type { Worked, WorkerTask } from './worker-task.ts';

/** A worker thread whose operations go wrong as handlers do. */
export default function work({ operation, input }: WorkerTask): Promise<Worked> {
  if (operation === 'echo') return Promise.resolve({ output: input });
  if (operation === 'loop') for (;;);
  if (operation === 'exit') process.exit(7);
  if (operation === 'throw-later') {
    setTimeout(() => {
      throw new Error('later');
    });
  }
  // So does `never`.
  return new Promise(() => undefined);
}
