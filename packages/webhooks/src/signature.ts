import { Webhook } from 'standardwebhooks';
import type { Notice } from './notice.ts';

/** Headers of one try, after Standard Webhooks. Signed with every secret, so that targets may learn of a new one at any time. */
export function signedHeaders(
  { id, body }: Notice,
  secrets: readonly Buffer[],
  at: Date,
): Readonly<Record<string, string>> {
  const signatures = secrets.map((secret) => new Webhook(secret, { format: 'raw' }).sign(id, at, body));
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
    'webhook-signature': signatures.join(' '),
  };
}
