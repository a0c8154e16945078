/**
 * usage: npm run check
 *
 * Everything about the code that can be told without running it. All checks run, even after a failure; exits 1 if any failed.
 */
import { checks } from './checks/checks.ts';

let failed = 0;
for (const [name, check] of Object.entries(checks)) {
  const begun = performance.now();
  const { ok, output } = await check().catch((error: unknown) => ({ ok: false, output: String(error) }));
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  console.log(`${ok ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)`);
  if (ok) continue;
  failed += 1;
  console.log(output.replaceAll(/^/gm, '       '));
}
console.log(failed === 0 ? 'every check is ok' : `${failed} of ${Object.keys(checks).length} checks failed`);
process.exitCode = failed === 0 ? 0 : 1;
