-- For wrk: no head is like the one before it on its connection. The requests are made once, so that wrk stays cheap.
local requests = {}
local index = 0

function init()
  -- A prime number: connections do not fall into step with it.
  for number = 1, 61 do
    requests[number] = wrk.format("GET", string.format("/items/%06d", number))
  end
end

function request()
  index = index % #requests + 1
  return requests[index]
end
