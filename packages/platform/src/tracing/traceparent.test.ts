import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatTraceparent, parseTraceparent } from './traceparent.ts';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const spanId = '00f067aa0ba902b7';
const sampled = `00-${traceId}-${spanId}-01`;

test('a traceparent names a span, and is written as it was read', () => {
  for (const [text, traceFlags] of [
    [sampled, 1],
    [`00-${traceId}-${spanId}-00`, 0],
  ] as const) {
    const context = parseTraceparent(text);
    assert.deepEqual(context, { traceId, spanId, traceFlags, isRemote: true });
    assert.equal(formatTraceparent(context), text);
  }
});

test('of a later version what is known is taken, and written as version 00', () => {
  for (const text of [`01-${traceId}-${spanId}-01`, `cc-${traceId}-${spanId}-03-what-comes-then`])
    assert.equal(formatTraceparent(parseTraceparent(text)!), sampled);
});

test('anything else names no span', () => {
  for (const text of [
    '',
    'x',
    ` ${sampled}`,
    `${sampled} `,
    `${sampled}\n`,
    `${sampled}-more`,
    `${sampled}, ${sampled}`,
    sampled.toUpperCase(),
    `ff-${traceId}-${spanId}-01`,
    `0-${traceId}-${spanId}-01`,
    `00-${'0'.repeat(32)}-${spanId}-01`,
    `00-${traceId}-${'0'.repeat(16)}-01`,
    `00-${traceId.slice(1)}-${spanId}-01`,
    `00-${traceId}-${spanId}-1`,
    `00-${traceId}-${spanId}`,
    `00-${'g'.repeat(32)}-${spanId}-01`,
    `01-${traceId}-${spanId}-01more`,
  ])
    assert.equal(parseTraceparent(text), undefined, text);
});

test('a span of no trace has no name', () => {
  assert.equal(formatTraceparent({ traceId: '0'.repeat(32), spanId: '0'.repeat(16), traceFlags: 0 }), '');
});
