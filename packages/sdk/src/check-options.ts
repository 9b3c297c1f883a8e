import type { Catalogue, Formula } from '@cateto/contracts';
import { isCodeOf, isLane, limits, SettingFault, textOf } from '@cateto/contracts';
import { isDuration } from './call-options.ts';
import type { ServiceParts } from './service-parts.ts';

/*
 * Checks at run time what the types of the options of `connect` and `serve` say, for programs without types. The checks
 * run before any socket is opened: a socket that no one closes keeps the process from ending.
 */

/** @throws TypeError for anything that `defineCatalogue` did not return */
export function checkCatalogue(catalogue: unknown): void {
  const made = typeof catalogue === 'object' && catalogue !== null && 'hashes' in catalogue;
  if (!made) throw new TypeError('catalogue: it was not made by defineCatalogue');
}

/** @throws TypeError for anything but a telemetry */
export function checkTelemetry(telemetry: unknown): void {
  if (telemetry === undefined) return;
  const { call, serve } = (telemetry ?? {}) as { readonly call?: unknown; readonly serve?: unknown };
  if (typeof call === 'function' && typeof serve === 'function') return;
  throw new TypeError('telemetry: give it the result of openTelemetry() of @cateto/otel');
}

/** @throws SettingFault naming the option */
export function checkDuration(name: string, ms: unknown): void {
  if (!isDuration(ms)) throw new SettingFault(`${name}: ${String(ms)} is not above 0 and at most a day`);
}

/** @throws SettingFault naming the option */
export function checkCount(name: string, count: unknown, min: number, max: number): void {
  if (Number.isInteger(count) && Number(count) >= min && Number(count) <= max) return;
  throw new SettingFault(`${name}: ${String(count)} is not a whole number from ${min} to ${max}`);
}

/**
 * @throws TypeError naming the operation, formula or lane
 * @throws SettingFault for an invalid timeout
 */
export function checkService(parts: ServiceParts): void {
  const { catalogue, handlers, formulas, lanes, operationTimeoutMs, concurrency, drainMs } = parts;
  checkCatalogue(catalogue);
  checkTelemetry(parts.telemetry);
  checkDuration('operationTimeoutMs', operationTimeoutMs);
  if (drainMs !== undefined) checkDuration('drainMs', drainMs);
  if (concurrency !== undefined) checkCount('concurrency', concurrency, 1, limits.requestsInFlightMax);
  const given: Partial<ServiceParts['handlers']> | undefined = handlers;
  for (const name of Object.keys(catalogue.operations)) {
    if (typeof given?.[name] !== 'function') throw new TypeError(`no handler for operation "${name}"`);
  }
  if (formulas !== undefined) checkCodes(catalogue, formulas);
  const exposeErrors: unknown = parts.exposeErrors;
  if (exposeErrors !== undefined && typeof exposeErrors !== 'boolean') {
    throw new TypeError(`exposeErrors: ${textOf(exposeErrors)} is not true or false`);
  }
  const wrong = lanes?.find((lane) => !isLane(lane));
  if (wrong !== undefined) throw new TypeError(`lanes: ${String(wrong)} is not one of 1 to 8`);
}

function checkCodes(catalogue: Catalogue, codes: Readonly<Record<string, unknown>>): void {
  for (const { name } of Object.values<Formula>(catalogue.formulas)) {
    if (!isCodeOf(name, codes[name])) throw new TypeError(`no code for formula "${name}"`);
  }
}
