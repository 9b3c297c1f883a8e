import { SettingFault } from '@cateto/contracts';
import { accessSync, constants } from 'node:fs';
import { resolve } from 'node:path';

/*
 * The variables `OTEL_*` that a program obeys. OpenTelemetry's SDK ignores a value that it cannot use, and does not even
 * log the loss of a resource attribute or a header. Here such a value ends the program, like that of any other setting.
 */

const attributeTextMax = 255;

/** The possible values of a variable, for people. */
interface Kind {
  readonly is: string;
  fits(value: string): boolean;
}

interface Checked extends Kind {
  readonly names: readonly string[];
}

/** Variables of the exporter, which also exist for traces alone. */
const ofExporter = (...names: readonly string[]): readonly string[] =>
  names.flatMap((name) => [`OTEL_EXPORTER_OTLP_${name}`, `OTEL_EXPORTER_OTLP_TRACES_${name}`]);

function oneOf(...known: readonly string[]): Kind {
  return { is: `one of ${known.join(', ')}`, fits: (value) => known.includes(value) };
}

function numberFrom(min: number, max = Number.MAX_SAFE_INTEGER): Kind {
  const range = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`;
  return { is: `a number ${range}`, fits: (value) => Number(value) >= min && Number(value) <= max };
}

const webAddress: Kind = {
  is: 'a URL that begins with http:// or https://',
  fits: (value) => /^https?:\/\//i.test(value) && URL.canParse(value),
};
const readableFile: Kind = { is: 'a file that can be read', fits: isReadable };

const ratioSamplers: ReadonlySet<string> = new Set(['traceidratio', 'parentbased_traceidratio']);
const samplers = ['always_on', 'always_off', 'parentbased_always_on', 'parentbased_always_off', ...ratioSamplers];

const ofSdk: readonly Checked[] = [
  { names: ['OTEL_TRACES_EXPORTER'], ...oneOf('otlp', 'none') },
  { names: ['OTEL_TRACES_SAMPLER'], ...oneOf(...samplers) },
  {
    names: [
      'OTEL_ATTRIBUTE_COUNT_LIMIT',
      'OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT',
      'OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT',
      'OTEL_SPAN_ATTRIBUTE_PER_EVENT_COUNT_LIMIT',
      'OTEL_SPAN_ATTRIBUTE_PER_LINK_COUNT_LIMIT',
      'OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT',
      'OTEL_SPAN_EVENT_COUNT_LIMIT',
      'OTEL_SPAN_LINK_COUNT_LIMIT',
    ],
    ...numberFrom(0),
  },
];

const ofSending: readonly Checked[] = [
  { names: ofExporter('PROTOCOL'), ...oneOf('http/protobuf', 'http/json') },
  { names: ofExporter('COMPRESSION'), ...oneOf('none', 'gzip') },
  { names: ofExporter('ENDPOINT'), ...webAddress },
  { names: ofExporter('CERTIFICATE', 'CLIENT_CERTIFICATE', 'CLIENT_KEY'), ...readableFile },
  { names: ofExporter('TIMEOUT'), ...numberFrom(1) },
  { names: ['OTEL_BSP_MAX_QUEUE_SIZE', 'OTEL_BSP_MAX_EXPORT_BATCH_SIZE'], ...numberFrom(1) },
  { names: ['OTEL_BSP_SCHEDULE_DELAY', 'OTEL_BSP_EXPORT_TIMEOUT'], ...numberFrom(0) },
];

/** The value of a variable; undefined for one that is empty, as OpenTelemetry defines it. */
export function otelVariable(environment: NodeJS.ProcessEnv, name: string): string | undefined {
  const value = environment[name]?.trim();
  return value === '' ? undefined : value;
}

/**
 * Whether the environment turns traces off.
 *
 * @throws SettingFault for a value that is neither true nor false
 */
export function isOtelDisabled(environment: NodeJS.ProcessEnv): boolean {
  const name = 'OTEL_SDK_DISABLED';
  const value = otelVariable(environment, name)?.toLowerCase() ?? 'false';
  if (value !== 'true' && value !== 'false') throw fault(name, environment[name] ?? '', 'true or false');
  return value === 'true';
}

/** @throws SettingFault for the first variable whose value cannot be used */
export function checkOtelVariables(environment: NodeJS.ProcessEnv): void {
  check(environment, ofSdk);
  const sampler = otelVariable(environment, 'OTEL_TRACES_SAMPLER') ?? '';
  const ratio = otelVariable(environment, 'OTEL_TRACES_SAMPLER_ARG') ?? '';
  if (ratioSamplers.has(sampler) && (ratio === '' || !(Number(ratio) >= 0 && Number(ratio) <= 1))) {
    throw fault('OTEL_TRACES_SAMPLER_ARG', ratio, 'a number from 0 to 1');
  }
  checkPairs(environment, 'OTEL_RESOURCE_ATTRIBUTES', isAttribute);
  if (otelVariable(environment, 'OTEL_TRACES_EXPORTER') === 'none') return;
  check(environment, ofSending);
  for (const name of ofExporter('HEADERS')) checkPairs(environment, name, (_key, value) => value !== '');
}

function check(environment: NodeJS.ProcessEnv, variables: readonly Checked[]): void {
  for (const { names, is, fits } of variables) {
    for (const name of names) {
      const value = otelVariable(environment, name);
      if (value !== undefined && !fits(value)) throw fault(name, value, is);
    }
  }
}

/**
 * A header may be a secret, so the message gives the number of the wrong entry, and not its text.
 *
 * @param fits decides about the key and the value of an entry
 */
function checkPairs(environment: NodeJS.ProcessEnv, name: string, fits: (key: string, value: string) => boolean): void {
  const entries = otelVariable(environment, name)?.split(',') ?? [];
  const wrong = entries.findIndex((entry) => entry.trim() !== '' && !isPair(entry, fits));
  if (wrong === -1) return;
  throw new SettingFault(`${name}: entry ${wrong + 1} of ${entries.length} is not a percent-encoded key=value`);
}

function isPair(entry: string, fits: (key: string, value: string) => boolean): boolean {
  const end = entry.indexOf('=');
  const [key, value] = [entry.slice(0, Math.max(end, 0)).trim(), entry.slice(end + 1).trim()];
  try {
    decodeURIComponent(entry);
    return key !== '' && fits(key, value);
  } catch {
    return false;
  }
}

/** As the SDK decides, which leaves out all attributes if one is wrong. */
function isAttribute(key: string, value: string): boolean {
  const lengths = [key, value].map((part) => decodeURIComponent(part).length);
  return !value.includes('=') && Math.max(...lengths) <= attributeTextMax;
}

function isReadable(file: string): boolean {
  try {
    accessSync(resolve(file), constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

function fault(name: string, value: string, is: string): SettingFault {
  return new SettingFault(`${name}: ${JSON.stringify(value)} is not ${is}`);
}
