import type { Faults } from './fault.ts';
import { faulty } from './fault.ts';

/*
 * ZPL (ZeroMQ RFC 4), the form of the certificates of CZMQ and pyzmq: sections, and below each its properties, indented
 * by four blanks. Deeper levels do not occur in certificates, so they are refused.
 */

export interface ZplProperty {
  readonly value: string;
  /** Counted from 1. */
  readonly line: number;
}

export type ZplSection = ReadonlyMap<string, ZplProperty>;

const sectionLine = /^([A-Za-z0-9][\w$.@+/-]*)\s*(?:#.*)?$/;
const propertyLine = /^ {4}([A-Za-z0-9][\w$.@+/-]*)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^"'#\s][^#]*?))\s*(?:#.*)?$/;

export function parseZpl(text: string): { readonly sections: ReadonlyMap<string, ZplSection> } | Faults {
  const sections = new Map<string, Map<string, ZplProperty>>();
  let properties: Map<string, ZplProperty> | undefined;
  for (const [index, source] of text.split(/\r?\n/).entries()) {
    const line = index + 1;
    if (/^\s*(?:#.*)?$/.test(source)) continue;
    const section = sectionLine.exec(source)?.[1];
    if (section !== undefined) {
      if (sections.has(section)) return faulty('the section occurs twice', section, line);
      properties = new Map();
      sections.set(section, properties);
      continue;
    }
    const [, name, ...values] = propertyLine.exec(source) ?? [];
    if (name === undefined || properties === undefined) {
      return faulty('neither a section nor a property of one: `    name = "value"`', '', line);
    }
    if (properties.has(name)) return faulty('the property occurs twice', name, line);
    properties.set(name, { value: values.find((value) => value !== undefined) ?? '', line });
  }
  return { sections };
}
