#!/bin/sh
# One worker: one process serves. 4 threads are the most that gunicorn suggests for one CPU (2 to 4 for
# each), and with them it takes its threaded worker, gthread. Its heartbeat file goes to memory, it
# opens no control socket (there is no home folder to hold one), and SIGTERM stops it at once.
exec gunicorn --bind=0.0.0.0:8000 --workers=1 --threads=4 --worker-tmp-dir=/dev/shm \
  --no-control-socket --graceful-timeout=0 app:app
