/* Prints many options: `node options.js 500 20000` prints 500, each with 20,000 paths, as JSON; with `--csv` as CSV. */

const [many = '500', paths = '20000'] = process.argv.slice(2);
const options = Array.from({ length: Number(many) }, (_, index) => ({
  spot: 100,
  strike: 80 + (index % 41),
  volatility: 0.1 + 0.05 * (index % 7),
  rate: 0.03,
  years: 1 + (index % 3),
  paths: Number(paths),
  seed: index,
}));

if (process.argv.includes('--csv')) {
  console.log('option');
  for (const option of options) console.log(`"${JSON.stringify(option).replaceAll('"', '""')}"`);
} else console.log(JSON.stringify(options));
