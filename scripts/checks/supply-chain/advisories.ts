import { type CheckOutcome, outcomeOf } from '../outcome.ts';
import { executeTool, type ToolRun } from '../run-tool.ts';

interface Vulnerability {
  readonly name: string;
  readonly severity: string;
  readonly range: string;
  /** Advisories of the package itself, and names of vulnerable packages that it uses. */
  readonly via: readonly (string | { readonly title: string; readonly url: string })[];
}

/** What `npm audit --json` prints: a report, or why there is none. */
interface AuditOutput {
  readonly auditReportVersion?: number;
  readonly vulnerabilities?: Readonly<Record<string, Vulnerability>>;
  readonly message?: string;
  readonly statusCode?: number;
}

/** What a registry without an advisory service answers: not found, method not allowed, not implemented. */
const noServiceStatuses = new Set([404, 405, 501]);
const noConnection = /\b(ECONNREFUSED|ECONNRESET|ENETUNREACH|ENOTFOUND|EAI_AGAIN|ETIMEDOUT)\b/;

/** Whether an advisory of level high or critical is known for what is no development dependency. A skip is a failure where HEPASTAGE_REQUIRE_AUDIT is 1. */
export async function checkAdvisories(): Promise<CheckOutcome> {
  const requireAudit = isAuditRequired(process.env['HEPASTAGE_REQUIRE_AUDIT']);
  const audit = await executeTool('npm', [
    'audit',
    '--omit=dev',
    '--audit-level=high',
    '--json',
    // Offline, npm finds nothing and calls that a clean report.
    '--no-offline',
    '--fetch-retries=0',
    '--fetch-timeout=10000',
  ]);
  return outcomeOfAudit(audit, requireAudit);
}

/** Throws if the setting is neither 0 nor 1: a misspelt one must not let a skip pass. */
export function isAuditRequired(setting = ''): boolean {
  if (!['', '0', '1'].includes(setting)) {
    throw new Error(`HEPASTAGE_REQUIRE_AUDIT is 0 or 1, received ${JSON.stringify(setting)}`);
  }
  return setting === '1';
}

/** Throws if npm printed neither a report nor a reason that passes. */
export function outcomeOfAudit({ stdout, stderr }: ToolRun, requireAudit: boolean): CheckOutcome {
  const audit = JSON.parse(stdout) as AuditOutput;
  if (audit.auditReportVersion === 2 && audit.vulnerabilities !== undefined) {
    return outcomeOf(
      Object.values(audit.vulnerabilities)
        .filter(({ severity }) => severity === 'high' || severity === 'critical')
        .map(describe),
    );
  }
  const reason = reasonToSkip(audit);
  if (reason === undefined) throw new Error(`npm audit made no report: ${audit.message ?? stderr}`);
  return { verdict: requireAudit ? 'failed' : 'skipped', output: reason };
}

function reasonToSkip({ statusCode, message = '' }: AuditOutput): string | undefined {
  if (statusCode !== undefined) {
    return noServiceStatuses.has(statusCode) ? 'the registry has no advisory service' : undefined;
  }
  return noConnection.test(message) ? 'the registry cannot be reached' : undefined;
}

function describe({ name, severity, range, via }: Vulnerability): string {
  const causes = via.map((cause) =>
    typeof cause === 'string' ? `through ${cause}` : `${cause.title} ${cause.url}`,
  );
  return `${name} ${range} (${severity}): ${causes.join(', ')}`;
}
