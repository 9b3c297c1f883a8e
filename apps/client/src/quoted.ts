/** A user's text for an error message: quoted, and cut if it is as long as a file. */
export function quoted(text: string): string {
  const lengthMax = 60;
  return JSON.stringify(text.length > lengthMax ? `${text.slice(0, lengthMax)}…` : text);
}
