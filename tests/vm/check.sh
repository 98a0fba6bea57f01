#!/usr/bin/env bash
# Runs inside the virtual machine, as root (tests/vm/vm.sh copies it there). Checks the first steps that people take on
# a new host. Without names it runs all checks in this order, since later ones use the results of earlier ones.
set -euo pipefail

readonly OUTPUTS=/root/vm-check
readonly ALL=(root-engine root-images root-build root-up root-bench root-confined root-nanode user-engine user-build user-doctor root-again)
readonly PAGE=http://127.0.0.1:8089
readonly PAGE_SECONDS=600

# --- as root, on a host without an engine -------------------------------------------------------

root-engine() { # installs the engine and Compose
  cd /root/weblab
  make engine
  docker version
  docker compose version
}

root-images() {
  cd /root/weblab
  make base-images
  cat .env
}

root-build() {
  cd /root/weblab
  docker compose build flask
  docker image inspect --format '{{.Id}} {{.Created}}' weblab/flask:local
}

root-up() { # the interactive use: Locust's page must count answers of Flask
  cd /root/weblab
  docker compose up -d --build flask locust
  local deadline=$((SECONDS + PAGE_SECONDS)) code=0
  until curl -sf "$PAGE/stats/requests" | answered; do
    [ "$SECONDS" -lt "$deadline" ] || { code=1 && break; }
    sleep 1
  done 2>/dev/null
  docker compose ps -a
  docker compose logs --tail 20
  docker compose down
  return "$code"
}

answered() { # whether Locust has counted an answer
  python3 -c '
import json, sys
total = json.load(sys.stdin)["stats"][-1]
print(total["num_requests"], "requests,", total["num_failures"], "failures")
sys.exit(total["num_requests"] <= total["num_failures"])
'
}

root-bench() {
  cd /root/weblab
  make bench PROFILE=smoke SERVICES=flask WORKLOADS=json RESULTS=results/vm
  make -s summary RUN=latest RESULTS=results/vm
}

root-confined() { # a small host in this one: its cgroup beside systemd's, and an engine in it
  cd /root/weblab
  .venv/bin/python tests/vm/confined.py
}

root-nanode() {
  cd /root/weblab
  make nanode SERVICES=flask WORKLOADS=json REPEATS=1 RESULTS=results/vm
}

# --- as a user in the group `docker`, where Debian's buildx is too old for the Compose of the set-up ----

user-engine() {
  apt-get remove -y -qq docker-compose >/dev/null
  apt-get install -y -qq --no-install-recommends docker-buildx >/dev/null
  usermod -aG docker lab
  as_user make engine
  as_user make base-images
  as_user cat .env
  as_user grep -x COMPOSE_BAKE=false .env
}

user-build() {
  docker image rm -f weblab/flask:local >/dev/null
  as_user docker compose version
  as_user docker buildx version
  as_user docker compose build --no-cache flask
  docker image inspect --format '{{.Id}} {{.Created}}' weblab/flask:local
}

user-doctor() {
  as_user bash orchestrator/setup/venv.sh runtime
  as_user .venv/bin/lab doctor | tee /dev/stderr | grep 'builds images'
}

as_user() { sudo -iu lab env --chdir=/home/lab/weblab "$@"; }

# --- as root again: Debian's Compose beside Debian's buildx -------------------------------------

root-again() {
  cd /root/weblab
  make engine
  docker compose version
  docker compose build flask
}

# ------------------------------------------------------------------------------------------------

main() {
  [ $# -gt 0 ] || set -- "${ALL[@]}"
  export DEBIAN_FRONTEND=noninteractive
  mkdir -p "$OUTPUTS"
  local name failed=0
  for name in "$@"; do
    [[ " ${ALL[*]} " == *" $name "* ]] || { echo "no check '$name': ${ALL[*]}" >&2; exit 2; }
    run_step "$name" || failed=$((failed + 1))
  done
  echo "$(($# - failed)) passed, $failed failed"
  [ "$failed" -eq 0 ]
}

run_step() { # NAME: in its own shell, since `set -e` would be off otherwise
  local began=$SECONDS code=0
  bash -euo pipefail -xc "$(declare -p PAGE PAGE_SECONDS); $(declare -f "$1" answered as_user); $1" >"$OUTPUTS/$1" 2>&1 </dev/null || code=$?
  if [ "$code" -eq 0 ]; then
    printf 'ok    %-14s %5d s\n' "$1" "$((SECONDS - began))"
  else
    printf 'FAIL  %-14s %5d s, exit code %d; its output ends:\n' "$1" "$((SECONDS - began))" "$code"
    tail -n 15 "$OUTPUTS/$1" | sed 's/^/        /'
    return 1
  fi
}

main "$@"
