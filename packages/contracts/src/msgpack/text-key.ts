/**
 * Refuses keys of an object that are not texts. By default, the library would take numbers and make them texts.
 *
 * @throws TypeError for any other key
 */
export function textKey(key: unknown): string {
  if (typeof key === 'string') return key;
  throw new TypeError(`a key of an object is a text, not a ${typeof key}`);
}
