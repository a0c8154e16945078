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
  /** Why an attempt failed for good, by the name of its claim. */
  failure: (tenant: string, jobId: string, name: string) =>
    `${objectKeys.failures(tenant, jobId)}${name}.json`,
  failures: (tenant: string, jobId: string) => `${objectKeys.job(tenant, jobId)}failures/`,
  result: (tenant: string, jobId: string) => `${objectKeys.job(tenant, jobId)}result.json`,
  /** By what is in it, so that an attempt which was overtaken can't write over what the result lists. */
  artefact: (
    tenant: string,
    jobId: string,
    { sha256, name }: { readonly sha256: string; readonly name: string },
  ) => `${objectKeys.artefacts(tenant, jobId)}${sha256}/${name}`,
  artefacts: (tenant: string, jobId: string) => `${objectKeys.job(tenant, jobId)}artefacts/`,
  /** All jobs of a tenant. */
  jobs: (tenant: string) => `${objectKeys.tenants}${tenant}/jobs/`,
  tenants: 'tenants/',
  /** Says that the job is to be erased. Not in the job's folder: it outlives that. */
  erasure: (tenant: string, jobId: string) => `${objectKeys.erasures(tenant)}${jobId}.json`,
  erasures: (tenant: string) => `${objectKeys.tenants}${tenant}/erasures/`,
  /** Which job a name stands for: an idempotency key's hash, a content's hash. */
  marker: (tenant: string, kind: string, sha256: string) =>
    `${objectKeys.markers(tenant, kind)}${sha256}.json`,
  markers: (tenant: string, kind: string) => `${objectKeys.tenants}${tenant}/${kind}/`,
} as const;
