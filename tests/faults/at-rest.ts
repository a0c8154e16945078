import { setTimeout as delay } from 'node:timers/promises';
import type { Hospital } from './clients/hospital.ts';
import type { Ledger } from './clients/ledger.ts';
import type { Evidence } from './oracle/evidence.ts';
import { gatherEvidence } from './oracle/gather-evidence.ts';
import { type Violation, violationsOf } from './oracle/oracle.ts';
import type { Scenario } from './scenario.ts';
import type { FaultySystem } from './system/faulty-system.ts';

/** How long the system may take to come to rest, ms. */
const restMsMax = 60_000;
/** What may still be made up for. */
const passing: ReadonlySet<Violation['kind']> = new Set(['lost', 'leftover', 'contradiction']);

interface Resting {
  readonly ledger: Ledger;
  readonly expected: Evidence['expected'];
  readonly system: FaultySystem;
  readonly hospital: Hospital;
  readonly scenario: Scenario;
}

/** What there is to see as soon as nothing more can change, or after all the time that healing may take. Every job is looked at once more. */
export async function atRest({ ledger, expected, system, hospital, scenario }: Resting): Promise<Evidence> {
  const { healsItself, forgets } = scenario;
  const deadline = performance.now() + restMsMax;
  for (const jobId of ledger.jobs()) await hospital.look(jobId);
  for (;;) {
    if (!healsItself) {
      const { exitCode, stderr } = await system.command('reconcile', '--orphan-seconds', '0');
      if (exitCode !== 0) throw new Error(`hepastage reconcile ended with ${exitCode}: ${stderr}`);
    }
    const found = await gatherEvidence(system);
    const evidence = {
      ...found,
      expected,
      forgets,
      studies: ledger.studies(),
      sightings: ledger.sightings(),
    };
    const isHealing = violationsOf(evidence).some(({ kind }) => passing.has(kind));
    if (!isHealing || performance.now() > deadline) return evidence;
    await delay(1_000);
  }
}
