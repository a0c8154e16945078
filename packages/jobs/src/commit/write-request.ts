import { objectKeys, type ObjectStore } from '@hepastage/platform';
import { encodeText, type StudyRequest, StudyRequestSchema } from '@hepastage/proto';

const options = { mediaType: 'application/json' } as const;

/** Writes request.json: from then on the study can be rebuilt from the store. */
export async function writeRequest(
  request: StudyRequest,
  { store }: { readonly store: Pick<ObjectStore, 'writeBytes'> },
): Promise<void> {
  await store.writeBytes(keyOf(request), bodyOf(request), options);
}

/** The same for a study that another may have ruled out: false then, and it never will be accepted. */
export async function createRequest(
  request: StudyRequest,
  { store }: { readonly store: Pick<ObjectStore, 'create'> },
): Promise<boolean> {
  return store.create(keyOf(request), bodyOf(request), options);
}

function keyOf({ tenant, jobId }: StudyRequest): string {
  return objectKeys.request(tenant, jobId);
}

function bodyOf(request: StudyRequest): Buffer {
  return Buffer.from(encodeText(StudyRequestSchema, request));
}
