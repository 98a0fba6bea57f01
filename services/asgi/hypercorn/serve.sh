#!/bin/sh
# All interfaces instead of this machine alone, and one worker, which is the default. After SIGTERM it
# would wait 3 s for its clients. There is no access log by default.
exec hypercorn --bind=0.0.0.0:8000 --workers=1 --graceful-timeout=0 app:app
