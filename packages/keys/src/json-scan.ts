/* Finds where the values of a JSON text are, and where the text stops being JSON. JSON.parse tells neither. */

export interface JsonScan {
  /** The offset of each value, by its path: names and indexes, each behind a {@link pathSeparator}. */
  readonly offsets: ReadonlyMap<string, number>;
  /** Where the first fault is. A member that occurs twice is one: a reader would see only one of them. */
  readonly fault:
    | { readonly offset: number; readonly path: string; readonly message: string; readonly isTwice: boolean }
    | undefined;
}

/** Names in a list have no such character. */
export const pathSeparator = '\0';

type Expected = 'a value' | 'a name' | 'a colon' | 'a comma or the end' | 'the end';

interface Frame {
  readonly isArray: boolean;
  readonly path: string;
  readonly names: Set<string>;
  /** Of the value that comes, or came last. */
  step: string;
  count: number;
}

const blank = /[\t\n\r ]*/y;
const stringSource = String.raw`"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"`;
const token = new RegExp(
  String.raw`[{}[\],:]|${stringSource}|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null`,
  'y',
);
const shownMax = 20;
/**
 * A list has four levels. The paths of a deep text would take quadratic time, and checks of its values would need more
 * stack than there is.
 */
export const levelsMax = 16;

export function scanJson(text: string): JsonScan {
  const offsets = new Map<string, number>();
  const frames: Frame[] = [];
  let expected: Expected = 'a value';
  let at = 0;

  const pathOf = (frame: Frame | undefined): string =>
    frame === undefined ? '' : frame.path + pathSeparator + (frame.isArray ? String(frame.count) : frame.step);
  const fault = (message: string, isTwice = false): JsonScan => ({
    offsets,
    fault: { offset: at, path: pathOf(frames.at(-1)), message, isTwice },
  });
  const unexpected = (): JsonScan => {
    if (at === text.length) return fault('not JSON: the text ends too early');
    return fault(`not JSON: ${expected} is expected, not ${JSON.stringify(text.slice(at, at + shownMax))}`);
  };
  const afterValue = (): Expected => (frames.length === 0 ? 'the end' : 'a comma or the end');

  for (;;) {
    blank.lastIndex = at;
    blank.exec(text);
    at = blank.lastIndex;
    if (expected === 'the end') return at === text.length ? { offsets, fault: undefined } : unexpected();
    token.lastIndex = at;
    const found = token.exec(text)?.[0];
    if (found === undefined) return unexpected();
    const frame = frames.at(-1);
    const first = found.charAt(0);
    const isEmpty = frame?.count === 0 && expected === (frame.isArray ? 'a value' : 'a name');
    const mayEnd = isEmpty || expected === 'a comma or the end';
    if (mayEnd && first === (frame?.isArray === true ? ']' : '}')) {
      frames.pop();
      expected = afterValue();
    } else if (expected === 'a name') {
      if (first !== '"' || frame === undefined) return unexpected();
      frame.step = JSON.parse(found) as string;
      if (frame.names.has(frame.step)) return fault('the member occurs twice', true);
      frame.names.add(frame.step);
      expected = 'a colon';
    } else if (expected === 'a colon') {
      if (first !== ':') return unexpected();
      expected = 'a value';
    } else if (expected === 'a comma or the end') {
      if (first !== ',' || frame === undefined) return unexpected();
      frame.count += 1;
      expected = frame.isArray ? 'a value' : 'a name';
    } else {
      if (',:]}'.includes(first)) return unexpected();
      const path = pathOf(frame);
      offsets.set(path, at);
      if (first === '{' || first === '[') {
        if (frames.length === levelsMax) return fault('it is nested too deeply');
        frames.push({ isArray: first === '[', path, names: new Set(), step: '', count: 0 });
        expected = first === '[' ? 'a value' : 'a name';
      } else {
        expected = afterValue();
      }
    }
    at += found.length;
  }
}
