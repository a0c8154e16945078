/** Weight of the latest attempt in a mean, once it has ten of them: another model, or another machine, shows within a dozen studies. */
const weight = 0.1;
/** One attempt counts as at most so many times the mean, and as that part of it at least: of ten, a study that hung moves it by less than a third. */
const outlierRatio = 4;
/** For how long what was measured stands while nothing like it is measured, ms: a night. */
export const serviceTimeKeptMs = 24 * 3_600_000;

/**
 * How long an attempt lasts, learnt from each that ends: a plain mean of the first ten, one that forgets exponentially after that. Studies that are in hand at once share their
 * workers, so there is a mean for each power of two of how many that were, e.g. fields `ms:3`, `attempts:3` and `at:3` (the last one's end, ms since 1970) for some eight. One hash for
 * all workers; where Redis has lost it, it is learnt anew.
 */
export const serviceTimeLua = `
local function learn(key, ms, in_hand, now)
  local load = string.format('%.0f', math.log(math.max(1, in_hand)) / math.log(2))
  local mean, attempts, at = unpack(redis.call('HMGET', key, 'ms:' .. load, 'attempts:' .. load, 'at:' .. load))
  ms = math.max(1, ms)
  if mean and now - at < ${serviceTimeKeptMs} then
    attempts = attempts + 1
    ms = math.min(math.max(ms, mean / ${outlierRatio}), mean * ${outlierRatio})
    ms = mean + (ms - mean) * math.max(${weight}, 1 / attempts)
  else
    attempts = 1
  end
  redis.call('HSET', key,
    'ms:' .. load, string.format('%.3f', ms), 'attempts:' .. load, attempts, 'at:' .. load, string.format('%.0f', now))
  redis.call('PEXPIRE', key, ${serviceTimeKeptMs})
end
`;
