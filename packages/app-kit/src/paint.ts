/** Whether colours belong on a stream: on a terminal, unless NO_COLOR is set (https://no-color.org). */
export function wantsColour(stream: { readonly isTTY?: boolean }): boolean {
  const { NO_COLOR: noColour } = process.env;
  return stream.isTTY === true && (noColour === undefined || noColour === '');
}

/** Text for a terminal; plain when it is none, or when NO_COLOR asks for that. */
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
