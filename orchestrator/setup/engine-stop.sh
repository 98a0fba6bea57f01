#!/usr/bin/env bash
# Stops the Docker engine if the lab started it, and removes what it leaves behind. Images and containers stay on disk.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
LAB_STEP=engine-stop
# shellcheck source=orchestrator/setup/common.sh
. "$here/common.sh"

readonly OWN_PID=/run/weblab-dockerd.pid
readonly STOP_SECONDS=60 # dockerd gives its containers 15 s before it kills them

main() {
  local pid
  pid=$(cat "$OWN_PID" 2>/dev/null || true)
  if [ -z "$pid" ]; then
    say 'the lab has started no engine in the background: nothing to stop'
    return
  fi
  if [ "$(program_of "$pid")" != dockerd ]; then
    say "the engine that the lab started (process $pid) has already ended"
    rm -f "$OWN_PID"
    return
  fi
  stop "$pid"
}

stop() {
  kill -TERM "$1" || missing "user '$(id -un)' may not stop the engine (process $1)" "Run 'sudo make engine-stop'."
  wait_gone "$1" "$STOP_SECONDS" || missing "the engine (process $1) is still running after $STOP_SECONDS s" \
    'Its log, /var/log/weblab-dockerd.log, says what it is waiting for.'
  rm -f "$OWN_PID" /run/docker.pid /run/docker.sock
  say "the engine (process $1) has stopped"
}

main
