import { call, formulaCode } from '@cateto/contracts';
import { serve } from '@cateto/sdk';
import { catalogue, moreWords, wordCount } from './catalogue.js';

/* Serves the operation and the formula until Ctrl-C. Uses the brokers of CATETO_BROKERS, or else those on this machine. */

const service = await serve({
  catalogue,
  handlers: {
    wordCount: (text) => text.split(/\s+/).filter((word) => word !== '').length,
  },
  formulas: {
    moreWords: formulaCode(moreWords, {
      plan: ([text, other]) => [call(wordCount, text), call(wordCount, other)],
      combine: ([count, otherCount]) => count - otherCount,
    }),
  },
});
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => service.drain());
if (await service.ready) {
  console.log('serving');
} else {
  console.log('ended before a broker was there');
}
