/**
 * What was thrown, as a text for people. Anything can be thrown: nothing at all, an Error whose message is a getter that throws, an
 * Error of another realm, which is no instance of this realm's class.
 */
export function textOf(thrown: unknown): string {
  try {
    const message: unknown = typeof thrown === 'object' && thrown !== null && 'message' in thrown ? thrown.message : '';
    return typeof message === 'string' && message !== '' ? message : String(thrown);
  } catch {
    return 'threw something without a text';
  }
}
