#!/bin/sh
# On all interfaces, with one worker. Granian would take whichever event loop it finds; this one is named,
# so that it is known. A client that has sent half a request would hold SIGTERM up for ever: the worker
# is killed after a second, the shortest time that can be set. There is no access log by default.
exec granian --interface=asgi --host=0.0.0.0 --port=8000 --workers=1 --loop=uvloop \
  --workers-kill-timeout=1 app:app
