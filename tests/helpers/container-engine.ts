import { request } from 'node:http';

/** How long an engine may take to answer a ping, ms. */
const pingTimeoutMs = 1_000;
const defaultSocket = '/var/run/docker.sock';

/**
 * Starts a server in a container where a Docker engine answers, and on this machine elsewhere, or where the engine cannot have the image: it may be
 * without a network.
 */
export async function inContainerOrLocally<T>(
  inContainer: () => Promise<T>,
  locally: () => Promise<T>,
): Promise<T> {
  if (!(await containerEngineAnswers())) return locally();
  try {
    return await inContainer();
  } catch (error) {
    console.error(`No container (${String(error)}); starting the server on this machine instead.`);
    return locally();
  }
}

/** Asked before testcontainers is loaded, which takes longer and complains. */
export async function containerEngineAnswers(): Promise<boolean> {
  const host = process.env['DOCKER_HOST'] ?? `unix://${defaultSocket}`;
  const address = host.startsWith('unix://')
    ? { socketPath: host.slice('unix://'.length) }
    : { host: new URL(host).hostname, port: new URL(host).port };
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const ping = request(
    { ...address, path: '/_ping', signal: AbortSignal.timeout(pingTimeoutMs) },
    (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    },
  );
  ping.once('error', () => resolve(false)).end();
  return promise;
}
