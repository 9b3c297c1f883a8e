// Generated from package.json by `pnpm contracts:export`. Do not edit.
/** The version of these contracts, which is that of every package of Cateto. */
export const version = '0.0.0';
