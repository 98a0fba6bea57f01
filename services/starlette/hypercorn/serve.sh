#!/bin/sh
# On all interfaces, with one worker, which is the default. After SIGTERM it would wait up to 3 s for
# clients that go on with their requests. There is no access log by default.
exec hypercorn --bind=0.0.0.0:8000 --workers=1 --graceful-timeout=0 app:app
