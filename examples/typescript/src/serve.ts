import { call, formulaCode } from '@cateto/contracts';
import { serve } from '@cateto/sdk';
import { blocks, catalogue, gap } from './catalogue.js';

/* Serves the operation and the formula until Ctrl-C. Uses the brokers of CATETO_BROKERS, or else those on this machine. */

const service = await serve({
  catalogue,
  handlers: {
    gap: ([a, b]) => Math.abs(a - b),
    movingAverage: (samples) => {
      const sums = samples.subarray(0, -2).map((_, index) => {
        return samples.subarray(index, index + 3).reduce((sum, one) => sum + one);
      });
      return sums.map((sum) => sum / 3);
    },
  },
  formulas: {
    blocks: formulaCode(blocks, {
      plan: ([from, to]) => [call(gap, [from.x, to.x]), call(gap, [from.y, to.y])],
      combine: ([across, along]) => across + along,
    }),
  },
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void service.drain());
if (await service.ready) {
  console.log('serving');
} else {
  console.log('ended before a broker was there');
}
