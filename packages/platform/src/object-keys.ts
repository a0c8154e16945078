/** Where everything of a job lies in the object store: `tenants/<tenant>/jobs/<jobId>/…`. */
export const objectKeys = {
  job: (tenant: string, jobId: string) => `tenants/${tenant}/jobs/${jobId}/`,
  request: (tenant: string, jobId: string) => `${objectKeys.job(tenant, jobId)}request.json`,
  input: (tenant: string, jobId: string, file: string) => `${objectKeys.job(tenant, jobId)}input/${file}`,
  /** A DICOM object, by the hash of its SOPInstanceUID. */
  instance: (tenant: string, jobId: string, sopInstanceUid: string) =>
    objectKeys.input(tenant, jobId, `${sopInstanceUid}.dcm`),
  /** What one request brought of a study that arrives in several. */
  arrival: (tenant: string, jobId: string, bringer: string) =>
    objectKeys.input(tenant, jobId, `arrival-${bringer}.json`),
  /** How the job has ended: its result or, if it has failed, its record. */
  result: (tenant: string, jobId: string) => `${objectKeys.job(tenant, jobId)}result.json`,
  /** By what is in it, so that an attempt which was overtaken can't write over what the result lists. */
  artefact: (
    tenant: string,
    jobId: string,
    { sha256, name }: { readonly sha256: string; readonly name: string },
  ) => `${objectKeys.artefacts(tenant, jobId)}${sha256}/${name}`,
  artefacts: (tenant: string, jobId: string) => `${objectKeys.job(tenant, jobId)}artefacts/`,
  /** A name of the job that its request doesn't have. */
  lateName: (tenant: string, jobId: string, kind: string, sha256: string) =>
    `${objectKeys.lateNames(tenant, jobId)}${kind}-${sha256}.json`,
  lateNames: (tenant: string, jobId: string) => `${objectKeys.job(tenant, jobId)}names/`,
  /** All jobs of a tenant. */
  jobs: (tenant: string) => `${objectKeys.tenants}${tenant}/jobs/`,
  tenants: 'tenants/',
  /** Says that the job is to be erased. Not in the job's folder: it outlives that. */
  erasure: (tenant: string, jobId: string) => `${objectKeys.erasures(tenant)}${jobId}.json`,
  erasures: (tenant: string) => `${objectKeys.tenants}${tenant}/erasures/`,
  /** Says that a name may stand for the job: an idempotency key's hash, a content's hash. */
  marker: (tenant: string, kind: string, sha256: string, jobId: string) =>
    `${objectKeys.markersOf(tenant, kind, sha256)}${jobId}.json`,
  /** Of one name: it stands for one job, but several may have tried. */
  markersOf: (tenant: string, kind: string, sha256: string) =>
    `${objectKeys.markers(tenant, kind)}${sha256}/`,
  markers: (tenant: string, kind: string) => `${objectKeys.tenants}${tenant}/${kind}/`,
} as const;
