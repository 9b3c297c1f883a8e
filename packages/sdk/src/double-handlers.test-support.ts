/** The handlers of double.test-support.ts, as a module. */
export { handlers } from './double.test-support.ts';
