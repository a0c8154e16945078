import type { Arrivals, ObjectStore, StatusStore, StudyQueue } from '@hepastage/platform';

/** The four places that know of a job. The object store is the source of truth; the others can be rebuilt from it. */
export interface JobStores {
  readonly store: ObjectStore;
  readonly status: StatusStore;
  readonly queue: StudyQueue;
  /** Studies that arrive over DICOMweb. */
  readonly arrivals: Arrivals;
}

export interface JobName {
  readonly tenant: string;
  readonly jobId: string;
}
