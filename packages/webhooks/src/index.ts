/** Webhooks after Standard Webhooks: who is told that a job has ended, how it is signed, and what may be called. */
export { type DisabledTarget, DisabledTargets } from './disabled-targets.ts';
export { type DeadNotice, type NoticedJob, NoticeQueue } from './notice-queue.ts';
export { NoticeSender, type SendingEvent } from './notice-sender.ts';
export { webhookSettings } from './settings.ts';
export { TargetGuard } from './target-guard.ts';
export { shownSecret, tenantSecret } from './tenant-secret.ts';
