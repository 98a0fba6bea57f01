#!/bin/sh
# The call behind the command waitress-serve, which cannot be told what to log. waitress has no access
# log, but a warning whenever more requests wait than threads are free; under full load that is a line
# for about every third request.
exec python -c '
import logging
from waitress import serve
from app import app
logging.getLogger("waitress.queue").setLevel(logging.ERROR)
serve(app, host="0.0.0.0", port=8000)
'
