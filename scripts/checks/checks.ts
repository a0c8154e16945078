import { pythonEnvironment } from '../python-environment.ts';
import { checkDashboards } from './dashboards.ts';
import { checkGeneratedCode } from './generated-code.ts';
import { checkMetricsDocument } from './metrics-document.ts';
import type { CheckOutcome } from './outcome.ts';
import { runTool } from './run-tool.ts';
import { checkAdvisories } from './supply-chain/advisories.ts';
import { checkInstallScripts } from './supply-chain/install-scripts.ts';
import { checkLicences } from './supply-chain/licences.ts';
import { checkLockfile } from './supply-chain/lockfile-agreement.ts';

/** What `npm run check` looks at, cheapest first. Each resolves to what it found, and changes nothing. */
export const checks: Readonly<Record<string, () => Promise<CheckOutcome>>> = {
  'install scripts': checkInstallScripts,
  lockfile: checkLockfile,
  licences: checkLicences,
  'advisories (npm audit)': checkAdvisories,
  'format (oxfmt)': async () => runTool('oxfmt', ['--check']),
  'python lint (ruff)': async () =>
    runTool(await pythonEnvironment(), ['-m', 'ruff', 'check', '--quiet', 'training']),
  'contract (buf lint)': async () => runTool('buf', ['lint', 'proto']),
  'generated code is up to date': checkGeneratedCode,
  'table of metrics is up to date': checkMetricsDocument,
  'dashboards are up to date': checkDashboards,
  'types (tsc)': async () => runTool('tsc', ['--project', '.']),
  'lint (oxlint)': async () => runTool('npm', ['run', '--silent', 'lint']),
  'dead code and dependencies (knip)': async () => runTool('knip', ['--no-progress', '--no-config-hints']),
  architecture: async () => runTool('node', ['--test', 'tests/architecture.test.ts']),
  kubernetes: async () => runTool('node', ['--test', 'tests/infra/kubernetes.test.ts']),
};
