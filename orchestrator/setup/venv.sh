#!/usr/bin/env bash
# Makes .venv from the lock files. `venv.sh runtime` installs what `lab` itself needs; `venv.sh dev` adds tests and linters.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(cd "$here/../.." && pwd)
LAB_STEP=venv
# shellcheck source=orchestrator/setup/common.sh
. "$here/common.sh"

readonly VENV=$top/.venv

main() {
  make_venv
  case ${1:-runtime} in
  runtime) install_locked "$top/orchestrator/requirements.txt" ;;
  dev) install_locked "$top/orchestrator/requirements.txt" "$top/tests/requirements.txt" ;;
  *) warn "unknown kind '$1': runtime or dev"; exit 2 ;;
  esac
  install_lab
}

make_venv() {
  if "$VENV/bin/python" -m pip --version >/dev/null 2>&1; then return; fi
  local python
  python=$(suitable_python)
  if [ -z "$python" ] && is_root && is_debian_family; then
    say "no Python 3.11 or newer that can make virtual environments: installing python3 and python3-venv"
    apt_install python3 python3-venv
    python=$(suitable_python)
  fi
  [ -n "$python" ] || explain_python
  say "making .venv with $python ($("$python" --version))"
  rm -rf "$VENV"
  "$python" -m venv "$VENV"
}

# Debian has ensurepip in a separate package; without it Python makes no usable environment.
suitable_python() {
  local python
  for python in python3 python3.14 python3.13 python3.12 python3.11; do
    if "$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
      command -v "$python"
      return
    fi
  done
}

explain_python() {
  if python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
    missing "$(python3 --version) cannot make virtual environments: its ensurepip module is missing" \
      "Debian and Ubuntu: 'sudo apt-get install python3-venv', then run this again."
  fi
  missing "the lab needs Python 3.11 or newer; python3 is $(python3 --version 2>/dev/null || echo 'not there')" \
    "Install one together with its venv module (Debian and Ubuntu: python3-venv). python3.11 to python3.14 on PATH are found."
}

install_locked() {
  local lock options=()
  for lock in "$@"; do options+=(-r "$lock"); done
  say "installing the packages of ${*#"$top"/}; every file is checked by its hash"
  "$VENV/bin/python" -m pip install -q --disable-pip-version-check --require-hashes "${options[@]}"
}

# Not `pip install -e`: that would fetch an unlocked build backend, only to write these two files.
install_lab() {
  local packages
  packages=$("$VENV/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
  printf '%s\n' "$top" "$top/loadgen" >"$packages/weblab.pth" # loadgen: the HTTP reader that host and image share
  cat >"$VENV/bin/lab" <<'LAUNCHER'
#!/bin/sh
exec "$(dirname "$(readlink -f "$0")")/python" -m orchestrator "$@"
LAUNCHER
  chmod +x "$VENV/bin/lab"
}

main "$@"
