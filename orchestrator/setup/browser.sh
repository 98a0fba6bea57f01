#!/usr/bin/env bash
# Installs Chromium, which the tests of the pages need, if there is none (Debian, Ubuntu).
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
LAB_STEP=browser
# shellcheck source=orchestrator/setup/common.sh
. "$here/common.sh"

readonly HINT="install Chromium (or Chrome) by hand, or say where it is with LAB_CHROMIUM=/path/to/it"

main() {
  if [ -n "${LAB_CHROMIUM:-}" ]; then
    [ -x "$LAB_CHROMIUM" ] || missing "LAB_CHROMIUM=$LAB_CHROMIUM is not a program" "$HINT"
    return
  fi
  local name
  for name in chromium chromium-browser google-chrome google-chrome-stable; do
    if has "$name"; then return; fi
  done
  if ! is_root || ! is_debian_family; then
    missing 'the tests of the pages need Chromium, and there is none here' "$HINT"
  fi
  say 'no Chromium here: installing chromium from this host'\''s package mirror'
  apt_install chromium || missing 'apt-get could not install chromium; its message is above' "$HINT"
}

main
