import { setFlagsFromString } from 'node:v8';

/**
 * Lets V8 use five times the memory that the last full garbage collection left, before it begins the next one. A large
 * value is memory outside of V8's heap. V8's own rule begins a full collection for every second value of 1 MiB, and each
 * one marks the whole heap.
 *
 * `heap_growing_percent` in V8's `src/flags/flag-definitions.h`; docs/decisions/0083-collect-less-often.md.
 */
export function collectLessOften(): void {
  setFlagsFromString('--heap-growing-percent=400');
}
