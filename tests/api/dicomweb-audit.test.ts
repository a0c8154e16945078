import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { objectKeys } from '@hepastage/platform';
import { ErrorCode, HepastageError, JobRecord_State, type JobRecordJson } from '@hepastage/proto';
import { samplesOf } from '../helpers/metrics.ts';
import { OpenStow, stow, type StowAnswer } from '../helpers/stow.ts';
import { acceptedLines } from './accepted-lines.ts';
import { type ApiUnderTest, noTraces, startApi, tenant } from './api-under-test.ts';
import { complete, jobsOf } from './arriving-study.ts';
import { sliceOf, studyUid } from './dicom-objects.ts';
import { eventually } from './eventually.ts';

const first = '2.25.1';
const second = '2.25.2';
const named = (id: string) => ({ headers: { 'x-request-id': id } });
const codeOf = ({ body }: StowAnswer) => (JSON.parse(body) as { code: string }).code;
const isArrival = (key: string) => key.includes('/input/arrival-');
const hiccup = () => new HepastageError(ErrorCode.STORE_UNAVAILABLE, { what: 'no answer' });

type Store = ApiUnderTest['deps']['store'];

/** Runs `instead` in the place of the `nth` write of what a request brought of a study. */
function atArrival(
  { deps: { store } }: ApiUnderTest,
  nth: number,
  instead: (write: () => ReturnType<Store['writeBytes']>, signal: AbortSignal) => Promise<never>,
): void {
  const write = store.writeBytes.bind(store);
  let written = 0;
  store.writeBytes = async (...given) => {
    const isIt = isArrival(given[0]) && ++written === nth;
    return isIt ? instead(async () => write(...given), given[2]!.signal!) : write(...given);
  };
}

/** Jobs of which a request's part may be staged: what it brought lies where whoever closes them looks. */
async function keptJobs({ deps: { store } }: ApiUnderTest): Promise<string[]> {
  const keys = (await Array.fromAsync(store.list(objectKeys.jobs(tenant)))).map(({ key }) => key);
  return keys.filter(isArrival).map((key) => key.slice(objectKeys.jobs(tenant).length).split('/', 1)[0]!);
}

/** Asserts that of what a request brought one study is kept, is in the log, and is staged. `counted`: studies, one that may have been kept included. */
async function assertFirstAccepted(api: ApiUnderTest, counted: number): Promise<void> {
  const [jobId, ...more] = await keptJobs(api);
  assert.deepEqual(more, []);
  assert.ok((await acceptedLines(api)).includes(`anonymous one ${jobId}`));
  const { studies, bytes } = await api.deps.quotas.spent(tenant);
  assert.equal(studies, counted);
  assert.ok(bytes >= sliceOf(first).length);
  const said = await complete(api, { studyInstanceUid: first });
  assert.equal(((await said.json()) as JobRecordJson).jobId, jobId);
  assert.equal((await api.deps.status.get(tenant, jobId!))?.record.state, JobRecord_State.QUEUED);
}

test('every request has a line for every study that it brings, and each of its bytes counts once', async () => {
  await using api = await startApi();
  const objects = [sliceOf(first, 1), sliceOf(second, 2), sliceOf(first, 3)];
  const one = await stow(api.url, objects, named('one'));
  const two = await stow(api.url, [sliceOf(first, 4)], named('two'));
  assert.deepEqual(await acceptedLines(api), [
    ...one.jobIds.map((jobId) => `anonymous one ${jobId}`),
    `anonymous two ${two.jobIds[0]}`,
  ]);
  const { studies, bytes } = await api.deps.quotas.spent(tenant);
  const [received] = await samplesOf(api.url, 'hepastage_upload_bytes_total');
  assert.deepEqual([studies, bytes], [2, received?.value]);
  assert.ok(bytes >= 4 * sliceOf(first).length);
});

test('a request that is refused for one study: the one that it brought before is in the log, and counts', async () => {
  await using api = await startApi();
  atArrival(api, 2, async () => {
    throw hiccup();
  });
  const answer = await stow(api.url, [sliceOf(first), sliceOf(second)], named('one'));
  assert.deepEqual([answer.status, codeOf(answer)], [503, 'STORE_UNAVAILABLE']);
  await assertFirstAccepted(api, 2);
});

test('the same where its client goes away between two studies', async () => {
  await using api = await startApi();
  const open = OpenStow.begin(api.url, named('one'));
  atArrival(api, 2, async (_write, signal) => {
    open.vanish();
    if (!signal.aborted) await once(signal, 'abort');
    throw signal.reason;
  });
  for (const object of [sliceOf(first), sliceOf(second)]) await open.send(object);
  await assert.rejects(open.end());
  // Until the request has left, the study counts as arriving.
  await eventually(
    async () => api.deps.arrivals.close(await firstOf(api), '').then(({ kind }) => kind),
    'closed',
  );
  await assertFirstAccepted(api, 2);
});

test('the same where the log can’t be written to for one study: nothing is kept of that one', async () => {
  await using api = await startApi();
  const { store } = api.deps;
  const write = store.create.bind(store);
  let lines = 0;
  store.create = async (...given) => {
    if (given[0].startsWith('audit/') && ++lines === 2) throw hiccup();
    return write(...given);
  };
  const answer = await stow(api.url, [sliceOf(first), sliceOf(second)], named('one'));
  assert.deepEqual([answer.status, codeOf(answer)], [503, 'STORE_UNAVAILABLE']);
  assert.equal((await complete(api, { studyInstanceUid: second })).status, 404);
  await assertFirstAccepted(api, 1);
});

test('a study is in the log before anything of it may be staged: a store that writes and does not say so', async () => {
  await using api = await startApi();
  atArrival(api, 1, async (writing) => {
    assert.equal((await acceptedLines(api)).length, 1);
    await writing();
    throw hiccup();
  });
  assert.equal((await stow(api.url, [sliceOf(first)], named('one'))).status, 503);
  await assertFirstAccepted(api, 1);
});

test('without its line no study is accepted', async () => {
  await using api = await startApi();
  const { store } = api.deps;
  const write = store.create.bind(store);
  store.create = async () => {
    throw hiccup();
  };
  assert.equal((await stow(api.url, [sliceOf(studyUid)])).status, 503);
  store.create = write;
  assert.deepEqual(await keptJobs(api), []);
  assert.deepEqual(await api.deps.quotas.spent(tenant), { studies: 0, bytes: 0 });
  assert.equal((await complete(api)).status, 404);
  assert.deepEqual(await api.traces(), noTraces);
});

test('who says that a study is complete is in the log, too, before the answer, and as often as it is said', async () => {
  await using api = await startApi();
  const { store } = api.deps;
  const { jobIds } = await stow(api.url, [sliceOf(studyUid)], named('one'));
  const headers = { 'x-request-id': 'two', 'idempotency-key': 'a key' };
  const write = store.create.bind(store);
  store.create = async () => {
    throw hiccup();
  };
  assert.equal((await complete(api, {}, headers)).status, 503);
  store.create = write;
  assert.equal((await jobsOf(api))[0]?.state, 'RECEIVING');
  assert.equal((await complete(api, {}, headers)).status, 202);
  const again = await complete(api, {}, { ...headers, 'x-request-id': 'three' });
  assert.deepEqual([again.status, again.headers.get('idempotency-replayed')], [202, 'true']);
  const lines = ['one', 'two', 'three'].map((id) => `anonymous ${id} ${jobIds[0]}`);
  assert.deepEqual(await acceptedLines(api), lines);
});

/** The first study's name in Redis. */
async function firstOf({ deps }: ApiUnderTest) {
  return { tenant, studyInstanceUid: deps.uidHasherOf(tenant)(first) };
}
