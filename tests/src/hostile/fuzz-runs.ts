/** How many cases all fuzz tests together have; `pnpm fuzz --runs N` sets it. */
export const fuzzRunsVariable = 'CATETO_FUZZ_RUNS';

/** A file to which each property adds a line: its cases and its name. */
export const fuzzReportVariable = 'CATETO_FUZZ_REPORT';
