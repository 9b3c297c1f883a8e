import { jsonText } from '@cateto/contracts';

/**
 * A value for people.
 *
 * @param digits decimal places of a number, 0 to 17; all by default. Only the shown number is rounded.
 */
export function valueText(value: unknown, digits?: number): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'number') return withoutQuotes(jsonText(value));
  if (digits === undefined) return String(value);
  const text = value.toFixed(digits);
  // -0.00001 to four places is 0, which has no sign.
  return /^-[0.]+$/.test(text) ? text.slice(1) : text;
}

/** Bytes are a text in base64, which an argument takes without quotes too. */
function withoutQuotes(json: string): string {
  return json.startsWith('"') ? json.slice(1, -1) : json;
}
