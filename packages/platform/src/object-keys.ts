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
  result: (tenant: string, jobId: string) => `${objectKeys.job(tenant, jobId)}result.json`,
  artefact: (tenant: string, jobId: string, name: string) =>
    `${objectKeys.job(tenant, jobId)}artefacts/${name}`,
};
