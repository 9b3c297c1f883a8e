import { settings } from '@cateto/contracts';
import { closest } from './closest.ts';

const prefix = /^CATETO_/i;

/** A variable whose name begins like a setting's, but no setting has it: in most cases a typo. */
export interface UnknownVariable {
  readonly variable: string;
  /** The setting that was probably meant. */
  readonly meant: string | undefined;
}

/** The variables of an environment that start like a setting and are none. */
export function unknownVariables(environment: NodeJS.ProcessEnv): readonly UnknownVariable[] {
  const known = new Map(Object.values(settings).map(({ variable }) => [variable.replace(prefix, ''), variable]));
  return Object.keys(environment)
    .filter((name) => prefix.test(name) && known.get(name.replace(prefix, '')) !== name)
    .toSorted()
    .map((variable) => {
      const name = variable.replace(prefix, '').toUpperCase();
      const meant =
        closest(name, [...known.keys()]) ?? [...known.keys()].find((one) => name !== '' && one.startsWith(name));
      return { variable, meant: meant === undefined ? undefined : known.get(meant) };
    });
}

/** Describes it in one line. */
export function unknownVariableText({ variable, meant }: UnknownVariable): string {
  return `${JSON.stringify(variable)} is not a setting and has no effect${meant === undefined ? '' : `; did you mean ${meant}?`}`;
}
