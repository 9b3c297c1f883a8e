import type { JSX } from 'preact';

/* The field of a value, from its JSON Schema. Values without a field of their own are written as JSON. */

/** The part of JSON Schema that a form looks at. */
export interface JsonSchemaView {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly [keyword: string]: unknown;
}

interface FieldProps {
  readonly name: string;
  readonly schema: JsonSchemaView;
  /** As it is written: JSON, apart from plain texts. */
  readonly text: string;
  readonly problem: string | undefined;
  readonly onText: (text: string) => void;
}

export function Field({ name, schema, text, problem, onText }: FieldProps): JSX.Element {
  const id = `operand-${name}`;
  const about = problem === undefined ? {} : { 'aria-invalid': true, 'aria-describedby': `${id}-problem` };
  return (
    <div class="field">
      <label for={id}>
        {name} <span class="faint">{kindOf(schema)}</span>
      </label>
      <Input id={id} schema={schema} text={text} onText={onText} about={about} />
      {problem !== undefined && (
        <p id={`${id}-problem`} class="problem">
          {problem}
        </p>
      )}
    </div>
  );
}

interface InputProps extends Pick<FieldProps, 'schema' | 'text' | 'onText'> {
  readonly id: string;
  readonly about: object;
}

function Input({ id, schema, text, onText, about }: InputProps): JSX.Element {
  const { type, enum: values } = schema;
  if (values !== undefined || type === 'boolean') {
    const choices = (values ?? [true, false]).map((value) => JSON.stringify(value));
    return (
      <select id={id} value={text} onChange={({ currentTarget }) => onText(currentTarget.value)} {...about}>
        {choices.map((choice) => (
          <option key={choice} value={choice}>
            {choice}
          </option>
        ))}
      </select>
    );
  }
  if (type === 'number' || type === 'integer' || type === 'string') {
    const inputMode = type === 'string' ? 'text' : 'decimal';
    return (
      <input
        id={id}
        value={text}
        inputMode={inputMode}
        autocomplete="off"
        onInput={({ currentTarget }) => onText(currentTarget.value)}
        {...about}
      />
    );
  }
  const rows = Math.min(12, text.split('\n').length + 1);
  return (
    <textarea
      id={id}
      value={text}
      rows={rows}
      spellcheck={false}
      onInput={({ currentTarget }) => onText(currentTarget.value)}
      {...about}
    />
  );
}

/** The text that a person would write into the field for this value. */
export function textOf(schema: JsonSchemaView, value: unknown): string {
  if (schema.type === 'string' && schema.enum === undefined && typeof value === 'string') return value;
  const isShort = typeof value !== 'object' || JSON.stringify(value).length < 60;
  return JSON.stringify(value, undefined, isShort ? undefined : 2) ?? '';
}

/** @returns the value, or why the text has no value */
export function valueOf(
  schema: JsonSchemaView,
  text: string,
): { readonly value: unknown } | { readonly problem: string } {
  if (schema.type === 'string' && schema.enum === undefined) return { value: text };
  if (schema.type === 'number' || schema.type === 'integer') {
    const value = Number(text.trim().replace(/^(-?\d+),(\d+)$/, '$1.$2'));
    return text.trim() === '' || Number.isNaN(value) ? { problem: 'This is not a number.' } : { value };
  }
  try {
    return { value: JSON.parse(text) as unknown };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { problem: `This is not JSON: ${error.message}` };
  }
}

export function kindOf({ type, enum: values }: JsonSchemaView): string {
  if (values !== undefined) return 'one of these';
  return type === undefined ? 'JSON' : [type].flat().join(' or ');
}
