-- Arguments: path, folder of numbered bodies, how many there are.
-- The requests are formatted once, so that the generator takes as little of the shared cores as it can.
local requests, count, at = {}, 0, 0

function init(args)
  local headers = { ["Content-Type"] = "application/json", ["Host"] = "127.0.0.1" }
  count = tonumber(args[3])
  for index = 1, count do
    local file = assert(io.open(args[2] .. "/" .. index .. ".json", "rb"))
    requests[index] = wrk.format("POST", args[1], headers, file:read("*a"))
    file:close()
  end
end

function request()
  at = at % count + 1
  return requests[at]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\nBENCH {"requests":%d,"seconds":%f,"p50Ms":%f,"p99Ms":%f,"refused":%d,"broken":%d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
