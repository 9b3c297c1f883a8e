import { expect, test } from 'vitest';
import { createTap } from './tap.ts';

const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));
const frame = (flags: number, body: string): string =>
  body.length < 256
    ? String.fromCharCode(flags, body.length) + body
    : String.fromCharCode(flags | 2, 0, 0, 0, 0, 0, body.length >> 16, (body.length >> 8) & 255, body.length & 255) +
      body;

const greeting = '\xff'.padEnd(64, 'g');
const subscribe = frame(4, '\x09SUBSCRIBEa');
const message = (topic: string, body: string): string => frame(1, topic) + frame(0, body);
const large = 'x'.repeat(70_000);

/** Sends a stream in chunks through a tap that loses the topic `lost` and messages of one frame. @returns the rest */
function passed(stream: string, chunkBytes: number): { readonly bytes: string; readonly messages: number } {
  const tap = createTap((topic) => topic === 'lost' || topic === '');
  const bytes = latin1(stream);
  // A writer reuses its memory.
  const memory = new Uint8Array(Math.min(bytes.length, chunkBytes));
  let text = '';
  let messages = 0;
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    const chunk = bytes.subarray(at, at + chunkBytes);
    memory.set(chunk);
    const passing = tap(memory.subarray(0, chunk.length));
    text += Buffer.from(passing.bytes).toString('latin1');
    messages += passing.messages;
  }
  return { bytes: text, messages };
}

test.each([1, 7, 66, 1_000, 1_000_000])(
  'a tap leaves out whole messages and nothing else, in chunks of %i bytes',
  (chunkBytes) => {
    const kept = [greeting, subscribe, message('kept', '1'), message('kept', large), subscribe, message('kept', '2')];
    const [first, second, third, fourth, fifth, sixth] = kept;
    const sent = [
      first,
      second,
      message('lost', 'a'),
      third,
      frame(0, 'a beat'),
      message('lost', large),
      fourth,
      fifth,
      message('lost', 'b'),
      sixth,
    ];
    expect(passed(sent.join(''), chunkBytes)).toEqual({ bytes: kept.join(''), messages: 3 });
  },
);
