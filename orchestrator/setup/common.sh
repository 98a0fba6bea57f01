# shellcheck shell=bash
# Shared by the set-up scripts: messages, and questions about this host. Sourced, never run.

readonly EXIT_ENVIRONMENT=3 # the same number `lab` uses for "the environment is missing something"

say() { printf '%s: %s\n' "${LAB_STEP:-set-up}" "$*"; }
warn() { say "$@" >&2; }

# missing WHAT-IS-WRONG [WHAT-TO-DO ...]: prints both and ends the script with the environment exit code.
missing() {
  warn "$1"
  shift
  local line
  for line in "$@"; do printf '  %s\n' "$line" >&2; done
  exit "$EXIT_ENVIRONMENT"
}

# Prints how many open files a container should have: the default of LAB_NOFILE in docker-compose.yml, its only place.
wanted_nofile() {
  local file found
  file=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)/docker-compose.yml
  found=$(sed -n 's/.*{LAB_NOFILE:-\([0-9]*\)}.*/\1/p' "$file" | head -n 1)
  [ -n "$found" ] || missing "$file does not say how many open files to ask for" 'It needs a default of LAB_NOFILE.'
  echo "$found"
}

is_root() { [ "$(id -u)" -eq 0 ]; }
has() { command -v "$1" >/dev/null 2>&1; }
is_debian_family() { grep -qsE '^(ID|ID_LIKE)=.*(debian|ubuntu)' /etc/os-release && has apt-get; }
runs_systemd() { [ -d /run/systemd/system ]; }

# A process that has ended but that its parent has not collected yet (a zombie) still has its number, but does not count.
is_running() {
  case ${1:-} in '' | *[!0-9]*) return 1 ;; esac
  local state
  state=$(sed -n 's/^State:[[:space:]]*//p' "/proc/$1/status" 2>/dev/null) || return 1
  case $state in '' | Z* | X*) return 1 ;; esac
}

# Prints the program name of a running process, else nothing. A pid file alone proves nothing: after a reboot or a
# kill its number may belong to another process.
program_of() {
  if is_running "${1:-}"; then cat "/proc/$1/comm" 2>/dev/null || true; fi
}

# Waits until a process is gone; fails when it still runs after the given seconds.
wait_gone() {
  local pid=$1 deadline=$((SECONDS + $2))
  while is_running "$pid"; do
    [ "$SECONDS" -lt "$deadline" ] || return 1
    sleep 0.1
  done
}

apt_lists_fresh=no
apt_install() {
  apt_refresh || true # slightly old lists are often good enough; if not, the next line says so
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" </dev/null
}

apt_refresh() {
  [ "$apt_lists_fresh" = no ] || return 0
  DEBIAN_FRONTEND=noninteractive apt-get update -qq </dev/null
  apt_lists_fresh=yes
}

apt_candidate() { # the version apt would install, empty when it knows none
  apt-cache policy "$1" 2>/dev/null | awk '$1 == "Candidate:" && $2 != "(none)" { print $2 }'
}

engine_answers() { timeout 10 docker version --format '{{.Server.Version}}' >/dev/null 2>&1; }

# Not in /tmp: on many hosts (Debian 13) it is in memory, and a small host has none to spare.
scratch_folder() { mktemp -d "${TMPDIR:-/var/tmp}/weblab.XXXXXX"; }
