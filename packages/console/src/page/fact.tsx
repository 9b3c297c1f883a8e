import type { JSX } from 'preact';

/** A name with its value, in a list of such (`dl`). */
export function Fact({ name, value }: { readonly name: string; readonly value: string }): JSX.Element {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}
