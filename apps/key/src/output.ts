/** Writes what a command did: lines for people, or one line of JSON. */
export function say(isJson: boolean | undefined, result: object, lines: readonly string[]): void {
  const text = isJson === true ? JSON.stringify(result) : lines.join('\n');
  process.stdout.write(`${text}\n`);
}
