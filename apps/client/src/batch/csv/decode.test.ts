import iconv from 'iconv-lite';
import { describe, expect, test } from 'vitest';
import { decoded } from './decode.ts';
import { encodingNamed } from './encoding.ts';

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

interface Decoding {
  readonly text: string;
  readonly fault: string | undefined;
}

/** Decodes bytes whole, and cut at every byte. Both have to give the same result. */
async function decode(bytes: Uint8Array, name?: string): Promise<Decoding> {
  const results: Decoding[] = [];
  for (const size of [bytes.length + 1, 1, 2, 3]) {
    let text = '';
    let fault: string | undefined;
    try {
      const encoding = name === undefined ? undefined : await encodingNamed(name);
      for await (const piece of decoded(inPieces(bytes, size), encoding)) text += piece;
    } catch (error) {
      expect(error).toMatchObject({ name: 'TextFault', exitCode: 2 });
      fault = (error as Error).message;
    }
    results.push({ text, fault });
  }
  for (const result of results) expect(result).toEqual(results[0]);
  return results.at(0) ?? { text: '', fault: 'no result' };
}

const text = 'Stadt,a\r\nKöln,3\rŁódź € 😀\n,4';
const hint = '; --encoding says what it is, as in --encoding iso-8859-1';

describe('text', () => {
  test.each([
    ['UTF-8', Buffer.from(text), undefined],
    ['UTF-8 with its mark', Buffer.from(`\ufeff${text}`), undefined],
    ['UTF-8 by name', Buffer.from(text), 'UTF8'],
    ['UTF-16LE with its mark', iconv.encode(`\ufeff${text}`, 'utf16le'), undefined],
    ['UTF-16BE with its mark', iconv.encode(`\ufeff${text}`, 'utf16be'), undefined],
    ['UTF-16LE without a mark', iconv.encode(text, 'utf16le'), undefined],
    ['UTF-16BE without a mark', iconv.encode(text, 'utf16be'), undefined],
    ['UTF-16LE by name', iconv.encode(text, 'utf16le'), 'utf-16le'],
    ['UTF-16BE by name', iconv.encode(text, 'utf16be'), 'UTF-16BE'],
    ['UTF-16 by name, with a mark', iconv.encode(`\ufeff${text}`, 'utf16be'), 'utf-16'],
    ['UTF-16 by name, without a mark', iconv.encode(text, 'utf16be'), 'utf-16'],
    ['GB18030', iconv.encode(text, 'gb18030'), 'gb18030'],
  ])('a file in %s is decoded as it was written', async (_what, bytes, name) => {
    expect(await decode(bytes, name)).toEqual({ text, fault: undefined });
  });

  test.each([
    ['iso-8859-1', 'Köln,1\n'],
    ['latin1', 'Ærø,1\r\n'],
    ['windows-1252', 'Preis €,1\n“x”\n'],
    ['cp437', 'naïve,1\n'],
    ['Shift_JIS', '東京,1\nソ\n'],
    ['euc-kr', '서울,1\n'],
    ['macintosh', 'Köln\r'],
  ])('a text in %s is decoded as it was written', async (name, written) => {
    expect(await decode(iconv.encode(written, name), name)).toEqual({ text: written, fault: undefined });
  });

  test('an empty text, and a text of one byte, are decoded as they are', async () => {
    expect(await decode(Buffer.alloc(0))).toEqual({ text: '', fault: undefined });
    expect(await decode(Buffer.from('a'))).toEqual({ text: 'a', fault: undefined });
    expect(await decode(Buffer.from('a\n'))).toEqual({ text: 'a\n', fault: undefined });
  });

  test('a line is decoded as soon as it is complete', async () => {
    async function* waiting(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('a\n');
      await new Promise(() => undefined);
    }
    expect(await decoded(waiting(), undefined).next()).toEqual({ done: false, value: 'a\n' });
  });
});

describe('bytes that are not text', () => {
  test.each([
    [
      'a byte of ISO-8859-1',
      Buffer.from('id\r\n1\rK\xf6ln\n', 'latin1'),
      undefined,
      'id\r\n1\r',
      'line 3, byte 8 of the file (0xf6): it is not utf-8',
    ],
    [
      'a lead byte alone',
      Buffer.from('a\nb\xe4\nc', 'latin1'),
      undefined,
      'a\n',
      'line 2, byte 4 of the file (0xe4): it is not utf-8',
    ],
    [
      'a character cut off at the end',
      Buffer.from('a\n\xe2\x82', 'latin1'),
      undefined,
      'a\n',
      'line 2, byte 3 of the file (0xe2): it is not utf-8',
    ],
    [
      'a surrogate in UTF-8',
      Buffer.from('\xed\xa0\x80', 'latin1'),
      undefined,
      '',
      'line 1, byte 1 of the file (0xed): it is not utf-8',
    ],
    [
      'a byte behind a mark',
      Buffer.from('\xef\xbb\xbfa\n\xff', 'latin1'),
      undefined,
      'a\n',
      'line 2, byte 6 of the file (0xff): it is not utf-8',
    ],
    [
      'a lone surrogate in UTF-16',
      iconv.encode('\ufeffa\nb\ud800c\n', 'utf16le'),
      undefined,
      'a\n',
      'line 2, byte 9 of the file (0x00): it is not utf-16le',
    ],
    [
      'half a unit of UTF-16',
      Buffer.from('\xff\xfea\x00\n\x00b', 'latin1'),
      undefined,
      'a\n',
      'line 2, byte 7 of the file (0x62): it is not utf-16le',
    ],
    [
      'a byte that windows-1250 has no character for',
      Buffer.from('a\nb\x81\n', 'latin1'),
      'windows-1250',
      'a\n',
      'line 2, byte 4 of the file (0x81): it is not windows-1250',
    ],
    [
      'half a character of Shift_JIS',
      Buffer.from('a\n\x83', 'latin1'),
      'shift_jis',
      'a\n',
      'line 2, byte 3 of the file (0x83): it is not shift_jis',
    ],
    [
      'a zero',
      Buffer.from('ab\nc\0d\n'),
      undefined,
      'ab\n',
      'line 2, byte 5 of the file (0x00): no text has that character',
    ],
  ])('bytes that are not text are refused with line and byte: %s', async (_what, bytes, name, before, fault) => {
    expect(await decode(bytes, name)).toEqual({ text: before, fault: `${fault}${hint}` });
  });

  test('a file whose byte order mark contradicts --encoding is refused', async () => {
    const { fault } = await decode(iconv.encode('\ufeffa\n', 'utf16le'), 'iso-8859-1');
    expect(fault).toBe('--encoding: its byte order mark says that it is utf-16le');
  });

  test('an unknown name of an encoding is refused', async () => {
    for (const name of ['klingon', 'base64', 'hex', 'utf-32', 'utf-7', 'binary', '']) {
      expect(await encodingNamed(name)).toBeUndefined();
    }
  });
});
