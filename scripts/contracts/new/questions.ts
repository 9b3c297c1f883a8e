import { cancel, intro, isCancel, text } from '@clack/prompts';
import type { Readable, Writable } from 'node:stream';
import type { Given, NewContract } from './request.ts';
import { defaultDescription, defaultOperands, descriptionFault, operandsFault } from './request.ts';

/** The terminal, unless another one is given. */
export interface Terminal {
  readonly input?: Readable;
  readonly output?: Writable;
}

/** The user pressed Ctrl-C instead of answering. */
export class Interrupted extends Error {}

/**
 * Asks on the terminal for missing values.
 *
 * @param faultOf returns what is wrong with a name
 * @throws Interrupted
 */
export async function askForMissing(
  kind: NewContract['kind'],
  given: Given,
  faultOf: (name: string) => string | undefined,
  terminal: Terminal = {},
): Promise<Given & { readonly name: string }> {
  const { name, description, operands, steps } = given;
  intro(`A new ${kind}`, terminal);
  const ask = (message: string, usual: string, fault: Fault): Promise<string> =>
    answerTo(message, usual, fault, terminal);
  return {
    steps,
    name: name ?? (await ask(`What is the ${kind} called?`, '', faultOf)),
    description: description ?? (await ask('What comes out, in one line?', defaultDescription(kind), descriptionFault)),
    ...(kind === 'formula' && {
      operands: operands ?? (await ask('What are its operands?', defaultOperands, operandsFault)),
    }),
  };
}

type Fault = (answer: string) => string | undefined;

async function answerTo(message: string, usual: string, faultOf: Fault, terminal: Terminal): Promise<string> {
  const answer = await text({
    ...terminal,
    message,
    placeholder: usual,
    defaultValue: usual,
    validate: (typed = '') => (typed === '' && usual !== '' ? undefined : faultOf(typed)),
  });
  if (!isCancel(answer)) return answer;
  cancel('Nothing was written.', terminal);
  throw new Interrupted();
}
