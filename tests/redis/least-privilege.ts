/**
 * What a Redis user needs to be the service's, as the arguments of `ACL SETUSER <name>`: all that reads and writes values and takes part in queues, for keys and channels
 * of its prefix alone, and nothing that manages the server or looks beyond the prefix. The same line stands in docs/security.md.
 */
export function leastPrivilege(prefix: string, password: string): string[] {
  const where = `~${prefix}:* &${prefix}:*`;
  const what = '-@all +@read +@write +@connection +@transaction +@pubsub +eval +evalsha +time';
  // The order matters: to Redis INFO is one of the dangerous.
  const but = '-@admin -@dangerous -scan -randomkey +info';
  return `reset on >${password} ${where} ${what} ${but}`.split(' ');
}
