import { expect, test, vi } from 'vitest';

const everyByte = Uint8Array.from({ length: 10_000 }, (_, index) => index % 256);

test.each(['with', 'without'])('bytes become text and numbers, and back, %s the Buffer of Node', async (how) => {
  vi.resetModules();
  if (how === 'without') vi.stubGlobal('Buffer', undefined);
  try {
    const bytes = await import('./bytes.ts');
    const text = bytes.latin1(everyByte);
    expect(text).toHaveLength(everyByte.length);
    expect([...everyByte.keys()].every((at) => text.charCodeAt(at) === everyByte[at])).toBe(true);
    expect(bytes.latin1Bytes(text)).toEqual(everyByte);
    expect(bytes.latin1(everyByte, 0x41, 0x44)).toBe('ABC');
    const into = new Uint8Array(8);
    bytes.writeLatin1(into, 'ab', 3);
    expect([...into]).toEqual([0, 0, 0, 0x61, 0x62, 0, 0, 0]);
    for (const value of [0, 1, 255, 65_536, 0x80000000, 0xffffffff]) {
      bytes.writeUint32(into, value, 2);
      expect(bytes.readUint32(into, 2)).toBe(value);
    }
    bytes.writeUint16(into, 0xfedc, 1);
    expect(bytes.readUint16(into, 1)).toBe(0xfedc);
    expect(bytes.concat(Uint8Array.of(1), new Uint8Array(), Uint8Array.of(2, 3))).toEqual(Uint8Array.of(1, 2, 3));
    const copy = bytes.copied(everyByte.subarray(1, 4));
    expect([...copy]).toEqual([1, 2, 3]);
    copy[0] = 9;
    expect(everyByte[1]).toBe(1);
  } finally {
    vi.unstubAllGlobals();
  }
});
