import { SettingFault } from '@cateto/contracts';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { checkOtelVariables, isOtelDisabled } from './otel-variables.ts';

const here = fileURLToPath(import.meta.url);

test.each([
  ['OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc', '"grpc" is not one of http/protobuf, http/json'],
  ['OTEL_TRACES_EXPORTER', 'zipkin', '"zipkin" is not one of otlp, none'],
  [
    'OTEL_EXPORTER_OTLP_ENDPOINT',
    'localhost:4318',
    '"localhost:4318" is not a URL that begins with http:// or https://',
  ],
  ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'http://', '"http://" is not a URL that begins with http:// or https://'],
  ['OTEL_EXPORTER_OTLP_TIMEOUT', 'soon', '"soon" is not a number of at least 1'],
  ['OTEL_EXPORTER_OTLP_TRACES_COMPRESSION', 'zip', '"zip" is not one of none, gzip'],
  ['OTEL_EXPORTER_OTLP_CERTIFICATE', '/none/there', '"/none/there" is not a file that can be read'],
  ['OTEL_BSP_MAX_QUEUE_SIZE', '0', '"0" is not a number of at least 1'],
  ['OTEL_BSP_SCHEDULE_DELAY', '-1', '"-1" is not a number of at least 0'],
  ['OTEL_SPAN_EVENT_COUNT_LIMIT', 'many', '"many" is not a number of at least 0'],
  [
    'OTEL_TRACES_SAMPLER',
    'xray',
    '"xray" is not one of always_on, always_off, parentbased_always_on, parentbased_always_off, traceidratio, parentbased_traceidratio',
  ],
  ['OTEL_RESOURCE_ATTRIBUTES', 'a=b,c', 'entry 2 of 2 is not a percent-encoded key=value'],
  ['OTEL_RESOURCE_ATTRIBUTES', 'a=b=c', 'entry 1 of 1 is not a percent-encoded key=value'],
  ['OTEL_RESOURCE_ATTRIBUTES', 'a=%', 'entry 1 of 1 is not a percent-encoded key=value'],
  ['OTEL_EXPORTER_OTLP_HEADERS', 'Bearer secret', 'entry 1 of 1 is not a percent-encoded key=value'],
])('the value of a variable of OpenTelemetry that cannot be used is refused by name: %s=%s', (name, value, message) => {
  expect(() => checkOtelVariables({ [name]: value })).toThrow(new SettingFault(`${name}: ${message}`));
});

test.each(['', 'x', '1.5', '-0.1'])('a sampler with a ratio needs a ratio from 0 to 1, and refuses %j', (ratio) => {
  const environment = { OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: ratio };
  expect(() => checkOtelVariables(environment)).toThrow(
    new SettingFault(`OTEL_TRACES_SAMPLER_ARG: ${JSON.stringify(ratio)} is not a number from 0 to 1`),
  );
});

test('values that OpenTelemetry defines are accepted, and empty ones count as unset', () => {
  checkOtelVariables({
    OTEL_EXPORTER_OTLP_ENDPOINT: 'https://collector:4318/base',
    OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Basic%20dXNlcjpwYXNz==,x=1',
    OTEL_EXPORTER_OTLP_CERTIFICATE: here,
    OTEL_EXPORTER_OTLP_TIMEOUT: ' 500 ',
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment=a%3Db,empty=,',
    OTEL_TRACES_SAMPLER: 'traceidratio',
    OTEL_TRACES_SAMPLER_ARG: '0.25',
    OTEL_BSP_MAX_QUEUE_SIZE: ' ',
  });
});

test('variables about sending do not matter where nothing is sent', () => {
  checkOtelVariables({ OTEL_TRACES_EXPORTER: 'none', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' });
});

test('OTEL_SDK_DISABLED is true or false', () => {
  expect(isOtelDisabled({ OTEL_SDK_DISABLED: ' TRUE' })).toBe(true);
  expect(isOtelDisabled({ OTEL_SDK_DISABLED: '' })).toBe(false);
  expect(() => isOtelDisabled({ OTEL_SDK_DISABLED: 'yes' })).toThrow(
    new SettingFault('OTEL_SDK_DISABLED: "yes" is not true or false'),
  );
});
