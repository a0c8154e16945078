import { serviceTimeLua } from './service-time.lua.ts';

/**
 * Every change of a job's record, in one script so that it is atomic.
 *
 * KEYS: the job's hash, the tenant's index (sorted set: job id by creation time), the set of tenants, the measured service times, the queue's list of what is in hand.
 * ARGV: action, job id, tenant, claim ('' for none), creation time (ms, for create), channel, then field–value pairs to set.
 * The hash holds the record's fields as JSON, `version`, which grows with each change, and `claim`, the unique name of the attempt that may write. (A name,
 * not the attempt's number: where Redis lost everything, numbers begin anew, and a worker of before must not pass for one of after.) While a worker has
 * the job, `claimedMs` holds since when, by Redis' own clock, and `claimedAmong` how many studies were in hand then: when its attempt ends the job, that tells how long studies take
 * (service-time.lua.ts).
 * What an attempt reported already, and sends again because it lost the first reply, counts as done and leaves no trace. (A claim that is sent again is another attempt.)
 * Returns { outcome, state, attempt }: outcome `done`, `refused` (terminal, fenced off or, for create, there already) or `absent`.
 */
export const transitionLua = `
local job, index, tenants, service, in_hand = unpack(KEYS)
local action, id, tenant, claim, created, channel = unpack(ARGV, 1, 6)
local state = redis.call('HGET', job, 'state')
local current = redis.call('HGET', job, 'attempt') or '0'
local owner = redis.call('HGET', job, 'claim')
local target
local function now_ms()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
${serviceTimeLua}
for at = 7, #ARGV, 2 do
  if ARGV[at] == 'state' then target = ARGV[at + 1] end
end

if action == 'create' then
  if state then return { 'refused', state, current } end
  redis.call('ZADD', index, created, id)
  redis.call('SADD', tenants, tenant)
  -- Versions go on from the time, so that a record which was lost and written anew never has one that stood for something else before.
  redis.call('HSET', job, 'version', string.format('%.0f', now_ms()))
elseif not state then
  return { 'absent', '', '0' }
elseif action == 'erase' then
  redis.call('DEL', job)
  redis.call('ZREM', index, id)
  redis.call('PUBLISH', channel, cjson.encode({ tenant = tenant, jobId = id, action = action }))
  return { 'done', state, current }
elseif action ~= 'claim' and claim ~= '' and claim == owner and state == target then
  return { 'done', state, current }
elseif action == 'complete' and state == '"QUEUED"' then
  return { 'done', state, current }
elseif state == '"RECEIVING"' then
  local gives_up = action == 'fail' and claim == ''
  if action ~= 'complete' and action ~= 'cancel' and not gives_up then return { 'refused', state, current } end
elseif action == 'complete' or (state ~= '"QUEUED"' and state ~= '"RUNNING"') then
  return { 'refused', state, current }
elseif action == 'claim' then
  current = tostring(redis.call('HINCRBY', job, 'attempt', 1))
  redis.call('HSET', job, 'claim', claim, 'claimedMs', string.format('%.0f', now_ms()), 'claimedAmong', redis.call('LLEN', in_hand))
elseif claim ~= '' and claim ~= owner then
  return { 'refused', state, current }
elseif claim ~= '' and state ~= '"RUNNING"' then
  return { 'refused', state, current }
end

-- An attempt that its worker gave back, or that was overtaken, tells nothing of how long a study takes.
if (action == 'succeed' or action == 'fail') and claim ~= '' then
  local since, among = unpack(redis.call('HMGET', job, 'claimedMs', 'claimedAmong'))
  if since then learn(service, now_ms() - since, (among + redis.call('LLEN', in_hand)) / 2, now_ms()) end
end
if state == '"RUNNING"' and action ~= 'claim' and action ~= 'report' then redis.call('HDEL', job, 'claimedMs', 'claimedAmong') end

-- A study that begins again has made no progress, and one that waits has not begun.
if action == 'claim' then redis.call('HDEL', job, 'progress') end
if action == 'requeue' then redis.call('HDEL', job, 'progress', 'startedAt') end
redis.call('HSET', job, unpack(ARGV, 7))
redis.call('HINCRBY', job, 'version', 1)
redis.call('PUBLISH', channel, cjson.encode({ tenant = tenant, jobId = id, action = action }))
return { 'done', redis.call('HGET', job, 'state'), current }
`;
