import { settings } from '@cateto/contracts';
import { closest } from './closest.ts';

const prefix = /^CATETO_/i;

/** A variable that looks like a setting and is none: a typo, most of the time. */
export interface UnknownVariable {
  readonly variable: string;
  /** The setting that it may have meant. */
  readonly meant: string | undefined;
}

/** The variables of an environment that begin like a setting's and are none. */
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

/** One line about it. */
export function unknownVariableText({ variable, meant }: UnknownVariable): string {
  return `${JSON.stringify(variable)} is no setting and has no effect${meant === undefined ? '' : `; did you mean ${meant}?`}`;
}
