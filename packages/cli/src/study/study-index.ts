import { create } from '@bufbuild/protobuf';
import { isPassedOver } from '@hepastage/imaging';
import {
  type DicomInstance,
  type DicomStudy,
  DicomStudySchema,
  ErrorCode,
  ErrorCodeSchema,
  enumName,
  HepastageError,
  type Sequence,
} from '@hepastage/proto';
import { readInstance } from './read-instance.ts';
import type { StudySettings } from './study-settings.ts';

/** Reads a study's files one after the other, and keeps of each what its header says. */
export class StudyIndex {
  readonly #settings: StudySettings;
  readonly #instances = new Map<string, DicomInstance>();
  readonly #unusable = new Map<ErrorCode, number>();
  #firstUnusable: HepastageError | undefined;
  #damage: HepastageError | undefined;
  #duplicates = 0;
  #files = 0;

  constructor(settings: StudySettings) {
    this.#settings = settings;
  }

  /** Files that hold an instance which another file has brought already. */
  get duplicates(): number {
    return this.#duplicates;
  }

  /** The usable instances, by their files' paths, and how many files are not usable for which reason. */
  get study(): DicomStudy {
    const instances = [...this.#instances.values()];
    return create(DicomStudySchema, {
      studyInstanceUid: instances[0]?.studyInstanceUid ?? '',
      instances,
      skipped: [...this.#unusable].map(([code, count]) => ({ code: enumName(ErrorCodeSchema, code), count })),
    });
  }

  /** A file is damaged, so that the study may be incomplete. */
  get isDamaged(): boolean {
    return this.#damage !== undefined;
  }

  /** Why the service would not let the study in; undefined where it would. */
  get refusal(): HepastageError | undefined {
    if (this.#damage !== undefined) return this.#damage;
    if (this.#instances.size === 0) return this.#firstUnusable ?? noFiles();
    const studies = new Set([...this.#instances.values()].map(({ studyInstanceUid }) => studyInstanceUid));
    return studies.size > 1 ? mixedStudies(studies.size) : undefined;
  }

  /** Takes a file in; `where` is what a message calls it. Returns whether it is needed. Throws INVALID_REQUEST where it can't be read, TOO_MANY_FILES. */
  async add(path: string, sequence: Sequence, where?: string): Promise<boolean> {
    this.#count();
    try {
      const instance = await readInstance(path, this.#settings);
      if (this.#instances.has(instance.sopInstanceUid)) {
        this.#duplicates += 1;
        return false;
      }
      instance.sequence = sequence;
      this.#instances.set(instance.sopInstanceUid, instance);
      return true;
    } catch (error) {
      if (!(error instanceof HepastageError) || error.code === ErrorCode.INVALID_REQUEST) throw error;
      this.#unusable.set(error.code, (this.#unusable.get(error.code) ?? 0) + 1);
      const placed = where === undefined ? error : error.at(where);
      if (isPassedOver(error.code)) this.#firstUnusable ??= placed;
      else this.#damage ??= placed;
      return false;
    }
  }

  #count(): void {
    this.#files += 1;
    const { filesMax } = this.#settings;
    if (this.#files <= filesMax) return;
    throw new HepastageError(ErrorCode.TOO_MANY_FILES, {
      what: 'the study has more files than allowed',
      expected: `at most ${filesMax}`,
      action: 'give one study at a time, or set HEPASTAGE_FILES_MAX',
    });
  }
}

function noFiles(): HepastageError {
  return new HepastageError(ErrorCode.NO_SEQUENCE, {
    what: 'there is no file to stage',
    expected: 'a folder or a zip with the DICOM files of a study',
  });
}

function mixedStudies(count: number): HepastageError {
  return new HepastageError(ErrorCode.MIXED_STUDIES, {
    what: 'the files belong to more than one study',
    expected: 'one StudyInstanceUID',
    received: count,
    action: 'give one study at a time',
  });
}
