import type { Catalogue } from '../../catalogue/catalogue.ts';
import { hashOf } from '../../catalogue/catalogue.ts';
import type { Schema } from '../evolution/schema-view.ts';
import { failureTable } from '../../messages/failures.ts';
import type { MessageName } from './message-schemas.ts';
import { fieldsOfMessage } from './message-schemas.ts';
import type { DeclaredFailureValue } from './value-schemas.ts';
import { documentName, failuresOf } from './value-schemas.ts';

/** A message of an AsyncAPI document. */
export type AsyncApiMessage = Readonly<Record<string, unknown>>;

/** AsyncAPI's own schemas use draft 7. */
export const asyncApiDraft = 'draft-7';

/** The messages of each channel, by the channel's id and then by their own names. */
export function asyncApiMessages(catalogue: Catalogue): Readonly<Record<string, Record<string, AsyncApiMessage>>> {
  const channels: Record<string, Record<string, AsyncApiMessage>> = {
    'status.request': { statusRequest: message('statusRequest', 'Requests the status of a server.') },
    'status.result': outcomes('status', 'The status of a server.', { $ref: '#/components/schemas/statusReport' }, []),
    'events.request': { eventsRequest: message('eventsRequest', 'Requests the events of a broker or server.') },
    'events.result': outcomes(
      'events',
      'Events of a broker or server.',
      { $ref: '#/components/schemas/eventsReport' },
      [],
    ),
    cancel: { cancel: message('cancel', 'Cancelled requests.') },
    hello: { hello: message('hello', 'Confirms the return path of its sender.') },
    beat: { beat: message('beat', 'What a server holds, how many requests keep it busy, and what it gives back.') },
    marker: {},
  };
  for (const operation of Object.values(catalogue.operations)) {
    const { name, description } = operation;
    const fixed = { contract: { const: hashOf(catalogue, name) }, input: valueReference(name, 'input') };
    channels[`${name}.request`] = { request: message('operationRequest', description, fixed) };
    channels[`${name}.result`] = outcomes(name, description, valueReference(name, 'output'), failuresOf(operation));
  }
  const operands: Record<string, AsyncApiMessage> = {};
  for (const formula of Object.values(catalogue.formulas)) {
    const { name, description, operands: declared } = formula;
    for (const [index, [operand]] of declared.entries()) {
      operands[operandMessage(name, index + 1)] = message(
        'operand',
        `Operand ${index + 1}, ${operand}: ${description}`,
        {
          formula: { const: name },
          contract: { const: hashOf(catalogue, name) },
          operands: { const: declared.length },
          value: valueReference(name, operand),
        },
      );
    }
    channels[`${documentName(formula)}.result`] = outcomes(
      name,
      description,
      valueReference(name, 'output'),
      failuresOf(formula),
    );
  }
  if (Object.keys(operands).length > 0) channels.operands = operands;
  return channels;
}

export function operandMessage(formula: string, n: number): string {
  return `${formula}.operand.${n}`;
}

function valueReference(contract: string, value: string): Schema {
  return { $ref: `#/components/schemas/${contract}.${value}` };
}

/** @param declared the failures of the contract, each with data of its own */
function outcomes(
  of: string,
  description: string,
  value: Schema,
  declared: readonly DeclaredFailureValue[],
): Record<string, AsyncApiMessage> {
  const failures = declared.map(({ code, name }) => {
    const fixed = { code: { const: code }, data: valueReference(of, name) };
    return [name, message('failure', `The failure ${code} of ${of}.`, fixed)] as const;
  });
  return {
    success: message('success', `A value of ${of}: ${description}`, { value }),
    failure: message('failure', `A failure of ${of}.`, { code: { type: 'string', enum: Object.keys(failureTable) } }),
    ...Object.fromEntries(failures),
  };
}

/** @param fixed the schemas of fields that the protocol leaves open and this message fixes */
function message(kind: MessageName, summary: string, fixed: Readonly<Record<string, Schema>> = {}): AsyncApiMessage {
  const fields = fieldsOfMessage(kind, { draft: asyncApiDraft });
  const withId = fields[0]?.name === 'seq';
  return {
    name: kind,
    summary,
    contentType: 'application/vnd.msgpack',
    headers: { $ref: '#/components/schemas/batchHeaders' },
    ...(withId ? { correlationId: { $ref: '#/components/correlationIds/seq' } } : {}),
    payload: {
      type: 'array',
      items: fields.map(({ name, schema }) => {
        const { [name]: narrower } = fixed;
        // Beside a reference, all other keywords are ignored.
        return narrower === undefined ? { title: name, ...(schema as object) } : { title: name, allOf: [narrower] };
      }),
      minItems: fields.filter(({ optional }) => !optional).length,
    },
    bindings: { $ref: '#/components/messageBindings/batch' },
  };
}
