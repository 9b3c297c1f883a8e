import type { Catalogue, Formula, Operation } from '@cateto/contracts';
import { hashOf, jsonSchemaOf, jsonText } from '@cateto/contracts';

/** The contracts with their schemas as JSON Schema, for the page. */
export function catalogueInJson(catalogue: Catalogue): object {
  return {
    formulas: Object.values(catalogue.formulas).map((formula) => formulaInJson(catalogue, formula)),
    operations: Object.values(catalogue.operations).map((operation) => operationInJson(catalogue, operation)),
  };
}

function formulaInJson(catalogue: Catalogue, formula: Formula): object {
  const { name, description, version, operands, output, example } = formula;
  return {
    name,
    description,
    version,
    hash: hashOf(catalogue, name),
    operands: operands.map(([operand, schema]) => ({ name: operand, schema: jsonSchemaOf(schema) })),
    output: jsonSchemaOf(output),
    example: inJson(example),
  };
}

function operationInJson(catalogue: Catalogue, operation: Operation): object {
  const { name, description, version, input, output, example, work } = operation;
  const schemas = { input: jsonSchemaOf(input), output: jsonSchemaOf(output) };
  return { name, description, version, hash: hashOf(catalogue, name), ...schemas, example: inJson(example), work };
}

/** Bytes and vectors in the form that the schemas describe. */
function inJson(example: object): unknown {
  return JSON.parse(jsonText(example));
}
