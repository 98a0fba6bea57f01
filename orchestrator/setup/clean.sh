#!/usr/bin/env bash
# Removes the virtual environment, the caches, and the lab's own containers and networks, and nothing else.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
LAB_STEP=clean
# shellcheck source=orchestrator/setup/common.sh
. "$here/common.sh"
cd "$here/../.."

main() {
  refuse_under_a_run
  rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
  find . -path ./results -prune -o -path ./.git -prune -o -type d -name __pycache__ -prune -exec rm -rf {} +
  if has docker && engine_answers; then
    remove_labelled weblab.run
    remove_labelled weblab.owner
    remove_labelled com.docker.compose.project=weblab
  fi
  say 'removed .venv, caches, and the containers and networks of the lab'
  say "kept: results/, .env, and the images ('docker image ls weblab*/*' lists them)"
}

# The lock in the engine names the process that measures. If that process has ended, what it left behind may go.
refuse_under_a_run() {
  local pid
  pid=$(docker inspect --format '{{index .Config.Labels "weblab.owner"}}' weblab-lock 2>/dev/null |
    sed -n 's/.*"pid":\([0-9]*\).*/\1/p') || true
  case $(program_of "$pid") in
  python*) missing "a run of the lab (process $pid) is measuring on this engine" \
    "Wait for it or stop it, then run 'make clean' again." ;;
  esac
}

remove_labelled() {
  local ids
  ids=$(docker ps -aq --filter "label=$1")
  # shellcheck disable=SC2086 # one word for each
  [ -z "$ids" ] || docker rm -fv $ids >/dev/null
  ids=$(docker network ls -q --filter "label=$1")
  # shellcheck disable=SC2086
  [ -z "$ids" ] || docker network rm $ids >/dev/null
}

main
