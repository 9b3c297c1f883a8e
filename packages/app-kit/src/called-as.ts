let words: string | undefined;

/** Sets the words that the user typed to run the program that is loaded next: `cateto broker`. */
export function callAs(typed: string): void {
  words = typed;
}

/** The program's name for its usage text: its own name, or the words that the binary set. */
export function calledAs(ownName: string): string {
  return words ?? ownName;
}
