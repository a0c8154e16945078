/**
 * usage: node scripts/bootstrap.mjs SCRIPT.ts [ARGUMENT…]
 *
 * The first thing that runs in a fresh clone, on whatever Node the system has (20 or newer) and before anything is installed: hence plain JavaScript
 * without dependencies. Installs the npm packages if they are missing or package-lock.json changed, then runs SCRIPT on the Node that package.json
 * pins. All of its own output goes to the standard error: the standard output belongs to SCRIPT.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const root = join(import.meta.dirname, '..');
const nodeProgram = join(root, 'node_modules/.bin/node');
/** Says for which package-lock.json the packages were installed. */
const stampFile = join(root, 'node_modules/.installed-for');
/** Holds the process id of the bootstrap that is installing. */
const lockFile = join(root, '.cache/bootstrap.lock');
/**
 * Exactly the versions of package-lock.json, which stays as it is. Not `npm ci`: it empties node_modules first, under the feet of whatever else runs from
 * it, and refuses lock files that lack a package for another platform, which npm itself writes (npm/cli#4828).
 * A log level of its own, because `npm run --silent` hands down one that hides errors.
 */
const installation = [
  'install',
  '--no-save',
  '--no-audit',
  '--no-fund',
  '--no-update-notifier',
  '--loglevel=error',
];
/** Pause between two looks at somebody else's lock, ms. */
const lockPollMs = 200;

const wanted = createHash('sha256')
  .update(readFileSync(join(root, 'package-lock.json')))
  .digest('hex');

if (!isInstalled()) {
  try {
    await install();
  } catch (error) {
    console.error(error.message);
    process.exit(1);
  }
}
// Some scripts use ONNX Runtime directly: see packages/staging/src/inference/telemetry.ts.
process.exitCode = await run(nodeProgram, process.argv.slice(2), {
  stdio: 'inherit',
  env: { ...process.env, ORT_DISABLE_TELEMETRY: '1' },
});

function isInstalled() {
  return existsSync(nodeProgram) && readIfPresent(stampFile) === wanted;
}

async function install() {
  await lock();
  try {
    // Somebody else may have installed while we waited.
    if (isInstalled()) return;
    console.error('Installing npm packages (about a minute) …');
    const code = await runNpm(installation);
    if (code !== 0) throw new Error(`npm ${installation.join(' ')} failed with exit code ${code}`);
    writeFileSync(stampFile, wanted);
  } finally {
    unlock();
  }
}

/** Runs the npm that started us, or else the one on the path. */
function runNpm(npmArguments) {
  // npm before 11 knows no allowScripts: onnxruntime-node's install script must not download CUDA there either.
  const env = { ONNXRUNTIME_NODE_INSTALL: 'skip', ...process.env };
  const npm = process.env.npm_execpath;
  const [program, ...before] = npm?.endsWith('.js') ? [process.execPath, npm] : ['npm'];
  return run(program, [...before, ...npmArguments], { stdio: ['ignore', 2, 2], env });
}

/** Waits until no other bootstrap of this checkout is installing. */
async function lock() {
  mkdirSync(join(root, '.cache'), { recursive: true });
  for (;;) {
    try {
      writeFileSync(lockFile, String(process.pid), { flag: 'wx' });
      return;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const holder = Number(readIfPresent(lockFile));
    if (holder > 0 && !isAlive(holder)) unlock();
    else await delay(lockPollMs);
  }
}

function unlock() {
  rmSync(lockFile, { force: true });
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function readIfPresent(path) {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

/** Runs a program to its end, passing signals on to it, and returns its exit code as a shell would. */
function run(program, programArguments, options) {
  const child = spawn(program, programArguments, { cwd: root, ...options });
  const passOn = (signal) => child.kill(signal);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, passOn);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(code ?? 128 + constants.signals[signal]));
  }).finally(() => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.off(signal, passOn);
  });
}
