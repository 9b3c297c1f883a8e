import { violationText } from '@cateto/contracts/tools';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { ContractsCheck } from './check-contracts.ts';
import type { ContractsTarget } from './contract-files.ts';
import { allowedPath, json } from './contract-files.ts';
import { writeFiles } from './generated-files.ts';

/** Writes down that the breaks are meant. @returns the check as it is now */
export function allowBreaks(target: ContractsTarget, check: ContractsCheck): ContractsCheck {
  const allowed = [...check.allowed, ...check.breaking];
  const path = allowedPath(target);
  if (allowed.length === 0) rmSync(join(target.root, path), { force: true });
  else writeFiles(target.root, [{ path, text: json(allowed.map(violationText)) }]);
  return { ...check, allowed, breaking: [], outdated: [] };
}
