#!/usr/bin/env bash
# Starts a container to find out how many open files one may have here, and writes to .env what docker-compose.yml
# must know about this host. `make images` calls this after the base images.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
LAB_STEP=limits
# shellcheck source=orchestrator/setup/common.sh
. "$here/common.sh"
# shellcheck source=orchestrator/setup/dotenv.sh
. "$here/dotenv.sh"

main() {
  WANTED=$(wanted_nofile)
  readonly WANTED
  if ! has docker || ! engine_answers; then missing 'no Docker engine answers' "Run 'make engine' first."; fi
  local image
  image=$(any_base_image)
  [ -n "$image" ] || missing 'there is no base image to test the limits with' "Run 'make images'."
  set_nofile "$image"
  set_load_cpu
}

any_base_image() {
  local image
  for image in "$(dotenv_get LAB_PYTHON_313)" python:3.13-slim "$(dotenv_get LAB_PYTHON_37)" python:3.7-slim; do
    if [ -n "$image" ] && docker image inspect "$image" >/dev/null 2>&1; then
      echo "$image"
      return
    fi
  done
}

set_nofile() {
  local granted
  if starts_with "$1" "$WANTED"; then
    dotenv_unset LAB_NOFILE
    say "a container may have $WANTED open files"
    return
  fi
  granted=$(docker run --rm --network none "$1" sh -c 'ulimit -Hn' </dev/null) ||
    missing 'the engine cannot start any container' "See why: docker run --rm $1 true"
  if ! starts_with "$1" "$granted"; then
    missing "a container gets $granted open files by default, but is refused if it asks for them" \
      "See why: docker run --rm --ulimit nofile=$granted:$granted $1 true"
  fi
  dotenv_set LAB_NOFILE "$granted"
  say "this host refuses $WANTED open files for a container and grants $granted (LAB_NOFILE in .env)"
}

starts_with() { docker run --rm --network none --ulimit "nofile=$2:$2" "$1" true </dev/null >/dev/null 2>&1; }

# The load's default is the second CPU. If there is only one, server and load share it, and the record says so.
set_load_cpu() {
  if [ "$(docker info --format '{{.NCPU}}')" -le 1 ]; then
    dotenv_set LAB_LOAD_CPU 0
    say 'only one CPU: server and load share it (LAB_LOAD_CPU=0 in .env)'
  elif [ "$(dotenv_get LAB_LOAD_CPU)" = 0 ]; then
    dotenv_unset LAB_LOAD_CPU
  fi
}

main
