/* Exports for the scripts of this repository, which has a layout and a rule about breaking changes of its own. */
export type { ContractsCheck } from './check-contracts.ts';
export { checkContracts } from './check-contracts.ts';
export { allowBreaks } from './allow-breaks.ts';
export type { ContractsWork } from './commands.ts';
export { addCheck, addExport } from './commands.ts';
export type { ContractsTarget } from './contract-files.ts';
export { allowedPath, contractFiles, json, leftOver, releasedFile } from './contract-files.ts';
export type { GeneratedFile } from './generated-files.ts';
export { staleFiles, writeFiles } from './generated-files.ts';
export { jsonOutputs } from './json-outputs.ts';
