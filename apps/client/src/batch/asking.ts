import type { Formula } from '@cateto/contracts';
import { CommandFault } from '../command-fault.ts';
import type { CommandClient } from '../context.ts';
import { exitCodes, failureCodeIn } from '../exit-codes.ts';
import type { Tally } from './progress.ts';

/**
 * Asks for rows, and notices that nobody is there: a request waited all its time and was never sent, and since it began
 * no server said anything to any other. Then the rows behind it would only wait as long for nothing.
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
  return new CommandFault(exitCodes.nobodyListened, `nobody is there: ${said}`, { cause: error });
}
