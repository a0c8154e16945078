/** What a day of so many studies takes, and what it does to those who wait: by formulas, and by a seeded simulation. */
import { parseArgs } from 'node:util';
import { writeDocument } from './document/document.ts';
import { assumptionsTable } from './document/assumptions-table.ts';
import { planLines } from './document/plan-table.ts';
import { scenarioTable } from './document/scenarios.ts';
import { measurableParts, measure } from './measure/measure.ts';
import { readMeasured, writeMeasured } from './measured.ts';
import { plan } from './model/plan.ts';
import { settingsOf } from './settings.ts';
import { outcomeLines } from './simulation/outcome-lines.ts';
import { validate } from './validate/validate.ts';
import { comparisonLines } from './validate/comparison-lines.ts';
import { simulateMeasured } from './simulate-measured.ts';

const usage = `usage: npm run capacity -- [simulate] [--studies-per-day N] [--set NAME=VALUE]… [--seed S] [--json]
       npm run capacity -- plan [--set NAME=VALUE]… [--json]
       npm run capacity -- assumptions | scenarios | document [--write] | validate [--json] | measure [PART…]

simulate     a day of hospitals, queue, workers and autoscaler: time to result, workers, cost
plan         studies a day → API pods, workers, Redis, S3, network, cost
assumptions  every number that these rest on, and where it is from: each is a NAME of --set
scenarios    the table of docs/results/capacity.md: days of several sizes
document     the tables of docs/capacity.md; --write: puts them there
validate     the real service on this machine beside its simulation (two minutes)
measure      the unit costs anew, into bench/capacity/measured.json (five minutes, on a machine with nothing else to do)`;

const { values: given, positionals } = optionsOf();
if (given.help) {
  console.log(usage);
  process.exit();
}
const [command = 'simulate', ...rest] = positionals;
const commands: Readonly<Record<string, () => Promise<void>>> = {
  async simulate() {
    const { measured, assumptions, parameters } = await settings();
    const seed = seedGiven();
    const begun = performance.now();
    const outcome = simulateMeasured(measured, parameters, seed);
    const seconds = (performance.now() - begun) / 1_000;
    if (given.json) print({ seed, parameters, outcome });
    else say(outcomeLines(outcome, parameters, { seed, seconds }), assumptionsTable(assumptions, parameters));
  },
  async plan() {
    const { measured, assumptions, parameters } = await settings();
    const planned = plan(measured, parameters);
    if (given.json) print({ parameters, plan: planned });
    else say(planLines(planned), assumptionsTable(assumptions, parameters));
  },
  async assumptions() {
    const { assumptions, parameters } = await settings();
    if (given.json) print(assumptions);
    else say(assumptionsTable(assumptions, parameters));
  },
  async document() {
    say(await writeDocument(await readMeasured(), given.write));
  },
  async scenarios() {
    say(scenarioTable(await readMeasured(), seedGiven()));
  },
  async validate() {
    const comparison = await validate();
    if (given.json) print(comparison);
    else say(comparisonLines(comparison));
  },
  async measure() {
    const parts = rest.length === 0 ? measurableParts : measurableParts.filter((part) => rest.includes(part));
    if (parts.length < rest.length) fail(`there are the parts ${measurableParts.join(', ')}`);
    await measure(await readMeasured(), parts, { say: (line) => console.error(line), keep: writeMeasured });
  },
};
await (commands[command] ?? (() => fail(`there is no ${command}: ${Object.keys(commands).join(', ')}`)))();

function optionsOf() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        'studies-per-day': { type: 'string' },
        set: { type: 'string', multiple: true, default: [] },
        seed: { type: 'string', default: '1' },
        json: { type: 'boolean', default: false },
        write: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    return fail(`${(error as Error).message}\n\n${usage}`);
  }
}

async function settings() {
  const set = given.set.concat(
    given['studies-per-day'] === undefined ? [] : [`studiesPerDay=${given['studies-per-day']}`],
  );
  try {
    return settingsOf(await readMeasured(), set);
  } catch (error) {
    return fail((error as Error).message);
  }
}

function seedGiven(): number {
  const seed = Number(given.seed);
  return Number.isSafeInteger(seed) ? seed : fail(`--seed is a whole number, not ${given.seed}`);
}

function say(...texts: readonly string[]): void {
  console.log(texts.join('\n\n'));
}

function print(value: unknown): void {
  console.log(JSON.stringify(value, null, 2));
}

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}
