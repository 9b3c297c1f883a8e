/**
 * Runs a whole system in one process, in virtual time.
 *
 * @module sdk-testing
 */

export type { CheckedSystem, DeterminismOptions } from './assert-deterministic.ts';
export { assertDeterministic } from './assert-deterministic.ts';
export { mapOver } from './map-over.ts';
export type { OnHost, SimulatedSystem, SimulateOptions } from './simulate.ts';
export { simulate } from './simulate.ts';
