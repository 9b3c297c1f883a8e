/* Options by name, for programs without types: a misspelt one would do nothing without anybody noticing. */

/** The names of all options of one kind, for {@link unknownOption}; none is forgotten when one is added. */
export type OptionNames<O> = Readonly<Record<keyof O & string, true>>;

/** @returns what is said of an option that does not exist */
export function unknownOption(given: object, names: Readonly<Record<string, true>>): string | undefined {
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(names, name));
  if (unknown === undefined) return undefined;
  return `there is no option "${unknown}"; there are ${Object.keys(names).join(', ')}`;
}

/** @throws TypeError naming an option that does not exist, and for what are no options */
export function checkOptionNames(what: string, given: unknown, names: Readonly<Record<string, true>>): void {
  if (typeof given !== 'object' || given === null) throw new TypeError(`${what} takes its options as an object`);
  const said = unknownOption(given, names);
  if (said !== undefined) throw new TypeError(`${what}: ${said}`);
}
