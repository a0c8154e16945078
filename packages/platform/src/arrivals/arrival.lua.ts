/**
 * The keys of a study: its open arrival (KEYS[1]: hash of `job`, the id of its job, and `touched`, the ms at which somebody last came or went), who
 * is bringing instances, each until when (KEYS[2]: sorted set by ms), and its closed arrivals with whose end something is still to be done
 * (KEYS[3]: hash of what was said of the study, by job id).
 */

/** ARGV: new job id, bringer, now (ms), until (ms). Returns the job id. */
export const enterLua = `
redis.call('HSETNX', KEYS[1], 'job', ARGV[1])
redis.call('HSET', KEYS[1], 'touched', ARGV[3])
redis.call('ZADD', KEYS[2], ARGV[4], ARGV[2])
return redis.call('HGET', KEYS[1], 'job')
`;

/** ARGV: job id, bringer, now (ms). Returns where the job's arrival is now: `open`, `closed` or `absent`. */
export const leaveLua = `
if redis.call('HGET', KEYS[1], 'job') ~= ARGV[1] then
  if redis.call('HEXISTS', KEYS[3], ARGV[1]) == 1 then return 'closed' end
  return 'absent'
end
redis.call('HSET', KEYS[1], 'touched', ARGV[3])
redis.call('ZREM', KEYS[2], ARGV[2])
return 'open'
`;

/**
 * ARGV: now (ms), the job id that it must have ('' for any), how long nobody must have come or gone (ms), what is said of the study.
 * Returns { outcome, job id, what was said of the study }; of `busy` and `early`, the job id and the ms at which to ask again at the soonest.
 */
export const closeLua = `
local now, wanted, quiet = tonumber(ARGV[1]), ARGV[2], tonumber(ARGV[3])
local job = redis.call('HGET', KEYS[1], 'job')
if not job or (wanted ~= '' and wanted ~= job) then
  local closed = wanted ~= '' and wanted or redis.call('HKEYS', KEYS[3])[1]
  local said = closed and redis.call('HGET', KEYS[3], closed)
  if not said then return { 'absent', '', '' } end
  return { 'closed', closed, said }
end
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now)
if redis.call('ZCARD', KEYS[2]) > 0 then return { 'busy', job, string.format('%.0f', now + quiet) } end
local due = tonumber(redis.call('HGET', KEYS[1], 'touched')) + quiet
if quiet > 0 and due > now then return { 'early', job, string.format('%.0f', due) } end
redis.call('DEL', KEYS[1], KEYS[2])
redis.call('HSET', KEYS[3], job, ARGV[4])
return { 'closed', job, ARGV[4] }
`;

/** ARGV: job id. */
export const settleLua = `
redis.call('HDEL', KEYS[3], ARGV[1])
`;

/** ARGV: job id. */
export const abandonLua = `
if redis.call('HGET', KEYS[1], 'job') == ARGV[1] then redis.call('DEL', KEYS[1], KEYS[2]) end
redis.call('HDEL', KEYS[3], ARGV[1])
`;
