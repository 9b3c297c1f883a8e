import type { Formula } from '@cateto/contracts';
import { CommandFault } from '../command-fault.ts';
import type { CommandClient } from '../context.ts';
import { exitCodes, failureCodeIn } from '../exit-codes.ts';
import type { Tally } from './progress.ts';

/**
 * Requests rows, and stops when no server exists. That is so when a request was never sent during its whole timeout,
 * and no server has answered any other request since it began. The rows behind it would only wait as long.
 */
export function asker(
  client: CommandClient,
  { name }: Formula,
  tally: Tally,
): (operands: readonly unknown[]) => Promise<unknown> {
  let answers = 0;
  return async (operands) => {
    const answersBefore = answers;
    try {
      const { value, fallbacks } = await client.call(name, operands, { trace: true });
      answers += 1;
      if (fallbacks.length > 0) tally.fellBack += 1;
      return value;
    } catch (error) {
      const code = failureCodeIn(error);
      if (code === 'no-listener' && answers === answersBefore) throw nobody(error);
      if (code !== 'no-listener' && code !== 'deadline-exceeded' && code !== 'cancelled') answers += 1;
      throw error;
    }
  };
}

function nobody(error: unknown): CommandFault {
  const said = error instanceof Error ? error.message : String(error);
  return new CommandFault(exitCodes.nobodyListened, `no server answers: ${said}`, { cause: error });
}
