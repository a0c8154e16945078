import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { JobListJson, JobRecordJson } from '@hepastage/proto';
import { type ApiUnderTest, startApi } from './api-under-test.ts';
import { problemOf } from './study-form.ts';
import { fail, submit, succeed } from './worker-stand-in.ts';

const idsOf = ({ jobs }: JobListJson) => jobs?.map(({ jobId }) => jobId);

describe('GET /v1/jobs', () => {
  let api: ApiUnderTest;
  /** Oldest first: queued, succeeded mild, succeeded severe, failed. */
  const ids: string[] = [];
  before(async () => {
    api = await startApi({ settings: { pageSizeMax: 50 } });
    for (const externalReference of ['a', 'b', 'c', 'd']) ids.push(await submit(api, { externalReference }));
    await succeed(api.deps, ids[1]!, 'mild');
    await succeed(api.deps, ids[2]!, 'severe');
    await fail(api.deps, ids[3]!);
  });
  after(async () => api[Symbol.asyncDispose]());

  const list = async (query: string) => {
    const response = await fetch(`${api.url}/v1/jobs?${query}`);
    assert.equal(response.status, 200, query);
    return (await response.json()) as JobListJson;
  };

  const created = async (id: string | undefined) =>
    ((await (await fetch(`${api.url}/v1/jobs/${id}`)).json()) as JobRecordJson).createdAt;

  test('all jobs, newest first', async () => {
    const all = await list('');
    assert.deepEqual(idsOf(all), ids.toReversed());
    assert.equal(all.nextCursor, '');
  });

  test('pages follow one another without gap or overlap', async () => {
    const seen: (string | undefined)[] = [];
    for (let cursor = '', pages = 0; pages === 0 || cursor !== ''; pages++) {
      assert.ok(pages < 4, 'the cursor does not end');
      const page = await list(`limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`);
      seen.push(...(idsOf(page) ?? []));
      cursor = page.nextCursor ?? '';
    }
    assert.deepEqual(seen, ids.toReversed());
  });

  test('filters, alone and together', async () => {
    const [queued, mild, severe, failed] = ids;
    const cases = [
      ['state=QUEUED', [queued]],
      ['state=FAILED&state=QUEUED', [failed, queued]],
      ['stage=severe', [severe]],
      ['model=phantom-light', [severe, mild]],
      ['model=phantom-light@1.0.0&stage=mild', [mild]],
      ['reference=d', [failed]],
      ['reference=absent', []],
      [`createdAfter=${await created(severe)}`, [failed, severe]],
      [`createdBefore=${await created(mild)}`, [mild, queued]],
    ] as const;
    for (const [query, expected] of cases) assert.deepEqual(idsOf(await list(query)), expected, query);
  });

  test('what is no such query is refused, and named', async () => {
    const cases = [
      ['state=DONE', /query parameter state/],
      ['limit=0', /query parameter limit: .*>= 1/],
      ['limit=51', /query parameter limit: .*<= 50/],
      ['limit=many', /query parameter limit: .*integer/],
      ['createdAfter=yesterday', /query parameter createdAfter/],
      ['createdAfter=2024-01-01T00:00:00Z[Europe/Paris]', /query parameter createdAfter/],
      ['createdBefore=2016-12-31T23:59:60Z', /query parameter createdBefore: the time can’t be read/],
      ['cursor=nonsense', /cursor/],
      ['patient=Doe', /there is a query parameter that this route does not have/],
    ] as const;
    for (const [query, detail] of cases) {
      const response = await fetch(`${api.url}/v1/jobs?${query}`);
      const problem = await problemOf(response);
      assert.deepEqual([response.status, problem.code], [400, 'INVALID_REQUEST'], query);
      assert.match(problem.detail, detail);
      assert.ok(!JSON.stringify(problem).includes('Doe'));
    }
  });
});
