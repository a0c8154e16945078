import { objectKeys, type ObjectSink } from '@hepastage/platform';
import { encodeText, type StudyRequest, StudyRequestSchema } from '@hepastage/proto';

/** Writes request.json: from then on the study can be rebuilt from the store. */
export async function writeRequest(
  request: StudyRequest,
  { store, signal }: { readonly store: ObjectSink; readonly signal?: AbortSignal },
): Promise<void> {
  const body = Buffer.from(encodeText(StudyRequestSchema, request));
  const key = objectKeys.request(request.tenant, request.jobId);
  await store.writeBytes(key, body, { mediaType: 'application/json', ...(signal && { signal }) });
}
