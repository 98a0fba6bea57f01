#!/usr/bin/env bash
# Runs two commands at the same time:
#   beside.sh COMMAND ... -- COMMAND ...
# The second one's output is shown as it comes, that of the first when both have ended. Ends with 1 if either fails.
set -euo pipefail

first=()
while [ "$#" -gt 0 ] && [ "$1" != -- ]; do
  first+=("$1")
  shift
done
[ "${#first[@]}" -gt 0 ] && [ "$#" -gt 1 ] || { echo 'beside.sh: give two commands, with -- between them' >&2; exit 2; }
shift

said=$(mktemp) group=
end() {
  if [ -n "$group" ] && kill -INT -- "-$group" 2>/dev/null; then wait "$group" || true; fi
  rm -f "$said"
}
trap end EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

set -m # a process group of its own, which Ctrl-C here does not reach
"${first[@]}" >"$said" 2>&1 </dev/null &
group=$!
set +m

code=0
"$@" || code=1
wait "$group" || code=1
cat "$said"
[ "$code" -eq 0 ]
