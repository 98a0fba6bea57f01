#!/bin/sh
# All interfaces is waitress's default, too; its own port would be 8080. It has no access log.
exec waitress-serve --host=0.0.0.0 --port=8000 app:app
