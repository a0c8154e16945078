import type { FastifyReply } from 'fastify';

/** The entity tag of a job's record: its version. */
export function versionTag(version: number): string {
  return `"${version}"`;
}

/** Whether `If-None-Match` names the entity tag, compared weakly (RFC 9110, 13.1.2). */
export function isCached(ifNoneMatch: string | undefined, tag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  const given = ifNoneMatch.split(',').map((item) => item.trim());
  return given.includes('*') || given.some((item) => item.replace(/^W\//, '') === tag);
}

/** Ends the exchange with 304: the client has the body already. */
export function sendNotModified(reply: FastifyReply, tag: string): FastifyReply {
  return reply.code(304).header('etag', tag).send();
}
