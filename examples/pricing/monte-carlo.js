const monthsAYear = 12;

/**
 * The price of a call option on a share's mean price, looked at every month: the mean of the discounted payoffs of many
 * simulated courses of the share (https://en.wikipedia.org/wiki/Monte_Carlo_methods_for_option_pricing).
 */
export function monteCarlo({ spot, strike, volatility, rate, years, paths, seed }) {
  const steps = Math.max(1, Math.round(years * monthsAYear));
  const stepYears = years / steps;
  const drift = (rate - volatility ** 2 / 2) * stepYears;
  const spread = volatility * Math.sqrt(stepYears);
  const normal = normalNumbers(seed);
  let payoffs = 0;
  for (let path = 0; path < paths; path += 1) {
    let share = spot;
    let sum = 0;
    for (let step = 0; step < steps; step += 1) {
      share *= Math.exp(drift + spread * normal());
      sum += share;
    }
    payoffs += Math.max(0, sum / steps - strike);
  }
  return Math.exp(-rate * years) * (payoffs / paths);
}

/** Normally distributed numbers, by the transform of Box and Muller. */
function normalNumbers(seed) {
  const uniform = uniformNumbers(seed);
  let spare;
  return () => {
    if (spare !== undefined) {
      const taken = spare;
      spare = undefined;
      return taken;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
    const angle = 2 * Math.PI * uniform();
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
}

/** Uniformly distributed numbers from 0 to 1: the generator splitmix32. */
function uniformNumbers(seed) {
  let state = seed;
  return () => {
    state = (state + 0x9e37_79b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0_aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a_2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 0x1_0000_0000;
  };
}
