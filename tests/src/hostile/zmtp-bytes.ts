/* The bytes of ZMTP, also such as no library would write. */

/** The first 64 bytes of ZMTP 3.0, or of ZMTP 3.1. */
export function greeting(mechanism = 'NULL', minor: 0 | 1 = 0): Buffer {
  const bytes = Buffer.alloc(64);
  bytes.set([0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0x7f, 3, minor]);
  bytes.write(mechanism, 12);
  return bytes;
}

export const moreFlag = 1;
const longFlag = 2;
export const commandFlag = 4;

/** A frame; `declared` is the length that it announces. */
export function zmtpFrame(flags: number, body: string | Uint8Array, declared?: bigint): Buffer {
  const bytes = Buffer.from(body as string, 'latin1');
  const length = declared ?? BigInt(bytes.length);
  if (length < 256n) return Buffer.concat([Buffer.of(flags, Number(length)), bytes]);
  const head = Buffer.alloc(9);
  head[0] = flags | longFlag;
  head.writeBigUInt64BE(length, 1);
  return Buffer.concat([head, bytes]);
}

export function ready(socketType: string): Buffer {
  const type = Buffer.from(socketType);
  return zmtpFrame(
    commandFlag,
    Buffer.concat([Buffer.from('\x05READY\x0bSocket-Type\0\0\0', 'latin1'), Buffer.of(type.length), type]),
  );
}
