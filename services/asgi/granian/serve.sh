#!/bin/sh
# All interfaces instead of this machine alone, and one worker. Granian would take whichever event loop
# it finds; this one is named, so that it is known. A client that holds on would delay the end for ever:
# after SIGTERM the worker has 1 s, the shortest time that can be set. There is no access log by default.
exec granian --interface=asgi --host=0.0.0.0 --port=8000 --workers=1 --loop=uvloop \
  --workers-kill-timeout=1 app:app
