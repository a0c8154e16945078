import assert from 'node:assert/strict';
import { test } from 'node:test';
import { patiently } from './patiently.ts';
import { ServerProblem } from './server-problem.ts';

const unavailable = JSON.stringify({ code: 'QUEUE_UNAVAILABLE', detail: 'Redis is away', retryable: true });

function problem(status: number, body: string, headers: Record<string, string> = {}): ServerProblem {
  return new ServerProblem(new Response(null, { status, headers }), body);
}

/** Fails with each of the problems, then succeeds. */
function failing(...problems: ServerProblem[]): () => Promise<string> {
  return async () => {
    const next = problems.shift();
    if (next !== undefined) throw next;
    return 'answer';
  };
}

test('what may pass is tried again, after as long as Retry-After says', async () => {
  const told: string[] = [];
  const begun = performance.now();
  const attempt = failing(
    problem(503, unavailable, { 'retry-after': '1' }),
    problem(502, '<h1>Bad Gateway</h1>'),
  );
  const answer = await patiently(attempt, { seconds: 10, onTrouble: ({ message }) => told.push(message) });
  assert.equal(answer, 'answer');
  assert.ok(performance.now() - begun >= 1_000);
  assert.equal(told[0], '503 QUEUE_UNAVAILABLE: Redis is away');
  assert.match(told[1]!, /^502 NOT_READY: the server answered 502, and not as a hepastage API does/);
});

test('a pause longer than the patience is not waited for', async () => {
  const begun = performance.now();
  const attempt = failing(problem(503, unavailable, { 'retry-after': '3600' }));
  await assert.rejects(patiently(attempt, { seconds: 10 }), /^ServerProblem: 503 QUEUE_UNAVAILABLE/);
  assert.ok(performance.now() - begun < 1_000);
});

test('what stays is not tried again', async () => {
  const gone = JSON.stringify({ code: 'JOB_NOT_FOUND', detail: 'there is no such job', retryable: false });
  await assert.rejects(patiently(failing(problem(404, gone)), { seconds: 10 }), /404 JOB_NOT_FOUND/);
  await assert.rejects(patiently(failing(problem(404, '<html>')), { seconds: 10 }), /404 INVALID_REQUEST/);
});
