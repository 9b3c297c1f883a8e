export { appCommand } from './app-command.ts';
export type { AppProcess, ProcessStart } from './app-process.ts';
export { startProcess } from './app-process.ts';
export type { Cluster, ClusterOptions } from './cluster.ts';
export { startCluster } from './cluster.ts';
export { freeBrokers, freePorts } from './free-ports.ts';
export type { LogEvent } from './log-event.ts';
