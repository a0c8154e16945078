import assert from 'node:assert/strict';
import { ErrorCode } from '@hepastage/proto';
import { type ApiUnderTest, noTraces, startApi } from '../../api/api-under-test.ts';
import { eraseJob, jobsOf } from '../../api/arriving-study.ts';
import { eventually } from '../../api/eventually.ts';
import { Draw } from '../engine/draw.ts';
import { accepted, Finding, type Mutator, type OpenTarget, type Seed } from '../engine/target.ts';
import { type Answer, type Ending, exchange, isCutShort, isFramed } from '../formats/exchange.ts';

export interface ApiInputs {
  /** Whole requests, sound ones. */
  readonly corpus: readonly Uint8Array[];
  readonly seeds: readonly Seed[];
  readonly mutators: readonly Mutator[];
}

/** Small limits, and short ones for silence: nobody waits for what does not come. */
const settings = {
  uploadFileBytesMax: 200_000,
  uploadBytesMax: 300_000,
  decompressedBytesMax: 4 * 2 ** 20,
  voxelsMax: 2 ** 20,
  headerBytesMax: 200_000,
  partsMax: 12,
  filesMax: 12,
  uploadIdleMsMax: 250,
  lingerMsMax: 300,
} as const;

/**
 * The API over its sockets, on a real Redis and a real object store. A request is answered with 2xx or a code of the contract, or its connection is closed
 * where HTTP itself was broken; of what was refused nothing is left, and what is queued has its record.
 */
export async function openApi({ corpus, seeds, mutators }: ApiInputs): Promise<OpenTarget> {
  const api = await startApi({ settings });
  return {
    corpus,
    seeds,
    mutators,
    run: async (input, draw) => {
      const ending = endingOf(input, draw);
      const answer = await exchange(api.url, input, ending, draw);
      if (answer === undefined && ending === 'waits' && isFramed(input))
        throw new Finding('no answer to a sound request');
      const closed = ending === 'vanishes' ? 'vanished' : 'closed';
      const outcome = answer === undefined ? closed : outcomeOf(answer);
      // Of a second request on the same connection nothing is known.
      await assertTidy(api, outcome !== accepted && isFramed(input));
      return outcome;
    },
    finish: async () => {
      assert.equal((await fetch(`${api.url}/livez`)).status, 200);
      // Where the machine is busy, even a good study may be too slow for such short limits.
      await eventually(
        async () => isAccepted(await exchange(api.url, corpus[0]!, 'waits', new Draw('', 0, 0))),
        true,
      );
      await assertTidy(api, false);
    },
    [Symbol.asyncDispose]: async () => api[Symbol.asyncDispose](),
  };
}

/** What is cut short is mostly said to be so; some clients die, and some are just silent. */
function endingOf(input: Uint8Array, draw: Draw): Ending {
  if (draw.chance(0.03)) return 'vanishes';
  return isCutShort(input) && draw.chance(0.95) ? 'finishes' : 'waits';
}

function isAccepted(answer: Answer | undefined): boolean {
  return answer !== undefined && answer.status >= 200 && answer.status < 300;
}

function outcomeOf(answer: Answer): string {
  const { status, contentType, body } = answer;
  if (isAccepted(answer)) return accepted;
  if (contentType.startsWith('application/dicom+') || contentType.startsWith('multipart/related')) {
    if (status === 409 || status === 413 || status === 415 || status === 400) return `STOW ${status}`;
    throw new Finding(`a STOW answer with status ${status}`);
  }
  const { code = '', status: stated } = problemOf(body);
  if (!contentType.startsWith('application/problem+json') || !(code in ErrorCode) || stated !== status) {
    throw new Finding(`status ${status}, ${contentType || 'no type'}: ${body.slice(0, 300)}`);
  }
  if (status >= 500 || code === 'INTERNAL') throw new Finding(`status ${status}: ${body.slice(0, 300)}`);
  return code;
}

function problemOf(body: string): { code?: string; status?: number } {
  try {
    return JSON.parse(body) as { code?: string; status?: number };
  } catch {
    return {};
  }
}

/** Nothing is left of what was refused, what is queued has its record, and nothing at all is left once every job is erased. */
async function assertTidy(api: ApiUnderTest, wasRefused: boolean): Promise<void> {
  if (wasRefused) await eventually(async () => (await api.traces()).objects, []);
  // A record is there before its job is queued.
  const { queued } = await api.traces();
  const recorded = (await jobsOf(api)).filter(({ state }) => state === 'QUEUED').length;
  if (queued > recorded) throw new Finding(`${queued} jobs in the queue, ${recorded} records of them`);
  // Whose client has gone may still be at work.
  await eventually(async () => {
    for (const { jobId } of await jobsOf(api)) await eraseJob(api, jobId);
    return api.traces();
  }, noTraces);
}
