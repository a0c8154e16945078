import { createHash } from 'node:crypto';
import { create } from '@bufbuild/protobuf';
import {
  type DicomStudy,
  DicomStudySchema,
  encodeText,
  now,
  type Sequence,
  StudyInput_Role,
  StudyInputSchema,
  type StudyInput,
  type StudyRequest,
  StudyRequestSchema,
} from '@hepastage/proto';
import type { StudySource as ObjectSource } from '@hepastage/staging';
import { readInputFile } from '../input-file.ts';
import { assertStudy, type StudyFiles, studyParts } from '../study-files.ts';
import { openStudy, type StudySource } from './open-study.ts';
import { sourceKind } from './source-kind.ts';
import type { StudySettings } from './study-settings.ts';

/** A study on this machine as a request for the pipeline, and where that finds its files. Disposing removes what was unpacked for it. */
export interface OpenedRequest extends AsyncDisposable {
  readonly request: StudyRequest;
  readonly source: ObjectSource;
}

/**
 * A request whose object keys are the files' paths; of DICOM files there is an index, which only the source has. Throws NO_SEQUENCE, INVALID_REQUEST,
 * and why the service's door would refuse the DICOM files.
 */
export async function openRequest(
  jobId: string,
  files: StudyFiles,
  series: { readonly t1w: string; readonly t2w: string },
  settings: StudySettings,
): Promise<OpenedRequest> {
  assertStudy(files);
  const inputs: StudyInput[] = [];
  const dicom: StudySource[] = [];
  for (const { option, sequence, role } of studyParts) {
    const path = files[option];
    if (path === undefined) continue;
    const kind = role === StudyInput_Role.LIVER_MASK ? 'nifti' : await sourceKind(path);
    if (kind !== 'nifti' || role === StudyInput_Role.DICOM_STUDY) dicom.push({ path, sequence, kind });
    else inputs.push(inputOf(path, await readInputFile(path), { sequence, role }));
  }
  await using opening = new AsyncDisposableStack();
  const index = new Map<string, Uint8Array>();
  let studyInstanceUid = '';
  if (dicom.length > 0) {
    const opened = opening.use(await openStudy(dicom, settings));
    const { refusal } = opened.index;
    if (refusal !== undefined) throw refusal;
    const { key, bytes } = indexFile(jobId, opened.study);
    index.set(key, bytes);
    inputs.unshift(inputOf(key, bytes, { role: StudyInput_Role.DICOM_STUDY }));
    ({ studyInstanceUid } = opened.study);
  }
  const owned = opening.move();
  return {
    request: create(StudyRequestSchema, {
      jobId,
      tenant: 'default',
      createdAt: now(),
      inputs,
      metadata: { series },
      studyInstanceUid,
    }),
    source: { read: async ({ key }) => index.get(key)?.slice() ?? readInputFile(key) },
    [Symbol.asyncDispose]: async () => owned.disposeAsync(),
  };
}

/** The index lies in memory alone. Its key is no path. */
function indexFile(jobId: string, study: DicomStudy): { key: string; bytes: Uint8Array } {
  return {
    key: `${jobId}/study.json`,
    bytes: new TextEncoder().encode(encodeText(DicomStudySchema, study)),
  };
}

function inputOf(
  key: string,
  bytes: Uint8Array,
  what: { readonly sequence?: Sequence; readonly role: StudyInput_Role },
): StudyInput {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return create(StudyInputSchema, { ...what, key, bytes: bytes.byteLength, sha256 });
}
