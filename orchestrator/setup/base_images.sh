#!/usr/bin/env bash
# Makes sure that the two base images are there: the official ones if a registry answers, else stand-ins that
# are made here, recorded in .env and labelled as such. Does nothing if they are there already.
#
# With a version (3.12 or 3.12.1) it makes sure that this one is there, and prints the image's name on stdout. .env stays
# as it is, since docker-compose.yml names no such image.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
LAB_STEP='base images'
# shellcheck source=orchestrator/setup/common.sh
. "$here/common.sh"
# shellcheck source=orchestrator/setup/dotenv.sh
. "$here/dotenv.sh"
# shellcheck source=orchestrator/setup/bootstrap.sh
. "$here/bootstrap.sh"

readonly PULL_SECONDS=600

scratch=
trap 'rm -rf --one-file-system "$scratch"' EXIT

main() {
  if ! has docker || ! engine_answers; then missing 'no Docker engine answers' "Run 'make engine' first."; fi
  if [ $# -gt 0 ]; then
    only "$1"
    return
  fi
  local wanted=() version
  for version in 3.13 3.7; do
    there_already "$version" || pulled "$version" || wanted+=("$version")
  done
  [ ${#wanted[@]} -eq 0 ] || bootstrap_all "${wanted[@]}"
  report
}

# Prints the name of an image with one version of Python; everything else goes to stderr.
only() {
  case $1 in
  *[!0-9.]* | *.*.*.* | *. | *..*) missing "$1 is no version of Python" 'Write it as 3.12 or 3.12.1.' ;;
  3.*) ;;
  *) missing "$1 is no version of Python 3" 'Write it as 3.12 or 3.12.1.' ;;
  esac
  local image
  for image in "$(chosen "$1")" "$(official "$1")" "$(bootstrapped "$1")"; do
    if image_exists "$image"; then
      echo "$image"
      return
    fi
  done
  if pulled "$1" >&2; then
    official "$1"
    return
  fi
  stand_in "$1" >&2 # not in a condition, where bash would ignore `set -e`
  bootstrapped "$1"
}

stand_in() { # VERSION
  local help
  help="Give the engine access to an image registry, or 'docker load' $(official "$1")."
  [ -n "$(bootstrappable "$1")" ] || missing "there is no base image for Python $1" "$help Or install this version with pyenv."
  bootstrap_tools || missing "there is no base image for Python $1" "$help"
  apt_refresh || true
  scratch=$(scratch_folder)
  mkdir "$scratch/$1"
  say "making a stand-in for Python $1 from this host's Debian mirror; this takes a minute or two"
  (bootstrap_one "$1") >"$scratch/$1/log" 2>&1 &
  if wait $!; then return; fi
  tail -n 15 "$scratch/$1/log" | sed 's/^/  /' >&2
  missing "could not make a stand-in for Python $1" "$help"
}

variable() { echo "LAB_PYTHON_${1//./}"; }
official() { echo "python:$1-slim"; }
bootstrapped() { echo "weblab-base/python:$1-bootstrapped"; }
image_exists() { docker image inspect "$1" >/dev/null 2>&1; }

# The image that docker-compose.yml will use: first what the environment says, then .env, then the official one.
chosen() {
  local name recorded
  name=$(variable "$1")
  recorded=${!name:-$(dotenv_get "$name")}
  echo "${recorded:-$(official "$1")}"
}

there_already() {
  if image_exists "$(chosen "$1")"; then return; fi
  dotenv_unset "$(variable "$1")" # it names an image that no longer exists
  image_exists "$(chosen "$1")" || adopt_bootstrapped "$1"
}

adopt_bootstrapped() { # made for another checkout on this host, or before .env was removed
  image_exists "$(bootstrapped "$1")" && dotenv_set "$(variable "$1")" "$(bootstrapped "$1")"
}

pulled() {
  local answer
  say "pulling $(official "$1")"
  answer=$(timeout "$PULL_SECONDS" docker pull -q "$(official "$1")" 2>&1 </dev/null) && return
  warn "could not pull $(official "$1"): $(tail -n 1 <<<"${answer:-no answer in $PULL_SECONDS s}")"
  return 1
}

# Both at the same time: one waits for the mirror while the other unpacks.
bootstrap_all() {
  local possible=()
  mapfile -t possible < <(bootstrappable "$@")
  [ ${#possible[@]} -gt 0 ] || return 0
  set -- "${possible[@]}"
  bootstrap_tools || return 0
  apt_refresh || true
  scratch=$(scratch_folder)
  local version pids=()
  for version in "$@"; do
    mkdir "$scratch/$version"
    (bootstrap_one "$version") >"$scratch/$version/log" 2>&1 &
    pids+=("$version:$!")
  done
  say "making stand-ins for $* from this host's Debian mirror; this takes a minute or two"
  for version in "${pids[@]}"; do
    if wait "${version#*:}"; then
      dotenv_set "$(variable "${version%:*}")" "$(bootstrapped "${version%:*}")"
    else
      warn "could not make a stand-in for Python ${version%:*}:"
      tail -n 15 "$scratch/${version%:*}/log" | sed 's/^/  /' >&2
    fi
  done
}

# Prints the versions for which a stand-in can be made. Checked first, because every `make` runs this script and
# updating apt's lists takes time.
bootstrappable() {
  local version
  for version in "$@"; do
    if [ "$version" = 3.13 ] || [ -n "$(find_python "$version")" ]; then
      echo "$version"
    else
      warn "no stand-in for Python $version: this host has no CPython $version to copy" \
        "(looked in pyenv and for python$(minor_of "$version"))"
    fi
  done
}

bootstrap_one() {
  set -e
  local tag prefix
  tag=$(bootstrapped "$1")
  case $1 in
  3.13) bootstrap_313 "$tag" "$scratch/$1" ;;
  *)
    prefix=$(find_python "$1")
    bootstrap_copy "$tag" "$scratch/$1" "$prefix" "$(minor_of "$1")"
    ;;
  esac
}

report() {
  local version image found=0
  for version in 3.13 3.7; do
    image=$(chosen "$version")
    if image_exists "$image"; then
      found=$((found + 1))
      say "Python $version is $image$(described "$image")"
    else
      warn "there is no base image for Python $version: services that need it will fail." \
        "Give this host access to an image registry, or set $(variable "$version") in .env to an image of your own."
    fi
  done
  [ "$found" -gt 0 ] || missing 'neither base image could be pulled or made' \
    "Give the engine access to an image registry, or 'docker load' $(official 3.13) and $(official 3.7), then run 'make images'."
}

described() {
  local interpreter
  interpreter=$(docker image inspect --format '{{index .Config.Labels "weblab.base.interpreter"}}' "$1" 2>/dev/null || true)
  case $interpreter in '' | '<no value>') ;; *) printf ' (not official: %s)' "$interpreter" ;; esac
}

main "$@"
