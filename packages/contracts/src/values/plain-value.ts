import { nestingMax, valueBytesMax, valuePartsMax } from '../messages/limits.ts';
import { textOf } from './thrown-text.ts';
import { encodedBytes } from '../msgpack/value-size.ts';
import type { BinaryValue } from './binary-value.ts';
import { copyOfBinary, isBinary } from './binary-value.ts';

/*
 * A value is null, a boolean, a number, a well-formed text, bytes, doubles, a list of values, or a plain object of values
 * by name.
 *
 * A value is copied when it is handed over. One walk copies it, and refuses parts that would not arrive unchanged.
 * Later changes by its owner have no effect. Each property is read once, so that a getter or a Proxy cannot give the
 * check and the encoder different values. A property that is undefined counts as absent, and -0 becomes 0, as on the
 * wire: a value that never leaves the process equals the one that would have arrived.
 */

/** The copy of a value, or the reason why it cannot be sent: `rows.2.when: a Date cannot be sent`. */
export type Taken =
  | {
      readonly value: unknown;
      /** Whether a part is binary, which only a schema can tell from another kind of binary on arrival. */
      readonly binary: boolean;
      readonly fault?: undefined;
    }
  | { readonly value?: undefined; readonly fault: string };

export function takeValue(value: unknown): Taken {
  const walk = new Walk();
  const copy = walk.take(value, nestingMax - containersAround);
  if (copy === refused) return { fault: walk.fault() };
  // The estimate counts three bytes for each character of a text. Compute the exact size only when the estimate does
  // not fit.
  const bytes = walk.mostBytes > valueBytesMax ? encodedBytes(copy) : 0;
  if (bytes > valueBytesMax) return { fault: tooManyBytes(bytes) };
  return { value: copy, binary: walk.binary };
}

/** Copies a value that was copied on handover, or that came over the wire, for code that may change it. */
export function copyOf<V>(value: V): V {
  if (typeof value !== 'object' || value === null) return value;
  if (isBinary(value)) return copyOfBinary(value) as V;
  if (Array.isArray(value)) {
    const list: unknown[] = [];
    for (const part of value) list.push(copyOf(part));
    return list as V;
  }
  const copy: Record<string, unknown> = {};
  for (const [key, part] of Object.entries(value)) copy[key] = copyOf(part);
  return copy as V;
}

/** Levels around a value's parts: the value, its message, the list of messages and the batch. */
const containersAround = 4;

const tooManyBytes = (bytes: number): string => `${bytes} bytes; a value has at most ${valueBytesMax}`;
const tooManyParts = `more than ${valuePartsMax} lists, objects and texts; a value has at most that many`;

/** Stands for a part that cannot be sent. */
const refused = Symbol('refused');

class Walk {
  mostBytes = 0;
  binary = false;
  private leastBytes = 0;
  private parts = 0;
  private why = '';
  /** The path from the value down to the refused part. */
  private readonly path: (string | number)[] = [];

  /** @returns `refused` when the value would not arrive unchanged */
  take(value: unknown, depthLeft: number): unknown {
    switch (typeof value) {
      case 'number':
        this.mostBytes += 9;
        this.leastBytes += 1;
        return value + 0;
      case 'boolean':
        return this.byte(value);
      case 'string':
        return this.text(value) ? value : refused;
      case 'object':
        return value === null ? this.byte(value) : this.container(value, depthLeft);
      case 'undefined':
        return this.refuse('undefined cannot be sent; null can');
      default:
        return this.refuse(`a ${typeof value} cannot be sent`);
    }
  }

  private byte(value: boolean | null): unknown {
    this.mostBytes += 1;
    this.leastBytes += 1;
    return value;
  }

  fault(): string {
    const path = this.path.join('.').toWellFormed();
    if (path === '') return this.why;
    return `${path.length > pathShownMax ? `${path.slice(0, pathShownMax)}…` : path}: ${this.why}`;
  }

  private container(value: object, depthLeft: number): unknown {
    if (depthLeft <= 0) return this.refuse('nested too deep');
    this.mostBytes += 5;
    if (!this.hasRoom(1)) return refused;
    try {
      if (Array.isArray(value)) return this.list(value, depthLeft);
      if (isBinary(value)) return this.bytes(value);
      return isPlain(value) ? this.object(value, depthLeft) : this.refuse(`${nameOf(value)} cannot be sent`);
    } catch (error) {
      return this.refuse(`it cannot be read: ${textOf(error)}`);
    }
  }

  private list(value: readonly unknown[], depthLeft: number): unknown {
    if (!isPlainList(value)) return this.refuse(`${nameOf(value)} cannot be sent`);
    const { length } = value;
    if (length > valueBytesMax) return this.tooLarge(length);
    const copy: unknown[] = [];
    for (let index = 0; index < length; index += 1) {
      const part = this.take(value[index], depthLeft - 1);
      if (part === refused) return this.refusedAt(index, length - index - 1);
      copy.push(part);
      if (this.leastBytes > valueBytesMax) return this.tooLarge(length - index - 1);
    }
    // A missing element was refused as undefined. So there are exactly `length` elements, and any further key is a
    // named property.
    if (Object.keys(value).length !== length) return this.refuse('a list with named properties cannot be sent');
    return copy;
  }

  private bytes(value: BinaryValue): unknown {
    this.binary = true;
    this.mostBytes += value.byteLength;
    this.leastBytes += value.byteLength;
    return this.leastBytes > valueBytesMax ? this.tooLarge() : copyOfBinary(value);
  }

  private object(value: object, depthLeft: number): unknown {
    if (Object.getOwnPropertySymbols(value).length > 0) {
      return this.refuse('an object with symbols for names cannot be sent');
    }
    const copy: Record<string, unknown> = {};
    for (const key of Object.keys(value)) {
      const given: unknown = (value as Readonly<Record<string, unknown>>)[key];
      if (given === undefined) continue;
      if (key === '__proto__') return this.refuse('a property cannot be called __proto__');
      if (!this.text(key)) return this.refusedAt(key);
      const part = this.take(given, depthLeft - 1);
      if (part === refused) return this.refusedAt(key);
      copy[key] = part;
    }
    return copy;
  }

  private text(text: string): boolean {
    this.mostBytes += 5 + text.length * 3;
    this.leastBytes += text.length;
    if (!text.isWellFormed()) this.refuse('a text with half of a surrogate pair cannot be sent');
    else if (this.leastBytes > valueBytesMax) this.tooLarge();
    else return this.hasRoom(1);
    return false;
  }

  private hasRoom(parts: number): boolean {
    this.parts += parts;
    if (this.parts <= valuePartsMax) return true;
    this.refuse(tooManyParts);
    return false;
  }

  private refuse(why: string): typeof refused {
    this.why = why;
    return refused;
  }

  /** The walk ends here. Each element of a list that it has not reached counts one byte. */
  private tooLarge(unreached = 0): typeof refused {
    this.leastBytes += unreached;
    return this.refuse(`at least ${tooManyBytes(this.leastBytes)}`);
  }

  /**
   * A limit of the whole value is not the fault of the part at which it was exceeded, so the path leaves that part out.
   *
   * @param unreached how many elements follow
   */
  private refusedAt(key: string | number, unreached = 0): typeof refused {
    if (this.leastBytes > valueBytesMax) return this.tooLarge(unreached);
    if (this.why !== tooManyParts) this.path.unshift(key);
    return refused;
  }
}

const pathShownMax = 200;

/**
 * Whether an object was made by a literal, by `JSON.parse`, by a decoder, or without a prototype, in this realm or
 * another.
 */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null || isRoot(prototype as object);
}

function isPlainList(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Array.prototype) return true;
  // In every realm, the prototype of lists is a list itself. The prototype of a class is not.
  return Array.isArray(prototype) && isRoot(Object.getPrototypeOf(prototype) as object);
}

/** Whether an object is the `Object.prototype` of its realm. */
function isRoot(prototype: object): boolean {
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'isPrototypeOf');
}

/** `a Map`, `an Error`. */
function nameOf(value: object): string {
  const { constructor } = value as { readonly constructor?: unknown };
  const name = typeof constructor === 'function' ? constructor.name : '';
  if (name === '' || name === 'Object') return 'an object that is not plain';
  return `${/^[aeio]/i.test(name) ? 'an' : 'a'} ${name}`;
}
