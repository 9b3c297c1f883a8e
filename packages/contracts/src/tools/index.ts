/*
 * `@cateto/contracts/tools`: the comparison of two releases of a catalogue (evolution/), and the export of a catalogue
 * for other languages and for people (export/). Running programs of a system do not load it.
 */

export { assertName } from '../catalogue/names.ts';
export type { Schema } from './evolution/schema-view.ts';
export type { Violation } from './evolution/breaking-changes.ts';
export { violations, violationText } from './evolution/breaking-changes.ts';
export type { WorkChange } from './evolution/work-changes.ts';
export { workChanges, workChangeText } from './evolution/work-changes.ts';
export type { AsyncApiOptions } from './export/asyncapi.ts';
export { asyncApiOf } from './export/asyncapi.ts';
export type { ContractSet, DescribedFormula, DescribedOperation } from './export/contract-set.ts';
export { contractSetOf } from './export/contract-set.ts';
export { jsonSchemasOf } from './export/json-schemas.ts';
export { referenceOf } from './export/reference-page.ts';
export { exampleRoutes } from '../topics/example-routes.ts';
