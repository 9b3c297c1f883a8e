export { appCommand } from './app-command.ts';
export type { AppProcess } from './app-process.ts';
export type { Cluster, ClusterOptions } from './cluster.ts';
export { startCluster } from './cluster.ts';
export { freeBrokers, freePorts } from './free-ports.ts';
export type { LogEvent } from './log-event.ts';
