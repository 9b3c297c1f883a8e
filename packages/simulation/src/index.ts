export type { Chance } from './chance.ts';
export { createChance } from './chance.ts';
export type { BrokerHost, NetworkOptions, PassingMessage, SimulatedBroker, SimulatedNetwork } from './network.ts';
export { createNetwork } from './network.ts';
export type { Fate, Passage } from './passage.ts';
export type { ProcessState, SimulatedProcess } from './process.ts';
