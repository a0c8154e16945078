import { appendFileSync } from 'node:fs';
import { registerHooks } from 'node:module';

/** To be started with, as `node --import`: every module that the process loads, and its threads, is noted in the file that MODULES_FILE names. */
const file = process.env['MODULES_FILE']!;

registerHooks({
  load(url, context, next) {
    appendFileSync(file, `${url}\n`);
    return next(url, context);
  },
});
