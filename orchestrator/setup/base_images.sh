#!/usr/bin/env bash
# Makes sure that the two base images are there: the official ones if a registry answers, else stand-ins that
# are made here, recorded in .env and labelled as such. Does nothing if they are there already.
#
# With a tag of the official image (3.12, 3.12.1 or 3.14-rc) it makes sure that this one is there, and prints the image's
# name on stdout. .env stays as it is, since docker-compose.yml names no such image.
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

# As in orchestrator/words.py.
readonly PYTHON_TAG='^3\.(0|[1-9][0-9]?)(\.(0|[1-9][0-9]?))?((a|b|rc)[0-9]{1,2})?(-[a-z][a-z0-9]*){0,3}$'

# Prints the name of an image with one version of Python; everything else goes to stderr.
only() {
  [[ $1 =~ $PYTHON_TAG ]] ||
    missing "$1 is no version of Python 3" 'Write it as a tag of the official image, such as 3.12, 3.12.1 or 3.14-rc.'
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

stand_in() { # TAG
  local help suite=''
  help="Give the engine access to an image registry, or 'docker load' $(official "$1")."
  is_plain "$1" || missing "there is no base image for Python $1" "$help" \
    "A stand-in can only be made for a plain version, such as 3.12 or 3.12.1."
  bootstrap_tools || missing "there is no base image for Python $1" "$help"
  apt_refresh || true
  suite=$(suite_with "$1")
  if [ -z "$suite" ] && [ -z "$(find_python "$1")" ]; then
    warn "no stand-in for Python $1: no Debian suite that the mirror of this host offers ($SUITES) has" \
      "python$(minor_of "$1"), and this host has no CPython $1 to copy"
    missing "there is no base image for Python $1" "$help Or install this version with pyenv."
  fi
  scratch=$(scratch_folder)
  mkdir "$scratch/$1"
  say "making a stand-in for Python $1 from this host's Debian mirror; this takes a minute or two"
  (bootstrap_one "$1" "$suite") >"$scratch/$1/log" 2>&1 &
  if wait $!; then return; fi
  tail -n 15 "$scratch/$1/log" | sed 's/^/  /' >&2
  missing "could not make a stand-in for Python $1" "$help"
}

variable() { echo "LAB_PYTHON_${1//[!0-9A-Za-z]/}"; }
is_plain() { [[ $1 =~ ^3\.[0-9]+(\.[0-9]+)?$ ]]; }
bootstrapped() { echo "weblab-base/python:$1-bootstrapped"; }

# A tag without the name of a variant (3.12, 3.14-rc) is that of the small one; any other (3.12-bookworm) is used as it is.
official() {
  case ${1%-rc} in
  *-*) echo "python:$1" ;;
  *) echo "python:$1-slim" ;;
  esac
}

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
    (bootstrap_one "$version" "$(usual_suite "$version")") >"$scratch/$version/log" 2>&1 &
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
    if [ -n "$(usual_suite "$version")" ] || [ -n "$(find_python "$version")" ]; then
      echo "$version"
    else
      warn "no stand-in for Python $version: this host has no CPython $version to copy" \
        "(looked in pyenv and for python$(minor_of "$version"))"
    fi
  done
}

bootstrap_one() { # VERSION SUITE: without a suite, a CPython of this host is copied
  set -e
  local tag prefix
  tag=$(bootstrapped "$1")
  if [ -n "$2" ]; then
    bootstrap_debian "$tag" "$scratch/$1" "$2" "$1"
  else
    prefix=$(find_python "$1")
    bootstrap_copy "$tag" "$scratch/$1" "$prefix" "$(minor_of "$1")"
  fi
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
