#!/bin/sh
# The module of the application that has the ORM.
export ORM=psycopg
# One sync worker is gunicorn's default. Its heartbeat file goes to memory, it opens no control
# socket (there is no home folder to hold one), and SIGTERM stops it at once.
exec gunicorn --bind=0.0.0.0:8000 --workers=1 --worker-tmp-dir=/dev/shm --no-control-socket \
  --graceful-timeout=0 app:app
