/** Line breaks, and what could steer a terminal: messages come over the bus, from whoever is on it. */
// oxlint-disable-next-line no-control-regex
const controls = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g;

/** Whatever a message holds, it is one line of plain characters. */
export function oneLine(text: string): string {
  return text.replace(controls, ' ').replace(/ {2,}/g, ' ').trim();
}

/** A text of the user's as an error shows it: quoted, and cut when somebody passed a whole file. */
export function quoted(text: string): string {
  const lengthMax = 60;
  return JSON.stringify(text.length > lengthMax ? `${text.slice(0, lengthMax)}…` : text);
}
