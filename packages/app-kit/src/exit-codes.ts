/** The exit codes of a program. */
export const exitCodes = {
  done: 0,
  /** Failed, or the system is degraded. */
  failed: 1,
  /** Wrong usage or configuration. */
  usage: 2,
  interrupted: 130,
  /** The reader of stdout has gone. This is the code by which a shell reports an end by SIGPIPE. */
  unread: 141,
  terminated: 143,
} as const;
