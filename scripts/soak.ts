/**
 * usage: npm run soak -- [--studies N] [--every N] [--workers N] [--kept N] [--out FILE]
 *
 * Sends N small studies (default 6,000: the queues' streams of events are full after 3,500) through API, workers, Redis and S3, each to its end, erases all but
 * the latest, and looks every so many studies what processes, Redis and bucket hold. Prints the tables of docs/results/soak.md (--out: writes them). The last line is
 * the verdict; exits 1 if something did not level off or was left behind.
 */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { levelsOf } from '../tests/soak/levels.ts';
import { line, tableOfLevels, tableOfReadings } from '../tests/soak/report.ts';
import { runSoak } from '../tests/soak/run-soak.ts';

const { values } = parseArgs({
  options: {
    studies: { type: 'string', default: '6000' },
    every: { type: 'string', default: '100' },
    workers: { type: 'string', default: '2' },
    kept: { type: 'string', default: '50' },
    out: { type: 'string' },
  },
});
const [studies, every, workers, kept] = (['studies', 'every', 'workers', 'kept'] as const).map(wholeNumber);

const begun = performance.now();
const { readings, leftovers, largestKeys } = await runSoak({
  studies: studies!,
  every: every!,
  workers: workers!,
  kept: kept!,
  onReading: (reading) => console.error(line(reading)),
});
const seconds = (performance.now() - begun) / 1_000;
const levels = levelsOf(readings);
const rising = levels.filter(({ isLevel }) => !isLevel).map(({ measure }) => measure);
const verdict =
  rising.length + leftovers.length === 0
    ? 'everything levels off, nothing is left behind'
    : `${rising.length} rising (${rising.join(', ')}), ${leftovers.length} left behind`;

const report = `\`npm run soak -- --studies ${studies} --every ${every} --workers ${workers} --kept ${kept}\`: ${seconds.toFixed(0)} s.

${tableOfReadings(readings)}

${tableOfLevels(levels)}

Largest keys of Redis at the end: ${largestKeys.map(({ name, bytes }) => `\`${name}\` ${bytes} B`).join(', ')}.
`;
console.log(report);
for (const leftover of leftovers) console.log(`left behind: ${leftover}`);
if (values.out !== undefined) await writeFile(values.out, report);
console.log(`soak: ${studies} studies, ${verdict}`);
process.exitCode = rising.length + leftovers.length === 0 ? 0 : 1;

function wholeNumber(name: 'studies' | 'every' | 'workers' | 'kept'): number {
  const text = values[name];
  if (/^[1-9]\d{0,6}$/.test(text)) return Number(text);
  console.error(`--${name} is a whole number from 1, not ${text}`);
  return process.exit(1);
}
