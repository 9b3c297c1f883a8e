export { addressLength, isAddress, newAddress, parseRequestId, requestId } from './address.ts';
export type { Beat } from './beat.ts';
export { decodeBeat, encodeBeat } from './beat.ts';
export type { Calculator } from './calculator/calculator.ts';
export { calculator } from './calculator/calculator.ts';
export * from './calculator/exports.generated.ts';
export type { Catalogue, FormulaName, OperationName } from './catalogue.ts';
export { defineCatalogue, hashOf } from './catalogue.ts';
export { takeInput, takeOperands, takeOutput } from './checking.ts';
export type {
  Call,
  FormulaCode,
  FormulaCodesOf,
  Handler,
  HandlerContext,
  HandlerSignal,
  HandlersOf,
  ResultsOf,
} from './code.ts';
export { call, formulaCode } from './code.ts';
export type { BodyFault, Codec, OpenBatch } from './codec.ts';
export { createCodec } from './codec.ts';
export type { BrokerEndpoint } from './endpoints.ts';
export { formatBroker, isLoopback, parseBrokers } from './endpoints.ts';
export type { Schema } from './evolution/schema-view.ts';
export type { Violation } from './evolution/violations.ts';
export { violations, violationText } from './evolution/violations.ts';
export type { WorkChange } from './evolution/work-changes.ts';
export { workChanges, workChangeText } from './evolution/work-changes.ts';
export type { AsyncApiOptions } from './export/asyncapi.ts';
export { asyncApiOf } from './export/asyncapi.ts';
export type { ContractSet, DescribedFormula, DescribedOperation } from './export/contract-set.ts';
export { contractSetOf } from './export/contract-set.ts';
export { jsonSchemasOf } from './export/json-schemas.ts';
export { referenceOf } from './export/reference.ts';
export type { FailureCode, FailureTrait } from './failures.ts';
export { Failure, failure, failureTable, isFailure, traitOf } from './failures.ts';
export { Finite } from './finite.ts';
export type { Formula, OperandList, OperandsOf, OperandTuple } from './formula.ts';
export { formula } from './formula.ts';
// Exported as a whole module, because only then can a program add to its interface.
export type * from './operand-labels.ts';
export type { JsonSchemaOptions } from './json-schema.ts';
export { jsonSchemaOf } from './json-schema.ts';
export * as limits from './limits.ts';
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
} from './messages.ts';
export {
  cancelWire,
  beatWire,
  failureWire,
  helloWire,
  operandWire,
  operationRequestWire,
  StatusReport,
  statusRequestWire,
  successWire,
} from './messages.ts';
export type { CheckedName, ReservedName } from './names.ts';
export { isName } from './names.ts';
export type { InputOf, Operation, OutputOf } from './operation.ts';
export { operation } from './operation.ts';
export type { OperandReading, RequestReading, ResultMessage, ResultReading, Success } from './reading.ts';
export {
  readCancel,
  readHello,
  readOperand,
  readOperationRequest,
  readResult,
  readStatusRequest,
  readStatusResult,
  resultMessage,
} from './reading.ts';
export type { Parsed } from './parse.ts';
export { parser } from './parse.ts';
export { copyOf, takeValue } from './plain-value.ts';
export type { PublishableTopic, SubscribableTopic } from './roles.ts';
export type { GivenSetting, Setting, SettingName, ValueOf } from './settings.ts';
export { readSetting, SettingFault, settings } from './settings.ts';
export { version } from './version.generated.ts';
export { stackOf, textOf } from './thrown-text.ts';
export type { NamedMessage, Role, TopicShape } from './topic-table.ts';
export { messageWriter, readNamed, topicShape } from './topic-table.ts';
export type { Lane, Topic, TopicMessages } from './topics.ts';
export {
  addressed,
  beatTopic,
  endedTopic,
  formulaResultTopic,
  cancelTopic,
  helloTopic,
  isLane,
  lanes,
  markerTopic,
  operandTopic,
  operationRequestTopic,
  operationResultTopic,
  statusRequestTopic,
  statusResultTopic,
  topicPrefix,
} from './topics.ts';
export type { MessageOf, Wire } from './wire.ts';
export { wire } from './wire.ts';
export type { FallbackPolicy, GivenWork, LanePolicy, Work } from './work.ts';
