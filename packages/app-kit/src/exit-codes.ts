/** How a program ends. */
export const exitCodes = {
  done: 0,
  failed: 1,
  usage: 2,
  interrupted: 130,
  /** The reader of stdout has gone: as a shell reports the end by SIGPIPE. */
  unread: 141,
  terminated: 143,
} as const;
