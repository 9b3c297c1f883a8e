export type { AppCommand, CommandOf } from './app-command.ts';
export { appCommand } from './app-command.ts';
export type { AppProcess, ProcessStart } from './app-process.ts';
export { startProcess } from './app-process.ts';
export type { Cluster, ClusterOptions } from './cluster.ts';
export { startCluster } from './cluster.ts';
export type {
  ClusterConsole,
  ClusterConsoleParts,
  ClusterFeed,
  FeedListener,
  OpenClusterConsole,
  Supervision,
} from './cluster-console.ts';
export { freeBrokers, freePort, freePorts } from './free-ports.ts';
export { keysForThisRun, keyVariables } from './key-variables.ts';
export type { LogEvent } from './log-event.ts';
export type { ClusterProgram } from './run-cluster.ts';
export { runCluster } from './run-cluster.ts';
