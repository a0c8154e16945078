import type { JobRecord } from '@hepastage/proto';
import { ErrorCode, HepastageError } from '@hepastage/proto';
import type { JobFilter } from './status-store.ts';

/** A place in the tenant's index: everything up to it has been seen. */
export interface IndexPosition {
  /** Creation time, ms since 1970. */
  readonly createdMs: number;
  readonly jobId: string;
}

export function encodeCursor({ createdMs, jobId }: IndexPosition): string {
  return Buffer.from(`${createdMs}/${jobId}`).toString('base64url');
}

export function decodeCursor(cursor: string): IndexPosition {
  const [createdText = '', jobId = ''] = Buffer.from(cursor, 'base64url').toString().split('/');
  const createdMs = Number(createdText);
  if (createdText === '' || !Number.isSafeInteger(createdMs) || jobId === '') {
    throw new HepastageError(ErrorCode.INVALID_REQUEST, {
      what: 'the cursor is not one that this service gave',
      where: 'query parameter cursor',
      action: 'pass nextCursor of the previous page unchanged, or leave it out for the first page',
    });
  }
  return { createdMs, jobId };
}

/** True for an entry that comes after `position` in the index's order: newest first, equal times by job id downwards. */
export function isAfter(entry: IndexPosition, position: IndexPosition): boolean {
  return entry.createdMs === position.createdMs
    ? entry.jobId < position.jobId
    : entry.createdMs < position.createdMs;
}

/** Creation times are the index's own order, so they bound the scan and are not asked here. */
export function matches(record: JobRecord, filter: JobFilter): boolean {
  return (
    (filter.states === undefined || filter.states.includes(record.state)) &&
    (filter.stage === undefined || record.stage === filter.stage) &&
    (filter.model === undefined ||
      record.model === filter.model ||
      record.model.startsWith(`${filter.model}@`)) &&
    (filter.studyInstanceUid === undefined || record.studyInstanceUid === filter.studyInstanceUid) &&
    (filter.externalReference === undefined ||
      record.metadata?.externalReference === filter.externalReference)
  );
}
