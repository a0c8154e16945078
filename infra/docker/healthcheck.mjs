/**
 * usage: node healthcheck.mjs api|worker [/livez|/readyz]
 *
 * Asks the service of this container how it is, where its own settings say that it listens; exits 1 unless it says yes. Images ask /livez: Swarm, and whatever else replaces
 * containers that are not healthy, must not replace an API because Redis is away. compose.yaml asks /readyz: it replaces none, and waits for it.
 */
import { get } from 'node:http';
import { get as getSecurely } from 'node:https';

const [service, path = '/livez'] = process.argv.slice(2);
/** Docker gives up after 5 s (HEALTHCHECK --timeout). */
const timeoutMs = 4_000;

const { host, port, isSecure } = addressOf(service, process.env);
// Whose certificate it is does not matter on the way to oneself, and it is for another name.
const options = { host, port, path, timeout: timeoutMs, rejectUnauthorized: false };
const request = (isSecure ? getSecurely : get)(options, (response) => {
  response.resume();
  process.exitCode = response.statusCode === 200 ? 0 : 1;
  if (process.exitCode !== 0) console.error(`${path}: ${response.statusCode}`);
});
request.on('timeout', () => request.destroy(new Error(`no answer within ${timeoutMs} ms`)));
request.on('error', (error) => {
  console.error(`${path}: ${error.message}`);
  process.exitCode = 1;
});

/** The operations port first: it speaks plain HTTP, also where the API asks its clients for certificates. */
function addressOf(name, env) {
  if (name === 'worker') {
    return { host: reachable(env.HEPASTAGE_HEALTH_HOST), port: env.HEPASTAGE_HEALTH_PORT || 9100 };
  }
  if (env.HEPASTAGE_OPERATIONS_PORT) {
    return { host: reachable(env.HEPASTAGE_OPERATIONS_HOST), port: env.HEPASTAGE_OPERATIONS_PORT };
  }
  return {
    host: reachable(env.HOST),
    port: env.PORT || 8080,
    isSecure: Boolean(env.HEPASTAGE_TLS_CERT_FILE),
  };
}

/** An address to ask at: who listens on all of them listens on loopback, too. */
function reachable(address = '') {
  return ['', '0.0.0.0', '::'].includes(address) ? '127.0.0.1' : address;
}
