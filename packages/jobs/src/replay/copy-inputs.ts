import { Readable } from 'node:stream';
import { objectKeys, type ObjectStore } from '@hepastage/platform';
import {
  decodeText,
  DicomStudySchema,
  ErrorCode,
  HepastageError,
  type StudyInput,
  StudyInput_Role,
  type StudyRequest,
} from '@hepastage/proto';
import { writeDicomIndex } from '../commit/dicom-index.ts';
import type { JobName } from '../job-stores.ts';

/** Objects copied at once: a store answers each in milliseconds, and a DICOM study has hundreds. */
const copiesAtOnce = 8;

/** Copies a study's files, and nothing else that lies beside them, to another job, and returns them as its inputs. Throws INPUT_LOST. */
export async function copyInputs(
  { tenant, jobId, inputs }: StudyRequest,
  to: JobName,
  store: ObjectStore,
): Promise<StudyInput[]> {
  const from = objectKeys.job(tenant, jobId);
  const keyOf = (key: string) => objectKeys.job(to.tenant, to.jobId) + key.slice(from.length);
  const copies: StudyInput[] = [];
  for (const input of inputs) {
    if (input.role === StudyInput_Role.DICOM_STUDY) {
      copies.push(await copyDicomStudy(input, to, keyOf, store));
    } else {
      await copyObject(input.key, keyOf(input.key), store);
      copies.push({ ...input, key: keyOf(input.key) });
    }
  }
  return copies;
}

/** Its index names the objects by their keys: it is written anew. */
async function copyDicomStudy(
  index: StudyInput,
  to: JobName,
  keyOf: (key: string) => string,
  store: ObjectStore,
): Promise<StudyInput> {
  const bytes = (await store.readBytes(index.key, index.bytes)) ?? lost();
  const study = decodeText(DicomStudySchema, bytes.toString());
  await Readable.from(study.instances).forEach(
    async ({ key }: { key: string }) => copyObject(key, keyOf(key), store),
    { concurrency: copiesAtOnce },
  );
  const instances = study.instances.map((instance) => ({ ...instance, key: keyOf(instance.key) }));
  return writeDicomIndex({ ...study, instances }, { store, ...to });
}

async function copyObject(from: string, to: string, store: ObjectStore): Promise<void> {
  const { stream } = (await store.read(from)) ?? lost();
  await store.write(to, stream);
}

function lost(): never {
  throw new HepastageError(ErrorCode.INPUT_LOST, {
    what: 'a file of the study is not in the object store',
    action: 'have the study sent again',
  });
}
