/**
 * Whether output on a stream should have colours: on a terminal that supports them, unless NO_COLOR is set
 * (https://no-color.org).
 */
export function wantsColour(stream: { readonly isTTY?: boolean }): boolean {
  const { NO_COLOR: noColour, TERM: terminal } = process.env;
  return stream.isTTY === true && terminal !== 'dumb' && (noColour === undefined || noColour === '');
}

/** Colours text for a terminal. Leaves it plain where colours should not be used. */
export interface Paint {
  strong(text: string): string;
  faint(text: string): string;
  good(text: string): string;
  bad(text: string): string;
}

export function paintFor(stream: { readonly isTTY?: boolean }): Paint {
  const colours = wantsColour(stream);
  const paint = (code: number) => (text: string) => (colours ? `\u001b[${code}m${text}\u001b[0m` : text);
  return { strong: paint(1), faint: paint(2), good: paint(32), bad: paint(31) };
}
