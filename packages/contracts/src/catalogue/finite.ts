import { z } from '../schemas/zod.ts';

/** A finite IEEE 754 double: neither NaN nor an infinity. On the wire -0 becomes 0 (docs/wire.md, "Values"). */
export const Finite = z.number();
