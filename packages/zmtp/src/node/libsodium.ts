/*
 * The parts of libsodium's WebAssembly that `curve-crypto.ts` calls. The package has no declarations. Pointers and sizes
 * are numbers of its memory.
 */

export interface Sodium {
  /** Another view after the memory has grown. */
  readonly HEAPU8: Uint8Array;
  _malloc(bytes: number): number;
  _free(pointer: number): void;
  _crypto_scalarmult_base(publicKey: number, secretKey: number): number;
  _crypto_box_beforenm(key: number, publicKey: number, secretKey: number): number;
  /** A size has 64 bits, in two numbers. */
  _crypto_box_easy_afternm(
    box: number,
    text: number,
    bytes: number,
    bytesHigh: number,
    nonce: number,
    key: number,
  ): number;
  _crypto_box_open_easy_afternm(
    text: number,
    box: number,
    bytes: number,
    bytesHigh: number,
    nonce: number,
    key: number,
  ): number;
}

/** Loads the library. */
export async function loadSodium(): Promise<Sodium> {
  // As text, so that TypeScript does not look for declarations. Bundlers see the name.
  // oxlint-disable-next-line typescript/no-unnecessary-type-assertion
  const module = (await import('libsodium' as string)) as { readonly default: () => Promise<Sodium> };
  return module.default();
}
