/* Names of options, for programs without types: without a check, a misspelt option would be ignored silently. */

/**
 * The names of all options of one kind, for {@link unknownOption}. The type requires every name, so a new option is not
 * forgotten here.
 */
export type OptionNames<O> = Readonly<Record<keyof O & string, true>>;

/** @returns the message about the first option that does not exist, if there is one */
export function unknownOption(given: object, names: Readonly<Record<string, true>>): string | undefined {
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(names, name));
  if (unknown === undefined) return undefined;
  return `there is no option "${unknown}"; there are ${Object.keys(names).join(', ')}`;
}

/** @throws TypeError for an option that does not exist, and for options that are not an object */
export function checkOptionNames(what: string, given: unknown, names: Readonly<Record<string, true>>): void {
  if (typeof given !== 'object' || given === null) throw new TypeError(`${what} takes its options as an object`);
  const said = unknownOption(given, names);
  if (said !== undefined) throw new TypeError(`${what}: ${said}`);
}
