-- Makes wrk send the workload's request, and print its counts as one line of JSON. The arguments after
-- `--` are pairs of a key and a value. `method`, `header` and `body` make the request, once, before the
-- measurement. This script then runs only at the end, unless `status` and `answer` are given: it
-- compares every answer with these, which takes time.
local threads = {}

function setup(thread)
  table.insert(threads, thread)
end

function init(arguments)
  wrong = 0 -- global, so that `done` can read it from each thread
  local status, answer
  for place = 1, #arguments, 2 do
    local what, value = arguments[place], arguments[place + 1]
    if what == "method" then
      wrk.method = value
    elseif what == "header" then
      local name, text = value:match("^([^:]+): (.*)$")
      wrk.headers[name] = text
    elseif what == "body" then
      wrk.body = value -- wrk adds the Content-Length itself
    elseif what == "status" then
      status = tonumber(value)
    elseif what == "answer" then
      answer = value
    end
  end
  if status then
    function response(its_status, _, its_body)
      if its_status ~= status or its_body ~= answer then
        wrong = wrong + 1
      end
    end
  end
end

local LINE = '{"wrk":1,"requests":%d,"duration_us":%d,"bytes":%d,"errors":'
  .. '{"connect":%d,"read":%d,"write":%d,"timeout":%d,"status":%d},"wrong":%d}\n'

function done(summary)
  local all_wrong, errors = 0, summary.errors
  for _, thread in ipairs(threads) do
    all_wrong = all_wrong + thread:get("wrong")
  end
  io.write(LINE:format(summary.requests, summary.duration, summary.bytes, errors.connect,
    errors.read, errors.write, errors.timeout, errors.status, all_wrong))
end
