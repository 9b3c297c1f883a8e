/**
 * A value for people.
 *
 * @param digits decimal places of a number, 0 to 17; all by default. Only the shown number is rounded.
 */
export function valueText(value: unknown, digits?: number): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'number') return JSON.stringify(value);
  if (digits === undefined) return String(value);
  const text = value.toFixed(digits);
  // -0.00001 to four places is 0, which has no sign.
  return /^-[0.]+$/.test(text) ? text.slice(1) : text;
}
