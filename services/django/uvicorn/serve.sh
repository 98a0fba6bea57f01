#!/bin/sh
# All interfaces instead of this machine alone, no access log, and SIGTERM stops it at once even if a
# client holds on.
exec uvicorn --host=0.0.0.0 --port=8000 --no-access-log --timeout-graceful-shutdown=1 app:asgi_application
