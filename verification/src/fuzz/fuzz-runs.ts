/** The number of cases of all fuzz tests together; `pnpm fuzz --runs N` sets it. */
export const fuzzRunsVariable = 'CATETO_FUZZ_RUNS';

/** A file to which each property adds a line: its number of cases and its name. */
export const fuzzReportVariable = 'CATETO_FUZZ_REPORT';
