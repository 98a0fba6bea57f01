#!/bin/sh
# On all interfaces, with one worker. A client that has sent half a request would hold SIGTERM up for
# ever: the worker is killed after a second, the shortest time that can be set. There is no access log
# by default.
exec granian --interface=wsgi --host=0.0.0.0 --port=8000 --workers=1 --workers-kill-timeout=1 app:app
