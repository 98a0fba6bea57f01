# shellcheck shell=bash
# Reading and writing the .env at the top of the checkout, which Docker Compose reads by itself. Sourced, never run.
# The set-up writes only values that must differ from the defaults in docker-compose.yml here. It keeps other lines.

DOTENV=${DOTENV:-$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)/.env}

dotenv_get() { # KEY: prints its value, or nothing
  if [ -f "$DOTENV" ]; then sed -n "s/^$1=//p" "$DOTENV" | tail -n 1; fi
}

dotenv_set() { # KEY VALUE
  [ "$(dotenv_get "$1")" = "$2" ] || _dotenv_replace "$1" "$1=$2"
}

dotenv_unset() { # KEY
  if [ -f "$DOTENV" ] && grep -q "^$1=" "$DOTENV"; then _dotenv_replace "$1" ''; fi
}

# Moves a new file over the old one, so that a program that reads .env at this moment sees one of them whole.
_dotenv_replace() {
  local new
  new=$(mktemp "$DOTENV.XXXXXX")
  if [ -f "$DOTENV" ]; then
    grep -v "^$1=" "$DOTENV" >"$new" || true # grep finds nothing when this was the only line
  else
    echo '# Written by the set-up (make images): values that must differ from the defaults on this host.' >"$new"
  fi
  [ -z "$2" ] || echo "$2" >>"$new"
  chmod 644 "$new"
  mv -f "$new" "$DOTENV"
}
