-- What wrk saw, as one line of JSON after a line that nothing else prints. wrk calls "done" once, when its last thread
-- has ended, so nothing here costs load. Latencies are in microseconds.

-- More values than this are put together, so that a slow run with all kinds of latencies stays short.
local MOST_VALUES = 20000
-- Values that are put together keep this many steps in each power of two, and half as many until they are few enough.
local FINEST_STEPS = 1024

-- JSON knows neither "not a number" nor infinity.
local function number(value)
  value = tonumber(value)
  if not value or value ~= value or math.abs(value) == math.huge then return "null" end
  return string.format("%.3f", value)
end

local function whole(value)
  return string.format("%.0f", tonumber(value))
end

-- The counts as they stand in wrk's memory: words of 64 bits, first the number of latencies, the first that is too long,
-- the shortest and the longest, then a count for each microsecond. latency(i) walks through them from the begin for
-- every i: a second's stall takes it half a minute. They are taken only when the words say what wrk says of them.
local function counts_in_memory(latency)
  local has_ffi, ffi = pcall(require, "ffi")
  if not has_ffi then return nil end
  local words = ffi.cast("uint64_t **", latency)[0]
  local limit, shortest, longest = tonumber(words[1]), tonumber(words[2]), tonumber(words[3])
  if shortest ~= latency.min or longest ~= latency.max or shortest > longest or longest >= limit then return nil end
  return words + 4
end

-- Tells each latency with its count, rising.
local function each(latency, tell)
  local counts = counts_in_memory(latency)
  if counts then
    for value = latency.min, latency.max do
      local count = tonumber(counts[value])
      if count > 0 then tell(value, count) end
    end
  else
    for index = 1, #latency do tell(latency(index)) end
  end
end

-- The latencies as pairs of value and count. With `steps` those of one step are one pair, at the longest of them.
local function pairs_of(latency, steps)
  local out, from, value, sum = {}, nil, nil, 0
  local function flush()
    if value then out[#out + 1] = "[" .. whole(value) .. "," .. whole(sum) .. "]" end
  end
  each(latency, function(next_value, count)
    local width = 1
    while steps and next_value / width >= 2 * steps do width = width * 2 end
    local step = math.floor(next_value / width) * width
    if step ~= from then
      flush()
      from, sum = step, 0
    end
    value, sum = next_value, sum + count
  end)
  flush()
  return out
end

local function histogram(latency)
  if #latency <= MOST_VALUES then return pairs_of(latency) end
  local steps = FINEST_STEPS
  local out = pairs_of(latency, steps)
  while #out > MOST_VALUES do
    steps = steps / 2
    out = pairs_of(latency, steps)
  end
  return out
end

function done(summary, latency, _)
  local errors, some = summary.errors, #latency > 0
  local percentiles = {}
  for index, percent in ipairs({50, 75, 90, 95, 99, 99.9, 99.99}) do
    local value = some and number(latency:percentile(percent)) or "null"
    percentiles[index] = string.format('"%s":%s', tostring(percent), value)
  end
  local function stat(name) return some and number(latency[name]) or "null" end
  local fields = {
    '"duration_us":' .. whole(summary.duration),
    '"requests":' .. whole(summary.requests),
    '"bytes":' .. whole(summary.bytes),
    string.format(
      '"errors":{"connect":%s,"read":%s,"write":%s,"status":%s,"timeout":%s}',
      whole(errors.connect), whole(errors.read), whole(errors.write), whole(errors.status), whole(errors.timeout)
    ),
    '"min":' .. stat("min"),
    '"max":' .. stat("max"),
    '"mean":' .. stat("mean"),
    '"stdev":' .. stat("stdev"),
    '"percentiles":{' .. table.concat(percentiles, ",") .. "}",
    '"histogram":[' .. (some and table.concat(histogram(latency), ",") or "") .. "]",
  }
  io.write("\n", SENTINEL, "\n{", table.concat(fields, ","), "}\n")
end
