import { settings } from '@cateto/contracts';

const flag = settings.catalogue.flag.split(' ', 1).join('');

/** The arguments without the flag of the catalogue, on which the commands themselves depend. */
export interface TakenCatalogue {
  readonly given: string | undefined;
  readonly rest: readonly string[];
}

/** A flag without a value stays, so that the command reports it. */
export function takeCatalogue(args: readonly string[]): TakenCatalogue {
  const end = args.includes('--') ? args.indexOf('--') : args.length;
  const at = args.findIndex((arg, index) => index < end && (arg === flag || arg.startsWith(`${flag}=`)));
  const arg = args[at];
  if (arg === undefined) return { given: undefined, rest: args };
  if (arg !== flag) return { given: arg.slice(flag.length + 1), rest: args.toSpliced(at, 1) };
  const value = args[at + 1];
  return value === undefined || at + 1 >= end
    ? { given: undefined, rest: args }
    : { given: value, rest: args.toSpliced(at, 2) };
}
