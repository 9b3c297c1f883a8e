/** The exit codes of a program. */
export const exitCodes = {
  done: 0,
  failed: 1,
  usage: 2,
  interrupted: 130,
  /** The reader of stdout has gone. This is the code by which a shell reports an end by SIGPIPE. */
  unread: 141,
  terminated: 143,
} as const;
