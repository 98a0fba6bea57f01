#!/usr/bin/env bash
# Makes sure that the base image of the database is there: the official one if a registry answers, else a stand-in from
# Debian's packages, recorded in .env and labelled as such. Prints the image's name on stdout.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
LAB_STEP='base images'
# shellcheck source=orchestrator/setup/common.sh
. "$here/common.sh"
# shellcheck source=orchestrator/setup/dotenv.sh
. "$here/dotenv.sh"
# shellcheck source=orchestrator/setup/bootstrap.sh
. "$here/bootstrap.sh"

readonly VERSION=17 SUITE=trixie PULL_SECONDS=600
readonly OFFICIAL=postgres:$VERSION STAND_IN=weblab-base/postgres:$VERSION-bootstrapped VARIABLE=LAB_POSTGRES

scratch=
trap 'rm -rf --one-file-system "$scratch"' EXIT

main() {
  if ! has docker || ! engine_answers; then missing 'no Docker engine answers' "Run 'make engine' first."; fi
  local chosen image
  chosen=${!VARIABLE:-$(dotenv_get "$VARIABLE")}
  for image in ${chosen:+"$chosen"} "$OFFICIAL" "$STAND_IN"; do
    if image_exists "$image"; then
      found "$image"
      return
    fi
  done
  if pulled >&2; then
    found "$OFFICIAL"
    return
  fi
  stand_in >&2 # not in a condition, where bash would ignore `set -e`
  found "$STAND_IN"
}

found() { # IMAGE: tell it, and let docker-compose.yml use it, too
  if [ "$1" = "$OFFICIAL" ]; then dotenv_unset "$VARIABLE"; else dotenv_set "$VARIABLE" "$1" >&2; fi
  echo "$1"
}

image_exists() { docker image inspect "$1" >/dev/null 2>&1; }

pulled() {
  local answer
  say "pulling $OFFICIAL"
  answer=$(timeout "$PULL_SECONDS" docker pull -q "$OFFICIAL" 2>&1 </dev/null) && return
  warn "could not pull $OFFICIAL: $(tail -n 1 <<<"${answer:-no answer in $PULL_SECONDS s}")"
  return 1
}

stand_in() {
  local help="Give the engine access to an image registry, or 'docker load' $OFFICIAL."
  bootstrap_tools || missing 'there is no base image for PostgreSQL' "$help"
  apt_refresh || true
  scratch=$(scratch_folder)
  say "making a stand-in for PostgreSQL $VERSION from this host's Debian mirror; this takes a minute or two"
  (made) >"$scratch/log" 2>&1 &
  if wait $!; then return; fi
  tail -n 15 "$scratch/log" | sed 's/^/  /' >&2
  missing 'could not make a stand-in for PostgreSQL' "$help"
}

made() {
  set -e
  local root=$scratch/root
  debian_tree "$SUITE" "$root" "postgresql-$VERSION"
  strip_tree "$root"
  rm -rf "$root"/var/lib/postgresql/* "$root"/etc/postgresql/* # the cluster that the package makes
  tar -C "$root" --one-file-system --exclude='./dev/*' --exclude='./proc/*' --exclude='./sys/*' -c . |
    docker import \
      --change "ENV PATH=/usr/lib/postgresql/$VERSION/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin" \
      --change 'LABEL weblab.base=bootstrapped' --change 'LABEL weblab.base.official=no' \
      --change "LABEL weblab.base.how=\"mmdebstrap, Debian $SUITE's postgresql-$VERSION package\"" \
      --change "LABEL weblab.base.suite=$SUITE" \
      --change "LABEL weblab.base.made=$(date -u +%Y-%m-%dT%H:%M:%SZ)" \
      --change "LABEL weblab.base.interpreter=\"$(chroot "$root" "/usr/lib/postgresql/$VERSION/bin/postgres" --version)\"" \
      - "$STAND_IN" >/dev/null
}

main "$@"
