import { ErrorCode, HepastageError, type StudyInput, type StudyRequest } from '@hepastage/proto';
import { objectKeys, type ObjectStore } from '@hepastage/platform';
import { interruptions } from './interruption.ts';
import type { StudySink, StudySource } from '@hepastage/staging';

/** A study's files as the object store has them. Throws INPUT_LOST where one is not there. */
export function studySource(store: ObjectStore): StudySource {
  return {
    async read(input: StudyInput, signal?: AbortSignal): Promise<Uint8Array> {
      // The request says how many bytes were accepted: more than those were never checked, and are never read.
      const bytes = await store.readBytes(input.key, input.bytes, signal);
      if (bytes === undefined) {
        // The job is being erased, or the file is lost: either way it does not come back, however often the study is tried.
        throw new HepastageError(ErrorCode.INPUT_LOST, {
          what: 'a file of the study is not in the object store',
          action: 'send the study again',
        });
      }
      return bytes;
    },
  };
}

/**
 * Where a study's artefacts and result go. A write is never aborted: the store might complete it all the same, after what was written has been taken
 * back. They are small, and the store's own time-outs end them. `onWriteFailed` is told of each that failed.
 */
export function studySink(
  store: ObjectStore,
  { tenant, jobId }: StudyRequest,
  onWriteFailed: () => void,
): StudySink {
  const told = async <T>(write: Promise<T>): Promise<T> => {
    try {
      return await write;
    } catch (error) {
      onWriteFailed();
      throw error;
    }
  };
  return {
    async writeArtefact(artefact, bytes) {
      const { mediaType } = artefact;
      await told(store.writeBytes(objectKeys.artefact(tenant, jobId, artefact), bytes, { mediaType }));
    },
    async writeResult(canonicalJson) {
      const bytes = new TextEncoder().encode(canonicalJson);
      const options = { mediaType: 'application/json' };
      // Another attempt was first: its result is the job's, whoever is told of it.
      if (!(await told(store.create(objectKeys.result(tenant, jobId), bytes, options))))
        throw interruptions.superseded();
    },
  };
}
