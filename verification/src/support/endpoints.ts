import { parseBrokers } from '@cateto/contracts';

/** The ports of two brokers in the form of `CATETO_BROKERS`, the primary first. */
export function endpointsOf(brokers: string) {
  const parsed = parseBrokers(brokers);
  if (parsed instanceof Error) throw parsed;
  const [primary, backup] = parsed;
  if (primary === undefined || backup === undefined) throw new Error(`${brokers} are not two brokers`);
  return [primary, backup] as const;
}
