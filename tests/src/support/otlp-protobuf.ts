/*
 * Reads the protobuf form of OTLP traces, as far as the tests need it. The numbers are those of
 * opentelemetry/proto/trace/v1/trace.proto.
 */

export type AttributeValue = string | number | boolean;
export type Attributes = Readonly<Record<string, AttributeValue>>;

export interface ReceivedEvent {
  readonly name: string;
  readonly atMs: number;
  readonly attributes: Attributes;
}

export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** Empty for the first span of a trace. */
  readonly parentSpanId: string;
  readonly name: string;
  readonly kind: 'server' | 'client' | 'other';
  /** Milliseconds since 1970, with a fraction. */
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: Attributes;
  readonly events: readonly ReceivedEvent[];
  readonly isError: boolean;
  /** The attributes of the process. */
  readonly resource: Attributes;
}

type Field = number | bigint | Buffer;
type Fields = ReadonlyMap<number, readonly Field[]>;

const varint = 0;
const fixed64 = 1;
const bytes = 2;

function fieldsOf(message: Buffer): Fields {
  const fields = new Map<number, Field[]>();
  let at = 0;
  const readVarint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = message.readUInt8(at);
      at += 1;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  const readValue = (form: number): Field => {
    if (form === varint) return readVarint();
    const length = form === bytes ? Number(readVarint()) : form === fixed64 ? 8 : 4;
    const value = message.subarray(at, at + length);
    at += length;
    return value;
  };
  while (at < message.length) {
    const key = Number(readVarint());
    const values = fields.get(key >> 3) ?? [];
    values.push(readValue(key & 7));
    fields.set(key >> 3, values);
  }
  return fields;
}

const messagesIn = (fields: Fields, number: number): Fields[] =>
  (fields.get(number) ?? []).map((value) => fieldsOf(value as Buffer));
const textIn = (fields: Fields, number: number, encoding: BufferEncoding = 'utf8'): string =>
  (fields.get(number)?.[0] as Buffer | undefined)?.toString(encoding) ?? '';
const numberIn = (fields: Fields, number: number): number => Number(fields.get(number)?.[0] ?? 0);
const bytesIn = (fields: Fields, number: number): Buffer => (fields.get(number) ?? [])[0] as Buffer;
const msIn = (fields: Fields, number: number): number => Number(bytesIn(fields, number).readBigUInt64LE()) / 1e6;

function valueOf(any: Fields): AttributeValue {
  if (any.has(1)) return textIn(any, 1);
  if (any.has(2)) return numberIn(any, 2) === 1;
  if (any.has(3)) return numberIn(any, 3);
  return bytesIn(any, 4).readDoubleLE();
}

function attributesIn(fields: Fields, number: number): Attributes {
  return Object.fromEntries(
    messagesIn(fields, number).map((one) => [textIn(one, 1), valueOf(messagesIn(one, 2)[0] as Fields)]),
  );
}

function spanOf(span: Fields, resource: Attributes): ReceivedSpan {
  const kinds: Readonly<Record<number, ReceivedSpan['kind']>> = { 2: 'server', 3: 'client' };
  return {
    traceId: textIn(span, 1, 'hex'),
    spanId: textIn(span, 2, 'hex'),
    parentSpanId: textIn(span, 4, 'hex'),
    name: textIn(span, 5),
    kind: kinds[numberIn(span, 6)] ?? 'other',
    startMs: msIn(span, 7),
    endMs: msIn(span, 8),
    attributes: attributesIn(span, 9),
    events: messagesIn(span, 11).map((event) => {
      return { name: textIn(event, 2), atMs: msIn(event, 1), attributes: attributesIn(event, 3) };
    }),
    isError: messagesIn(span, 15).some((status) => numberIn(status, 3) === 2),
    resource,
  };
}

/** The spans of an ExportTraceServiceRequest. */
export function spansIn(request: Buffer): readonly ReceivedSpan[] {
  return messagesIn(fieldsOf(request), 1).flatMap((ofResource) => {
    const resource = attributesIn(messagesIn(ofResource, 1)[0] ?? new Map(), 1);
    const scopes = messagesIn(ofResource, 2);
    return scopes.flatMap((scope) => messagesIn(scope, 2).map((span) => spanOf(span, resource)));
  });
}
