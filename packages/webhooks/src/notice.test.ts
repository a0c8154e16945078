import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { ErrorCode, JobRecord_State, JobRecordSchema } from '@hepastage/proto';
import { noticeOf } from './notice.ts';

const record = (state: JobRecord_State, error?: { code: ErrorCode; message: string; retryable: boolean }) =>
  create(JobRecordSchema, {
    jobId: '7',
    tenant: 'radiology',
    state,
    stage: 'SEVERE',
    finishedAt: timestampFromDate(new Date('2026-01-02T03:04:05.678Z')),
    metadata: { externalReference: 'a reference', webhook: 'https://example.org/hook' },
    ...(error && { error }),
  });

test('a notice says which job ended, how and when, and nothing else', () => {
  assert.deepEqual(noticeOf(record(JobRecord_State.SUCCEEDED)), {
    id: 'msg_7',
    body: '{"type":"job.succeeded","timestamp":"2026-01-02T03:04:05.678Z","data":{"jobId":"7","state":"SUCCEEDED"}}',
  });
  const error = { code: ErrorCode.SLICE_GAP, message: 'slices are missing', retryable: false };
  assert.deepEqual(noticeOf(record(JobRecord_State.FAILED, error)), {
    id: 'msg_7',
    body: '{"type":"job.failed","timestamp":"2026-01-02T03:04:05.678Z","data":{"jobId":"7","state":"FAILED","code":"SLICE_GAP"}}',
  });
});

test('there is no notice of a job that has not ended, or that its owner ended', () => {
  const { CANCELLED, QUEUED, RECEIVING, RUNNING } = JobRecord_State;
  for (const state of [CANCELLED, QUEUED, RECEIVING, RUNNING]) {
    assert.equal(noticeOf(record(state)), undefined, String(state));
  }
});
