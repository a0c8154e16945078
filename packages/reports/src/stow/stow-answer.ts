/** An object that the PACS did not keep. */
export interface RefusedObject {
  readonly sopInstanceUid: string;
  /** Failure Reason (0008,1197) (PS3.3, C.14.1.1); undefined where it gave none. */
  readonly reason: number | undefined;
}

/** What a PACS says of each object (PS3.18, 10.5.3.2, table I.1-1). */
export interface StowAnswer {
  readonly stored: readonly string[];
  readonly refused: readonly RefusedObject[];
}

const failedSopSequence = '00081198';
const referencedSopSequence = '00081199';
const referencedSopInstanceUid = '00081155';
const failureReason = '00081197';

/** Most that is read of an answer, bytes: one of ours is about a handful of objects. */
const answerBytesMax = 1 << 20;

/** Reads the answer; undefined where it is none that says anything of the objects, is too long, or is no DICOM JSON. */
export async function readStowAnswer(response: Response): Promise<StowAnswer | undefined> {
  const text = await readText(response);
  if (text === undefined) return undefined;
  try {
    const parsed: unknown = JSON.parse(text);
    // PS3.18 asks for an object; some send it as the only one of a list.
    const root = Array.isArray(parsed) ? (parsed[0] as unknown) : parsed;
    if (!hasProperties(root) || !(failedSopSequence in root || referencedSopSequence in root))
      return undefined;
    return {
      stored: itemsOf(root, referencedSopSequence).map(uidOf),
      refused: itemsOf(root, failedSopSequence).map((item) => ({
        sopInstanceUid: uidOf(item),
        reason: reasonOf(item),
      })),
    };
  } catch {
    return undefined;
  }
}

async function readText({ body }: Response): Promise<string | undefined> {
  if (body === null) return '';
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  // Leaving the loop cancels the rest.
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > answerBytesMax) return undefined;
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function itemsOf(root: Properties, tag: string): Properties[] {
  return valuesOf(root, tag).filter(hasProperties);
}

function uidOf(item: Properties): string {
  const [uid] = valuesOf(item, referencedSopInstanceUid);
  return typeof uid === 'string' && /^[\d.]{1,64}$/.test(uid) ? uid : '';
}

function reasonOf(item: Properties): number | undefined {
  const [reason] = valuesOf(item, failureReason);
  return typeof reason === 'number' ? reason : undefined;
}

function valuesOf(item: Properties, tag: string): unknown[] {
  const element = item[tag];
  const values = hasProperties(element) ? element['Value'] : undefined;
  return Array.isArray(values) ? values : [];
}

type Properties = Readonly<Record<string, unknown>>;

function hasProperties(value: unknown): value is Properties {
  return typeof value === 'object' && value !== null;
}
