import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ErrorCode } from '../gen/hepastage/v1/error_pb.ts';
import { HepastageError } from './error.ts';

const details = {
  what: 'the disk is full',
  where: 'directory /srv/hepastage',
  expected: 'space',
  received: 'ENOSPC',
  action: 'try again later',
};

test('a client reads all of its own fault, and of ours neither path nor bucket nor host', () => {
  const theirs = new HepastageError(ErrorCode.INVALID_HEADER, { ...details, where: 'part t1w' });
  assert.equal(
    theirs.publicMessage,
    'part t1w: the disk is full (expected space, received ENOSPC); try again later',
  );
  const ours = new HepastageError(ErrorCode.STORE_UNAVAILABLE, details);
  assert.equal(ours.publicMessage, 'the disk is full; try again later');
  assert.match(ours.message, /\/srv\/hepastage/, 'the log has the rest');
});
