import { connect, RequestError } from '@cateto/sdk';
import { catalogue } from './catalogue.js';

const client = await connect({ catalogue });
try {
  const { value, fallbacks } = await client.moreWords('the square of the hypotenuse', 'equals the sum');
  console.log({ value, fallbacks });
  // The contract refuses this operand before it is sent.
  await client.moreWords('a text', 42);
} catch (error) {
  if (!(error instanceof RequestError)) throw error;
  console.log({ code: error.code });
} finally {
  await client.close();
}
