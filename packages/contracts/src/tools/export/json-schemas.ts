import type { Catalogue } from '../../catalogue/catalogue.ts';
import type { Schema } from '../evolution/schema-view.ts';
import { messageSchemas } from './message-schemas.ts';
import { rebased } from './rebased-references.ts';
import { failuresOf, openSchema, ownFormulas, valuesOf } from './value-schemas.ts';

const dialect = 'https://json-schema.org/draft/2020-12/schema';

/**
 * The plain JSON Schemas. Each contract has a document with its values under `$defs` (`square` has `#/$defs/input` and
 * `#/$defs/output`). The document `protocol-messages` has the messages that carry them.
 */
export function jsonSchemasOf(catalogue: Catalogue): Readonly<Record<string, Schema>> {
  const contracts = [...Object.values(catalogue.operations), ...ownFormulas(catalogue.formulas)];
  const documents = contracts.map((contract) => {
    const { kind, name, description } = contract;
    const values = valuesOf(contract)
      .concat(failuresOf(contract))
      .map(({ name: value, schema }) => [value, openSchema(schema)] as const);
    return [name, documentOf(`${kind} ${name}`, description, Object.fromEntries(values))] as const;
  });
  const messages = documentOf('protocol messages', 'The content of a body, a MessagePack array.', messageSchemas());
  return { ...Object.fromEntries(documents), 'protocol-messages': messages };
}

function documentOf(title: string, description: string, parts: Readonly<Record<string, Schema>>): Schema {
  const $defs = Object.fromEntries(
    Object.entries(parts).map(([name, schema]) => [name, rebased(schema, `#/$defs/${name}`)]),
  );
  return { $schema: dialect, title, description, $defs };
}
