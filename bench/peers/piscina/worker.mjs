import { workHandlers } from '../../dist/work/handlers.js';

export default ({ kind, item, amount }) => workHandlers[kind](item, amount);
