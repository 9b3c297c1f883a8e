import type { Worked, WorkerTask } from './worker-task.ts';

/** A worker thread whose operations go wrong as handlers do. */
export default function work({ operation, input }: WorkerTask): Promise<Worked> {
  switch (operation) {
    case 'loop':
      for (;;);
    case 'exit':
      process.exit(7);
    // eslint-disable-next-line no-fallthrough -- the process ends
    case 'throw-later':
      setTimeout(() => {
        throw new Error('later');
      });
      return new Promise(() => undefined);
    case 'never':
      return new Promise(() => undefined);
    default:
      return Promise.resolve({ output: input });
  }
}
