/** The environment of this process: for what has no setting, such as NO_COLOR. */
export function environment(): Readonly<NodeJS.ProcessEnv> {
  return process.env;
}

/** The environment of this process with some variables set: what a process that it starts is given. */
export function environmentWith(more: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  return { ...process.env, ...more };
}
