import type { UidHasher } from '@hepastage/dicom';
import type { Arrivals, Logger, ObjectStore, Registry, StatusStore, StudyQueue } from '@hepastage/platform';
import type { ModelManifest } from '@hepastage/proto';
import type { ApiConfig } from './config.ts';
import type { Lifecycle } from './lifecycle.ts';

/** All that the app needs from outside. Whoever opened them closes them. */
export interface ApiDeps {
  readonly config: ApiConfig;
  readonly logger: Logger;
  readonly registry: Registry;
  readonly store: ObjectStore;
  readonly status: StatusStore;
  readonly queue: StudyQueue;
  /** Studies that arrive over DICOMweb. */
  readonly arrivals: Arrivals;
  /** Models that a study may ask for. */
  readonly models: readonly ModelManifest[];
  readonly lifecycle: Lifecycle;
  readonly clock: () => Date;
  /** What replaces the UIDs of a tenant's DICOM studies. */
  readonly uidHasherOf: (tenant: string) => UidHasher;
  /** Makes job ids: UUIDs. */
  readonly newJobId: () => string;
}
