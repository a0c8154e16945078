import { setTimeout as delay } from 'node:timers/promises';
import { JobRecord_State } from '@hepastage/proto';
import { seededRandom } from '../../packages/imaging/src/testing/random.ts';
import { atRest } from './at-rest.ts';
import { Hospital } from './clients/hospital.ts';
import { Ledger } from './clients/ledger.ts';
import { smallStudies } from './clients/small-studies.ts';
import { violationsOf, type Violation } from './oracle/oracle.ts';
import type { Scenario } from './scenario.ts';
import { type FaultySystem, startFaultySystem } from './system/faulty-system.ts';
import { undisturbedResults } from './undisturbed-results.ts';

export interface RunSize {
  readonly studies: number;
  readonly seed: number;
  /** How long an S3 server is stopped, ms. */
  readonly outageMs: number;
  /** Is told what happens. */
  readonly say: (line: string) => void;
}

export interface FaultOutcome {
  readonly accepted: number;
  readonly succeeded: number;
  /** How often something was broken. */
  readonly faults: number;
  readonly violations: readonly Violation[];
  readonly seconds: number;
}

/** How long a client tries: longer than the longest outage, and than an idempotency key stays locked after its API was killed. */
const patienceMs = 170_000;
/** For each study that may be in the queue before its own, ms more. */
const patienceMsPerStudy = 500;
const visitPauseMs = 50;

/** Runs studies through a system that is being broken, lets it come to rest, and judges what is there then. */
export async function runScenario(scenario: Scenario, size: RunSize): Promise<FaultOutcome> {
  const begun = performance.now();
  const { studies, seed, outageMs, say } = size;
  const random = seededRandom(seed);
  await using system = await startFaultySystem(scenario.shape, seededRandom(seed + 1));
  const ledger = new Ledger();
  const { uploadMsMax } = scenario;
  const hospital = new Hospital({
    url: system.url,
    ledger,
    random: seededRandom(seed + 2),
    patienceMs: patienceMs + studies * patienceMsPerStudy,
    uploadMsMax,
  });
  const expected = await undisturbedResults(hospital, system);

  let faults = 0;
  const broke = (what: string) => {
    faults++;
    const seconds = ((performance.now() - begun) / 1_000).toFixed(1);
    say(`${scenario.name} ${seconds} s, ${ledger.jobs().length} accepted: ${what}`);
  };
  const over = new AbortController();
  const breaking = scenario.breakThings({ system, random, over: over.signal, outageMs, broke });
  const visiting = visit(hospital, over.signal);
  try {
    await Promise.race([
      sendAll(hospital, studies, seed),
      breaking.then(async () => new Promise<never>(() => undefined)),
    ]);
  } finally {
    over.abort();
    await Promise.all([breaking, visiting]);
  }

  const evidence = await atRest({ ledger, expected, system, hospital, scenario });
  const violations = violationsOf(evidence);
  if (violations.length > 0) tellOf(violations, system, say);
  const accepted = evidence.studies.filter(({ answers }) => answers.length > 0);
  return {
    accepted: accepted.length,
    succeeded: accepted.filter(
      ({ answers }) => evidence.records.get(answers[0]!) === JobRecord_State.SUCCEEDED,
    ).length,
    faults,
    violations,
    seconds: (performance.now() - begun) / 1_000,
  };
}

/** Sends the studies, and follows each to its end. */
async function sendAll(hospital: Hospital, studies: number, seed: number): Promise<void> {
  const one = async (n: number) => {
    const jobId = await hospital.send(`${seed}/${n}`, smallStudies[n % smallStudies.length]!);
    if (jobId !== undefined) await hospital.follow(jobId);
  };
  await Promise.all(Array.from({ length: studies }, async (_, n) => one(n)));
}

/** Somebody who looks at jobs time and again, also at those that have ended. */
async function visit(hospital: Hospital, over: AbortSignal): Promise<void> {
  while (!over.aborted) {
    await hospital.visit();
    await delay(visitPauseMs);
  }
}

/** Each violation, and what the services said of it. */
function tellOf(violations: readonly Violation[], system: FaultySystem, say: (line: string) => void): void {
  const logs = [system.api, ...system.workers].flatMap((service) => service.log().split('\n'));
  for (const { kind, of, what } of violations) {
    say(`violation: ${kind}: ${of}: ${what}`);
    for (const line of logs.filter((text) => text.includes(of)).slice(0, 20)) say(`  ${line}`);
  }
}
