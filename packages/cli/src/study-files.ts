import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { create } from '@bufbuild/protobuf';
import {
  ErrorCode,
  HepastageError,
  now,
  Sequence,
  StudyInput_Role,
  StudyInputSchema,
  type StudyRequest,
  StudyRequestSchema,
} from '@hepastage/proto';

/** The files of a study, as the command line names them. */
export interface StudyFiles {
  readonly t1w?: string;
  readonly t2w?: string;
  readonly t1wLiverMask?: string;
  readonly t2wLiverMask?: string;
}

/** Each file's option, its part in a POST, and what it is. */
export const studyParts = [
  { option: 't1w', part: 't1w', sequence: Sequence.T1W, role: StudyInput_Role.IMAGE },
  { option: 't2w', part: 't2w', sequence: Sequence.T2W, role: StudyInput_Role.IMAGE },
  {
    option: 't1wLiverMask',
    part: 't1w_liver_mask',
    sequence: Sequence.T1W,
    role: StudyInput_Role.LIVER_MASK,
  },
  {
    option: 't2wLiverMask',
    part: 't2w_liver_mask',
    sequence: Sequence.T2W,
    role: StudyInput_Role.LIVER_MASK,
  },
] as const;

/** A request whose object keys are the files' paths. Throws NO_SEQUENCE without an image. */
export async function requestOfFiles(jobId: string, files: StudyFiles): Promise<StudyRequest> {
  assertSequence(files);
  const inputs = await Promise.all(
    studyParts.map(async ({ option, sequence, role }) => {
      const path = files[option];
      if (path === undefined) return [];
      const bytes = await readStudyFile(path);
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      return [create(StudyInputSchema, { sequence, role, key: path, bytes: bytes.byteLength, sha256 })];
    }),
  );
  return create(StudyRequestSchema, { jobId, tenant: 'default', createdAt: now(), inputs: inputs.flat() });
}

export function assertSequence({ t1w, t2w }: StudyFiles): void {
  if (t1w !== undefined || t2w !== undefined) return;
  throw new HepastageError(ErrorCode.NO_SEQUENCE, {
    what: 'there is no volume to stage',
    expected: '--t1w FILE, --t2w FILE, or both',
  });
}

export async function readStudyFile(path: string): Promise<Buffer<ArrayBuffer>> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new HepastageError(ErrorCode.INVALID_REQUEST, {
      what: 'the file can’t be read',
      where: path,
      cause,
    });
  }
}
