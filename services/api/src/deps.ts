import type { UidHasher } from '@hepastage/dicom';
import type { AuditLog } from '@hepastage/access';
import type { JobName } from '@hepastage/jobs';
import type {
  Arrivals,
  Locks,
  Logger,
  ObjectStore,
  Registry,
  StatusStore,
  StudyQueue,
  Tracer,
} from '@hepastage/platform';
import type { ModelManifest } from '@hepastage/proto';
import type { Access } from './access/open-access.ts';
import type { Admission } from './admission/admission.ts';
import type { ApiConfig } from './config.ts';
import type { Lifecycle } from './lifecycle.ts';

/** All that the app needs from outside. Whoever opened them closes them. */
export interface ApiDeps extends Access {
  readonly config: ApiConfig;
  readonly logger: Logger;
  readonly registry: Registry;
  readonly tracer: Tracer;
  readonly store: ObjectStore;
  readonly status: StatusStore;
  readonly queue: StudyQueue;
  /** Studies that arrive over DICOMweb. */
  readonly arrivals: Arrivals;
  /** Models that a study may ask for. */
  readonly models: readonly ModelManifest[];
  readonly lifecycle: Lifecycle;
  /** Who did what. */
  readonly audit: AuditLog;
  readonly locks: Locks;
  /** Whether studies are taken. */
  readonly admission: Pick<Admission, 'assertOpen' | 'isOpen'>;
  /** Tells whoever waits for a job that it has ended, where it was not a worker that ended it. */
  readonly onEnded: (job: JobName) => Promise<void>;
  /** Nobody is to be told of it, and nothing of it is to be sent anywhere any more. */
  readonly forget: (job: JobName) => Promise<void>;
  readonly clock: () => Date;
  /** What replaces the UIDs of a tenant's DICOM studies. */
  readonly uidHasherOf: (tenant: string) => UidHasher;
  /** Makes job ids: UUIDs. */
  readonly newJobId: () => string;
}
