/** Line breaks and characters that could control a terminal. Messages come over the bus, from any peer. */
// oxlint-disable-next-line no-control-regex
const controls = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g;

/** Turns a message into one line of plain characters, whatever it contains. */
export function oneLine(text: string): string {
  return text.replace(controls, ' ').replace(/ {2,}/g, ' ').trim();
}

/** A user's text for an error message: quoted, and cut if it is as long as a file. */
export function quoted(text: string): string {
  const lengthMax = 60;
  return JSON.stringify(text.length > lengthMax ? `${text.slice(0, lengthMax)}…` : text);
}
