import type { Schema } from '../evolution/schema-view.ts';
import type { JsonSchemaOptions } from '../../schemas/json-schema-options.ts';
import {
  batchLayout,
  cancelLayout,
  beatLayout,
  failureLayout,
  helloLayout,
  operandLayout,
  operationRequestLayout,
  StatusReport,
  statusRequestLayout,
  successLayout,
} from '../../messages/messages.ts';
import { eventsRequestLayout, EventsReport } from '../../messages/events-messages.ts';
import { z } from '../../schemas/zod.ts';
import { openSchema } from './value-schemas.ts';

/**
 * Every message of the protocol by its name, the batch that carries them, and the status report, which belongs to no
 * contract.
 */
export const layouts = {
  operand: operandLayout,
  operationRequest: operationRequestLayout,
  success: successLayout,
  failure: failureLayout,
  statusRequest: statusRequestLayout,
  eventsRequest: eventsRequestLayout,
  cancel: cancelLayout,
  hello: helloLayout,
  beat: beatLayout,
} as const;

export type MessageName = keyof typeof layouts;

const arrays = { batch: batchLayout, ...layouts };

/** A field of a message, at its position on the wire. */
export interface MessageField {
  readonly name: string;
  readonly schema: Schema;
  readonly optional: boolean;
}

export function fieldsOfMessage(
  name: keyof typeof arrays,
  options: Omit<JsonSchemaOptions, 'open'> = {},
): readonly MessageField[] {
  return Object.entries(arrays[name].schema.shape as z.ZodRawShape).map(([field, given]) => {
    const optional = given instanceof z.ZodOptional;
    const schema = openSchema(optional ? given.unwrap() : given, options);
    // An absent field before a present one travels as nil.
    return { name: field, schema: optional ? { anyOf: [schema, { type: 'null' }] } : schema, optional };
  });
}

/** The JSON Schemas of the messages in a batch: arrays of fields, in which more fields may follow. */
export function messageSchemas(): Readonly<Record<string, Schema>> {
  const schemas = Object.keys(arrays).map((name) => {
    const fields = fieldsOfMessage(name as keyof typeof arrays);
    const required = fields.filter(({ optional }) => !optional).length;
    const prefixItems = fields.map(({ name: title, schema }) => Object.assign({ title }, schema));
    return [name, { type: 'array', prefixItems, minItems: required }] as const;
  });
  return {
    ...Object.fromEntries(schemas),
    statusReport: openSchema(StatusReport),
    eventsReport: openSchema(EventsReport),
  };
}
