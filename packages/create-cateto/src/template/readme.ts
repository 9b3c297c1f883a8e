/** `README.md` of a new project. */
export function readmeText(name: string): string {
  return `# ${name}

A system of one operation and one formula: \`src/primes.ts\`. Install its packages with \`npm install\`, then:

\`\`\`sh
npm test                             # builds, and runs src/primes.test.ts on a simulated network
npm run cluster                      # builds, and runs brokers and servers on this machine, until Ctrl-C
npm run calc -- primesBelow 1000000  # from another terminal: 78498
\`\`\`

\`npm run calc -- --help\` lists the commands: every formula, \`batch\` for whole files, \`status\`.

To run it on several hosts, start the programs of \`npx cateto --help\` there, each with \`--catalogue ./dist/primes.js\`
and the addresses of the two brokers in \`CATETO_BROKERS\`.
`;
}
