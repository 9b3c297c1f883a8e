export {
  addressLength,
  addressPrefixLength,
  addressPrefixOf,
  isAddress,
  newAddress,
  parseRequestId,
  requestId,
} from './topics/address.ts';
export type { Beat } from './messages/broker-beat.ts';
export { decodeBeat, encodeBeat } from './messages/broker-beat.ts';
export type { Calculator } from './calculator/calculator.ts';
export { calculator } from './calculator/calculator.ts';
export * from './calculator/exports.generated.ts';
export type { Catalogue, FormulaName, OperationName } from './catalogue/catalogue.ts';
export { contractHash } from './catalogue/contract-hash.ts';
export { catalogueVersionOf, defineCatalogue, hashOf, knownCatalogueVersion } from './catalogue/catalogue.ts';
export type {
  CheckedFailures,
  Fail,
  FailureData,
  FailureSchemas,
  FailuresOf,
  NoFailures,
} from './catalogue/declared-failures.ts';
export { declaredFailure, failureSchemaOf, failWith } from './catalogue/declared-failures.ts';
export { takeFailure, takeInput, takeOperands, takeOutput } from './values/hand-over.ts';
export { visibleText } from './values/visible-text.ts';
export type {
  AnyFormulaCode,
  FormulaCode,
  ContextOf,
  FailingContext,
  FormulaCodesOf,
  FormulaGenerator,
  Handler,
  HandlerContext,
  HandlerSignal,
  HandlersOf,
  ResultsOf,
} from './catalogue/formula-code.ts';
export { formulaCode, isCodeOf } from './catalogue/formula-code.ts';
export type {
  AllResults,
  AllStep,
  Call,
  MapOptions,
  MapResults,
  MapStep,
  OnFailure,
  Part,
  Parts,
  SettledResults,
  Step,
} from './catalogue/step.ts';
export { all, allSettled, call, knownStepVersion, map, stepVersionOf } from './catalogue/step.ts';
export type { Chunk } from './msgpack/chunks.ts';
export { chunkAt, chunkCount, isChunk, readChunk, writeChunk } from './msgpack/chunks.ts';
export type { BodyFault, Codec, OpenBatch } from './msgpack/codec.ts';
export { createCodec } from './msgpack/codec.ts';
export { besidesBytesMax, bytesAtMost, encodedBytes, largeBytes } from './msgpack/value-size.ts';
export type { BrokerEndpoint } from './config/endpoints.ts';
export { formatBroker, isLoopback, parseBrokers } from './config/endpoints.ts';
export type {
  BrokerMetrics,
  CallDurations,
  CallerMetrics,
  ClientMetrics,
  Counts,
  Durations,
  FallbackCount,
  MethodDurations,
  OperationsMetrics,
  ParticipantMetrics,
  ServerMetrics,
} from './metrics/metrics.ts';
export { durationBoundsMs } from './metrics/metrics.ts';
export type {
  CallEvent,
  CallSpan,
  ServeSpan,
  SpanEnd,
  Telemetry,
  TelemetryCall,
  TelemetryRequest,
} from './metrics/telemetry.ts';
export type { HttpAddress } from './config/http-address.ts';
export { formatHttpAddress, parseHttpAddress } from './config/http-address.ts';
export type { AnyFailureCode, FailureCode, FailureTrait } from './messages/failures.ts';
export { Failure, failure, failureTable, isFailure, isOfProtocol, traitOf } from './messages/failures.ts';
export type { ExposedOperation } from './catalogue/exposed.ts';
export { exposed, formulaCodesOf } from './catalogue/exposed.ts';
export { Finite } from './catalogue/finite.ts';
export { Bytes, Doubles } from './schemas/binary.ts';
export { fromJson, jsonText } from './values/json-form.ts';
export type { CallsOf, Formula, OperandList, OperandsOf, OperandTuple } from './catalogue/formula.ts';
export { formula } from './catalogue/formula.ts';
// Exported as a whole module, because only then can a program add to its interface.
export type * from './catalogue/operand-labels.ts';
export type { JsonSchema, JsonSchemaOptions } from './schemas/json-schema-options.ts';
export { jsonSchemaOf } from './schemas/json-schema.ts';
export type { SchemaValue, StandardSchema, ValueSchema, ZodSchema } from './schemas/value-schema.ts';
export * as limits from './messages/limits.ts';
export type { EventsRequestMessage, EventsSuccess } from './messages/events-messages.ts';
export { eventsRequestLayout, EventsProcess, EventsReport, KeptEvent } from './messages/events-messages.ts';
export type {
  BeatMessage,
  FailureMessage,
  FormulaSuccess,
  HelloMessage,
  OperandMessage,
  OperandOf,
  OperationRequestMessage,
  OperationRequestOf,
  OperationSuccess,
  StatusRequestMessage,
  StatusSuccess,
} from './messages/messages.ts';
export {
  cancelLayout,
  beatLayout,
  failureLayout,
  helloLayout,
  operandLayout,
  operationRequestLayout,
  StatusReport,
  statusRequestLayout,
  successLayout,
} from './messages/messages.ts';
export type { CheckedName, ReservedName } from './catalogue/names.ts';
export { isName } from './catalogue/names.ts';
export type { InputOf, Operation, OutputOf } from './catalogue/operation.ts';
export { operation } from './catalogue/operation.ts';
export type { OperandReading, RequestReading, ResultMessage, ResultReading, Success } from './messages/read.ts';
export {
  readCancel,
  readEventsRequest,
  readEventsResult,
  readHello,
  readOperand,
  readOperationRequest,
  readResult,
  readStatusRequest,
  readStatusResult,
  resultMessage,
} from './messages/read.ts';
export type { TraceText } from './messages/trace-text.ts';
export { isTraceparent, joinTrace, markMax, splitTrace } from './messages/trace-text.ts';
export type { Parsed } from './values/parse.ts';
export { parser } from './values/parse.ts';
export { copyOf, takeValue } from './values/plain-value.ts';
export type { Loadable, System } from './catalogue/system.ts';
export { defineSystem } from './catalogue/system.ts';
export type { PublishableTopic, SubscribableTopic } from './topics/roles.ts';
export type { GivenSetting, Setting, SettingName, ValueOf } from './config/settings.ts';
export { readSetting, SettingFault, settings } from './config/settings.ts';
export { version } from './version.generated.ts';
export { z85Decode, z85Encode } from './config/z85.ts';
export { stackOf, textOf } from './values/thrown-text.ts';
export type { RoleRights } from './topics/role-table.ts';
export { roleTable } from './topics/role-table.ts';
export type { NamedMessage, Role, TopicKindName, TopicShape } from './topics/topic-table.ts';
export { messageWriter, readNamed, roles, topicKindName, topicShape } from './topics/topic-table.ts';
export type { Topic, TopicMessages } from './topics/topics.ts';
export type { FallbackLane, Lane } from './topics/lanes.ts';
export {
  addressed,
  beatTopic,
  endedTopic,
  formulaResultTopic,
  cancelTopic,
  helloTopic,
  markerTopic,
  operandTopic,
  operationRequestTopic,
  operationResultTopic,
  anyLaneOf,
  anyLaneResult,
  anyLaneRoute,
  statusRequestTopic,
  statusResultTopic,
  eventsRequestTopic,
  eventsResultTopic,
  topicPrefix,
} from './topics/topics.ts';
export { isLane, lanes } from './topics/lanes.ts';
export type { MessageLayout, MessageOf } from './messages/message-layout.ts';
export { messageLayout } from './messages/message-layout.ts';
export type { FallbackPolicy, GivenWork, LanePolicy, Work } from './catalogue/work.ts';
