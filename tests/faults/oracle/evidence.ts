import type { JobRecord_State, StagingResult } from '@hepastage/proto';
import type { SentStudy, Sighting } from '../clients/ledger.ts';

/** What lies in the object store of one job. */
export interface StoredJob {
  /** Of its request.json; undefined where there is none, empty where it was sent without a key. */
  readonly idempotencyKeySha256: string | undefined;
  /** Keys within the job's folder. */
  readonly objects: readonly string[];
  /** As the API gives it; undefined where it gives none. */
  readonly result: StagingResult | undefined;
  /** Names of the artefacts that the result lists, and that can't be read or have other bytes. */
  readonly damagedArtefacts: readonly string[];
}

/** All that there is to see of a run once everything has come to rest. */
export interface Evidence {
  readonly studies: readonly SentStudy[];
  /** Whether Redis lost what it had answered. */
  readonly forgets: boolean;
  readonly sightings: ReadonlyMap<string, readonly Sighting[]>;
  /** The right result of each small study, by its name. */
  readonly expected: ReadonlyMap<string, StagingResult>;
  /** By job id. */
  readonly stored: ReadonlyMap<string, StoredJob>;
  /** The jobs that the object store has for each idempotency key, by the key's SHA-256. */
  readonly markers: Iterable<readonly [sha256: string, jobId: string]>;
  /** Keys outside of jobs' folders, markers and audit log. */
  readonly strayKeys: readonly string[];
  /** The status store's, by job id. */
  readonly records: ReadonlyMap<string, JobRecord_State>;
  /** Jobs by queue state. */
  readonly queued: Readonly<Record<string, number>>;
  readonly audit: {
    /** Jobs of which it says that they were accepted. */
    readonly accepted: ReadonlySet<string>;
    /** What is wrong with its chain. */
    readonly broken: string | undefined;
  };
}
