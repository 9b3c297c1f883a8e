/** The cells of a CSV record. */
export type Cells = readonly string[];
