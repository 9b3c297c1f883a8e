export const handlers = {
  price(strike: number): number {
    const endMs = performance.now() + 20;
    while (performance.now() < endMs);
    return 2 * strike;
  },
};
