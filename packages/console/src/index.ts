export { openClusterConsole } from './cluster/open-cluster-console.ts';
export type { EventSource } from './observed/event-source.ts';
export type { Console, ConsoleClient, ConsoleOptions } from './open-console.ts';
export { openConsole } from './open-console.ts';
export { pageFolder } from './page-folder.ts';
export type { ProcessControl } from './process-control.ts';
export { runConsole } from './run-console.ts';
export type { ProcessState, SystemEvent } from './shared/state.ts';
