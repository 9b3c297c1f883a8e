import { z } from 'zod';

// A package manager may give this package the Zod of a program, whatever its version. Without this check, Zod 3 would
// fail in the first message that is declared: `z.int is not a function`.
if ((z as { readonly core?: unknown }).core === undefined) {
  throw new Error('@cateto/contracts needs Zod 4, and found Zod 3: install zod@4 (npm install zod@4)');
}

export { z };
