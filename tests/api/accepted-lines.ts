import { auditEntries } from '@hepastage/access';
import { AuditEntry_Action } from '@hepastage/proto';
import { type ApiUnderTest, tenant } from './api-under-test.ts';

/** Who the audit log says had a study accepted, as `<actor> <request id> <job id>`, in its order. */
export async function acceptedLines({ deps: { store } }: ApiUnderTest): Promise<string[]> {
  const lines: string[] = [];
  for await (const { action, actor, requestId, jobId } of auditEntries(store, tenant))
    if (action === AuditEntry_Action.STUDY_ACCEPTED) lines.push(`${actor} ${requestId} ${jobId}`);
  return lines;
}
