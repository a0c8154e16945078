import { type ErrorCode, errorTraits } from '@hepastage/proto';
import type { StoreForm } from './accept.ts';
import type { DataSet } from './data-set.ts';
import { dicomJson } from './dicom-json.ts';
import { failureReason } from './failure-reason.ts';
import { nativeDicomXml } from './native-dicom-xml.ts';

/** Warning Reason (0008,1196) of an object that was stored all the same (PS3.18 I.2.1). */
export const warningReasons = {
  coercion: 0xb0_00,
  elementsDiscarded: 0xb0_06,
  dataSetDoesNotMatchSopClass: 0xb0_07,
} as const;

/** What became of one object of a Store transaction. */
export interface StoreOutcome {
  /** As the sender wrote them: it knows its objects by no others. Undefined or no UID: what failed can't be named. */
  readonly sopClassUid?: string | undefined;
  readonly sopInstanceUid?: string | undefined;
  /** Undefined: the object is stored. */
  readonly failure?: ErrorCode | undefined;
  /**
   * Something about a stored object that its sender should look at. That it was de-identified is none: it is what this service does to
   * every object, and if it were one, no answer would ever be 200. Nor could the Original Attributes Sequence that goes with a coercion
   * be given: it would hold all that was removed.
   */
  readonly warning?: keyof typeof warningReasons | undefined;
}

export interface StoreResponse {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

const uidPattern = /^[0-9.]{1,64}$/;
/** What may be said of a request as a whole, where it is true of each of its objects. Any other mixture is a conflict. */
const commonStatuses: ReadonlySet<number> = new Set([413, 415, 503]);

/** Answers a Store transaction (PS3.18 10.5.3), in the form that the client accepts. */
export function storeResponse(outcomes: readonly StoreOutcome[], form: StoreForm): StoreResponse {
  return { status: statusOf(outcomes), ...encoders[form](storeModule(outcomes)) };
}

/** Table 10.5.3-1: all stored, some stored or stored with warnings, none stored, nothing sent. */
function statusOf(outcomes: readonly StoreOutcome[]): number {
  if (outcomes.length === 0) return 400;
  const failures = outcomes.flatMap(({ failure }) => (failure === undefined ? [] : [failure]));
  if (failures.length < outcomes.length)
    return failures.length > 0 || outcomes.some(({ warning }) => warning !== undefined) ? 202 : 200;
  const [status = 0, ...others] = new Set(failures.map((code) => errorTraits(code).httpStatus));
  return others.length === 0 && commonStatuses.has(status) ? status : 409;
}

/** The Store Instances Response Module (Table I.1-1). Nothing can be retrieved here, so URLs, which must be there, are empty. */
function storeModule(outcomes: readonly StoreOutcome[]): DataSet {
  const stored: DataSet[] = [];
  const failed: DataSet[] = [];
  const others: DataSet[] = [];
  for (const outcome of outcomes) {
    const reference = referenceOf(outcome);
    const { failure, warning } = outcome;
    if (failure !== undefined) {
      const reason = { FailureReason: { vr: 'US', value: failureReason(failure) } } as const;
      if (reference === undefined) others.push(reason);
      else failed.push({ ...reference, ...reason });
    } else {
      stored.push({
        ...reference,
        RetrieveURL: { vr: 'UR' },
        ...(warning !== undefined && { WarningReason: { vr: 'US', value: warningReasons[warning] } }),
      });
    }
  }
  return {
    RetrieveURL: { vr: 'UR' },
    ...(failed.length > 0 && { FailedSOPSequence: { vr: 'SQ', value: failed } }),
    ...(stored.length > 0 && { ReferencedSOPSequence: { vr: 'SQ', value: stored } }),
    ...(others.length > 0 && { OtherFailuresSequence: { vr: 'SQ', value: others } }),
  };
}

/** A reference has both UIDs (PS3.3 Table 10-11) or is none. */
function referenceOf({ sopClassUid = '', sopInstanceUid = '' }: StoreOutcome): DataSet | undefined {
  if (!uidPattern.test(sopClassUid) || !uidPattern.test(sopInstanceUid)) return undefined;
  return {
    ReferencedSOPClassUID: { vr: 'UI', value: sopClassUid },
    ReferencedSOPInstanceUID: { vr: 'UI', value: sopInstanceUid },
  };
}

/** Of a body whose every character is known: it can't occur within. */
const boundary = 'hepastage-store-response';

const encoders: Readonly<Record<StoreForm, (dataSet: DataSet) => { contentType: string; body: string }>> = {
  'dicom+json': (dataSet) => ({
    contentType: 'application/dicom+json',
    body: JSON.stringify(dicomJson(dataSet)),
  }),
  json: (dataSet) => ({ contentType: 'application/json', body: JSON.stringify(dicomJson(dataSet)) }),
  'dicom+xml': (dataSet) => ({ contentType: 'application/dicom+xml', body: nativeDicomXml(dataSet) }),
  'multipart dicom+xml': (dataSet) => ({
    contentType: `multipart/related; type="application/dicom+xml"; boundary=${boundary}`,
    body: `--${boundary}\r\nContent-Type: application/dicom+xml\r\n\r\n${nativeDicomXml(dataSet)}\r\n--${boundary}--\r\n`,
  }),
};
