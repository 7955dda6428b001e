-- One run of wrk against a token endpoint. Arguments after `--`:
--   static BODY AUTHORIZATION        the same request again and again
--   pool   BODY AUTHORIZATION FILE   each request carries the next line of FILE in the place of @ in BODY
--   ring   BODY AUTHORIZATION FILE   as pool, and each line goes back to the end of the lines
-- One thread only: `wrk -t1`. wrk asks for one request more than it sends, to see whether they are pipelined.
local lines, first, last = {}, 1, 0
local before, after, ring
local headers = { ["Content-Type"] = "application/x-www-form-urlencoded" }
local threads = {}

exhausted, used = 0, 0

function setup(thread)
  table.insert(threads, thread)
end

function init(arguments)
  local mode, body, authorization, file = arguments[1], arguments[2], arguments[3], arguments[4]
  if authorization ~= "" then headers["Authorization"] = authorization end
  if mode == "static" then
    wrk.method, wrk.body = "POST", body
    for name, value in pairs(headers) do wrk.headers[name] = value end
    request = nil -- wrk then sends the same bytes without asking
    return
  end
  for line in io.lines(file) do
    last = last + 1
    lines[last] = line
  end
  before, after = body:match("^(.-)@(.*)$")
  ring = mode == "ring"
end

function request()
  local line = lines[first]
  if line == nil then
    exhausted = 1
    wrk.thread:stop()
    line = lines[first - 1] or "none"
  else
    lines[first - 1] = nil
    first = first + 1
    used = used + 1
    if ring then
      last = last + 1
      lines[last] = line
    end
  end
  return wrk.format("POST", nil, headers, before .. line .. after)
end

function done(summary, latency)
  local failed = summary.errors
  io.write(string.format(
    'RESULT {"requests": %d, "microseconds": %d, "p95_us": %d, "refused": %d, "broken": %d, "used": %d, "exhausted": %d}\n',
    summary.requests, summary.duration, latency:percentile(95), failed.status,
    failed.connect + failed.read + failed.write + failed.timeout,
    threads[1]:get("used"), threads[1]:get("exhausted")))
end
