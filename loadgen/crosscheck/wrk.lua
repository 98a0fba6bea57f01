-- Makes wrk say what it counted as one line of JSON. It has no part in what is timed, unless wrk gets
-- a status and a body after `--`: then every answer is compared with them, which takes time.
local threads = {}

function setup(thread)
  table.insert(threads, thread)
end

function init(arguments)
  wrong = 0 -- global: `done` asks each thread for it
  local status, body = tonumber(arguments[1]), arguments[2]
  if status then
    function response(its_status, _, its_body)
      if its_status ~= status or its_body ~= body then
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
