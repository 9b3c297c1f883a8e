import { exitCodes } from '@cateto/app-kit';
import type { Plant } from './system-under-test.ts';

/** On Ctrl-C, ends every process. A stopped process would otherwise stay for ever. */
export function stopOnInterrupt(plant: Plant): void {
  const end = (exitCode: number) => (): void => void plant.stop().then(() => process.exit(exitCode));
  process.once('SIGINT', end(exitCodes.interrupted));
  process.once('SIGTERM', end(exitCodes.terminated));
}
