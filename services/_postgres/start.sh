#!/bin/sh
# Makes a database in memory, fills it, and only then listens: who can connect finds all rows. Nothing of it
# outlives the container, so nothing is ever flushed to a disk.
set -eu
data=/var/lib/postgresql/data/lab

initdb --pgdata="$data" --username=lab --auth=trust --encoding=UTF8 --locale=C --no-sync >/dev/null
postgres --single -D "$data" -c fsync=off postgres </lab/rows.sql >/dev/null
# Only the lab's own containers are in this network.
echo 'host all all all trust' >>"$data/pg_hba.conf"

# Requests wait for a CPU here and for nothing else. 100 connections are far more than the services' pools have.
exec postgres -D "$data" \
  -c listen_addresses='*' -c unix_socket_directories=/tmp -c max_connections=100 -c shared_buffers=128MB \
  -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c jit=off
