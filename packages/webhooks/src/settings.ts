import { Type } from 'typebox';

/** Nobody waits for longer than a week; and BullMQ must know a bound. */
const pauseSecondsMax = 7 * 24 * 3_600;
/** Most pauses of a schedule. */
export const retriesMax = 100;

const minutes = 60;
const hours = 60 * minutes;

/** Settings of whoever sends notices. Spread them into a service's own schema. */
export const webhookSettings = {
  webhookKey: Type.Optional(
    Type.Array(Type.String({ minLength: 32 }), {
      minItems: 1,
      uniqueItems: true,
      secret: true,
      description:
        'secret that the webhook secrets of all tenants are derived from, at least 32 characters; several, the newest first, while it is being replaced; without it no study may name a webhook',
    }),
  ),
  webhookAllowedTargets: Type.Array(Type.String(), {
    default: [],
    description:
      'host names, IP addresses and CIDR blocks of a private network that webhooks may be sent to, by http, too',
  }),
  webhookRetrySeconds: Type.Array(Type.Number({ minimum: 0, maximum: pauseSecondsMax }), {
    default: [5, 5 * minutes, 30 * minutes, 2 * hours, 5 * hours, 10 * hours, 10 * hours],
    maxItems: retriesMax,
    description: 'pauses between the tries of a notice, s; after the last it is given up',
  }),
} as const;
