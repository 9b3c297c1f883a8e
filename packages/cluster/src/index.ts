export type { AppProcess, LogEvent } from './app-process.ts';
export { appCommand } from './app-process.ts';
export type { Cluster, ClusterOptions } from './cluster.ts';
export { startCluster } from './cluster.ts';
export { freeBrokers, freePorts } from './free-ports.ts';
