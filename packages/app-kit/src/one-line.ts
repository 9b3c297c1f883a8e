import { visibleText } from '@cateto/contracts';

/** A text as one line that shows every character: white space becomes single spaces, control characters numbers. */
export function oneLine(text: string): string {
  return visibleText(text.replaceAll(/\s+/g, ' ').trim());
}
