import { exitCodes } from '@cateto/app-kit';
import type { Plant } from './plant.ts';

/** On a Ctrl-C nothing is left behind, a process that is stopped just then least of all: it would stay for ever. */
export function stopOnInterrupt(plant: Plant): void {
  const end = (exitCode: number) => (): void => void plant.stop().then(() => process.exit(exitCode));
  process.once('SIGINT', end(exitCodes.interrupted));
  process.once('SIGTERM', end(exitCodes.terminated));
}
