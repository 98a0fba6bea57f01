#!/bin/sh
# The call behind Flask's app.run: a thread for each connection, no reloader, no debugger. The log level
# turns the access log off.
exec python -c '
import logging
from werkzeug.serving import run_simple
from app import app
logging.getLogger("werkzeug").setLevel(logging.ERROR)
run_simple("0.0.0.0", 8000, app, threaded=True)
'
