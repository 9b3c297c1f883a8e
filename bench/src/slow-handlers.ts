/* Handlers of a catalogue whose operation takes a fixed time, so that this time limits a server and not the machine. */

const nobodyWakes = new Int32Array(new SharedArrayBuffer(4));

/** Blocks its thread without using the processor, so that the machine has room for the rest of the system. */
export const slowHandlers = (takesMs: number) => ({
  slow(input: number): number {
    Atomics.wait(nobodyWakes, 0, 0, takesMs);
    return input;
  },
});
