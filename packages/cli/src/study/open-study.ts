import { createReadStream, createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { archiveEntries } from '@hepastage/platform/archive';
import { type DicomStudy, ErrorCode, HepastageError, type Sequence } from '@hepastage/proto';
import { unreadable } from '../input-file.ts';
import { systemReason } from '../system-reason.ts';
import { filesBelow } from './files-below.ts';
import { privateFolder } from './private-folder.ts';
import { type SourceKind, sourceKind } from './source-kind.ts';
import { StudyIndex } from './study-index.ts';
import type { StudySettings } from './study-settings.ts';

/** Where DICOM files come from, and what their sender says that they are. */
export interface StudySource {
  readonly path: string;
  readonly sequence: Sequence;
  /** Where it is known already. */
  readonly kind?: SourceKind;
}

/** A study whose files lie on this machine: those of a zip in a private folder, which goes when it is disposed of. */
export interface OpenedStudy extends AsyncDisposable {
  /** An instance's key is the path of its file. */
  readonly index: StudyIndex;
  readonly study: DicomStudy;
}

/**
 * Reads the headers of all files of folders, zips and single files. Memory holds one file at a time. Throws INVALID_REQUEST where something can't be
 * read, TOO_MANY_FILES, and what is wrong with a zip as a whole. What is wrong with a file is the index's to tell.
 */
export async function openStudy(
  sources: readonly StudySource[],
  settings: StudySettings,
): Promise<OpenedStudy> {
  await using opening = new AsyncDisposableStack();
  const index = new StudyIndex(settings);
  for (const { path, sequence, kind = await sourceKind(path) } of sources) {
    if (kind === 'folder') {
      for (const [n, file] of (await filesBelow(path, settings.filesMax)).entries()) {
        await index.add(file, sequence, `file ${n + 1} by path`);
      }
    } else if (kind === 'zip') {
      const { path: folder } = opening.use(await privateFolder());
      await addArchive(index, { zip: path, folder, sequence }, settings);
    } else {
      await index.add(path, sequence);
    }
  }
  const owned = opening.move();
  return { index, study: index.study, [Symbol.asyncDispose]: async () => owned.disposeAsync() };
}

/** Unpacks what is needed of a zip. */
async function addArchive(
  index: StudyIndex,
  { zip, folder, sequence }: { zip: string; folder: string; sequence: Sequence },
  { filesMax, uploadFileBytesMax, studyBytesMax }: StudySettings,
): Promise<void> {
  const limits = {
    entriesMax: filesMax,
    entryBytesMax: uploadFileBytesMax,
    decompressedBytesMax: studyBytesMax,
  };
  for await (const { position, content } of archiveEntries(bytesOf(zip), limits)) {
    // The name that it has in the zip may be a patient's, or lead elsewhere.
    const file = join(folder, `${position}.dcm`);
    await pipeline(content, createWriteStream(file, { flags: 'wx', mode: 0o600 })).catch((error: unknown) => {
      throw error instanceof HepastageError ? error : notUnpacked(error);
    });
    if (!(await index.add(file, sequence, `entry ${position}`))) await rm(file);
  }
}

async function* bytesOf(path: string): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of createReadStream(path)) yield chunk as Buffer;
  } catch (error) {
    throw unreadable(path, error);
  }
}

function notUnpacked(error: unknown): HepastageError {
  return new HepastageError(ErrorCode.INVALID_REQUEST, {
    what: 'the zip can’t be unpacked',
    received: systemReason(error),
    action: 'make room in the temporary folder, or set TMPDIR to another one',
  });
}
