import type { Io, Output } from './context.ts';

type Colour = (text: string) => string;

export interface Paint {
  readonly good: Colour;
  readonly bad: Colour;
  readonly dim: Colour;
}

/** Colours, on a terminal that wants them: https://no-color.org */
export function paintFor(output: Output, env: Io['env']): Paint {
  const noColour = env['NO_COLOR'] !== undefined && env['NO_COLOR'] !== '';
  const coloured = output.isTTY === true && !noColour && env['TERM'] !== 'dumb';
  const colour = (code: number): Colour => (coloured ? (text) => `\u001b[${code}m${text}\u001b[0m` : (text) => text);
  return { good: colour(32), bad: colour(31), dim: colour(2) };
}
