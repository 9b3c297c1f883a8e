import { closest } from '@cateto/app-kit';
import type { Catalogue, Formula } from '@cateto/contracts';
import { CommandFault } from './command-fault.ts';
import { exitCodes } from './exit-codes.ts';
import { quoted } from './quoted.ts';

/** @throws CommandFault naming the formulas of the catalogue */
export function knownFormula(catalogue: Catalogue, name: string): Formula {
  const formula = Object.hasOwn(catalogue.formulas, name) ? catalogue.formulas[name] : undefined;
  if (formula === undefined) throw unknownFormula(catalogue, name);
  return formula;
}

/** @param commands other words that the user may have meant */
export function unknownFormula(catalogue: Catalogue, name: string, commands: readonly string[] = []): CommandFault {
  const names = Object.keys(catalogue.formulas);
  const meant = closest(name, [...names, ...commands]);
  const hint = meant === undefined ? '' : ` (did you mean ${meant}?)`;
  return new CommandFault(
    exitCodes.refused,
    `no formula is called ${quoted(name)}${hint}; there are ${names.join(', ')}`,
    { code: 'unknown-formula' },
  );
}
