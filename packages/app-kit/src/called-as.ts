let words: string | undefined;

/** Says what a person typed to run the program that is loaded next: `cateto broker`. */
export function callAs(typed: string): void {
  words = typed;
}

/** How a program calls itself in its usage: its own name, or what the binary that runs it says was typed. */
export function calledAs(ownName: string): string {
  return words ?? ownName;
}
