import type { SchemaValue, ValueSchema } from '../schemas/value-schema.ts';
import type { OperandList, OperandTuple } from './formula.ts';

/**
 * The names of operands that an editor shows: `leg(c: number, a: number)`. TypeScript cannot turn a text into the name
 * of a parameter. So this list has the names that can be shown; any other operand is shown as `operand`. A program adds
 * the names of its own catalogue:
 * ```ts
 * declare module '@cateto/contracts' {
 *   interface OperandLabels<T> {
 *     amount: [amount: T];
 *   }
 * }
 * ```
 */
export interface OperandLabels<T> {
  a: [a: T];
  b: [b: T];
  c: [c: T];
  d: [d: T];
  e: [e: T];
  f: [f: T];
  g: [g: T];
  h: [h: T];
  i: [i: T];
  j: [j: T];
  k: [k: T];
  l: [l: T];
  m: [m: T];
  n: [n: T];
  o: [o: T];
  p: [p: T];
  q: [q: T];
  r: [r: T];
  s: [s: T];
  t: [t: T];
  u: [u: T];
  v: [v: T];
  w: [w: T];
  x: [x: T];
  y: [y: T];
  z: [z: T];
  angle: [angle: T];
  count: [count: T];
  end: [end: T];
  first: [first: T];
  from: [from: T];
  height: [height: T];
  input: [input: T];
  key: [key: T];
  left: [left: T];
  length: [length: T];
  list: [list: T];
  name: [name: T];
  number: [number: T];
  other: [other: T];
  point: [point: T];
  radius: [radius: T];
  right: [right: T];
  second: [second: T];
  start: [start: T];
  text: [text: T];
  third: [third: T];
  to: [to: T];
  value: [value: T];
  values: [values: T];
  width: [width: T];
}

type Labelled<N, T> = N extends keyof OperandLabels<T> ? OperandLabels<T>[N] : [operand: T];

/** The arguments of a formula, each named like its operand. */
export type LabelledOperands<A extends OperandList> = A extends readonly [
  readonly [infer N, infer S extends ValueSchema],
  ...infer More extends OperandList,
]
  ? [...Labelled<N, SchemaValue<S>>, ...LabelledOperands<More>]
  : OperandTuple<A>;
