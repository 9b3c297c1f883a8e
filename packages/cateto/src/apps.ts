export interface Program {
  /** One line for the usage. */
  readonly about: string;
  /** Runs the program. Each is the main of an app, which reads `process.argv` when it is loaded. */
  readonly load: () => Promise<unknown>;
}

/** The programs that completion covers. */
export const apps: Readonly<Record<string, Program>> = {
  broker: { about: 'the primary broker', load: () => import('broker') },
  backup: { about: 'the backup broker', load: () => import('backup') },
  'op-server': { about: 'serves operations', load: () => import('op-server') },
  'calc-server': { about: 'serves formulas', load: () => import('calc-server') },
  cluster: { about: 'runs all of these on this machine, until Ctrl-C', load: () => import('./cluster.ts') },
  console: { about: 'shows the running system on a web page', load: () => import('./console.ts') },
  client: { about: 'sends requests: client hypotenuse 12 13', load: () => import('client') },
  contracts: { about: 'exports and checks contracts: contracts check', load: () => import('contracts') },
  key: { about: 'makes keys, and keeps the list of what each may do: key init', load: () => import('key') },
  init: { about: 'writes a small project: init my-system', load: () => import('create-cateto') },
};
