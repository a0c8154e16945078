import type { FastifyReply } from 'fastify';

/** The entity tag of a job's record: its version. Weak while the job has not ended (RFC 9110, 8.8.1): what is expected of it changes by itself, and that is no change of the job. */
export function versionTag(version: number, isFinal: boolean): string {
  return isFinal ? `"${version}"` : `W/"${version}"`;
}

/** Whether `If-None-Match` names the entity tag, compared weakly (RFC 9110, 13.1.2). */
export function isCached(ifNoneMatch: string | undefined, tag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  const given = ifNoneMatch.split(',').map((item) => item.trim());
  return given.includes('*') || given.some((item) => opaque(item) === opaque(tag));
}

/** Ends the exchange with 304: the client has the body already. */
export function sendNotModified(reply: FastifyReply, tag: string): FastifyReply {
  return reply.code(304).header('etag', tag).send();
}

function opaque(tag: string): string {
  return tag.replace(/^W\//, '');
}
