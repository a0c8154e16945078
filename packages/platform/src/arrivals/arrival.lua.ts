/**
 * An arrival is two keys: the job id of the study (KEYS[1]), and who is bringing instances, each until when (KEYS[2], sorted set by ms).
 */

/** ARGV: new job id, bringer, now (ms), until (ms). Returns the job id. */
export const enterLua = `
redis.call('SET', KEYS[1], ARGV[1], 'NX')
redis.call('ZADD', KEYS[2], ARGV[4], ARGV[2])
return redis.call('GET', KEYS[1])
`;

/** ARGV: now (ms), the job id that it must have ('' for any). Returns { outcome, job id }. */
export const closeLua = `
local job = redis.call('GET', KEYS[1])
if not job or (ARGV[2] ~= '' and ARGV[2] ~= job) then return { 'absent', '' } end
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', ARGV[1])
if redis.call('ZCARD', KEYS[2]) > 0 then return { 'busy', job } end
redis.call('DEL', KEYS[1], KEYS[2])
return { 'closed', job }
`;

/** ARGV: job id. */
export const abandonLua = `
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1], KEYS[2]) end
`;
