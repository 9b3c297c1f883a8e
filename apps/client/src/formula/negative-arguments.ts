/*
 * Makes commander take every number for an argument. Commander knows -3 and -3e5, but takes -3E5, -3. and -inf for
 * options. So such arguments are marked while commander reads them. No real argument can contain the mark.
 */

const mark = '\u0000';

/** @param valueFlags flags whose next argument is their value */
export function markNegative(args: readonly string[], valueFlags: ReadonlySet<string>): string[] {
  return args.map((arg, index) => {
    const isValue = valueFlags.has(args[index - 1] ?? '');
    return !isValue && /^-(?:[0-9.]|inf|nan)/i.test(arg) ? `${mark}${arg}` : arg;
  });
}

export function unmarked(arg: string): string {
  return arg.startsWith(mark) ? arg.slice(mark.length) : arg;
}
