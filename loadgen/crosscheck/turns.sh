#!/bin/sh
# Keeps wrk ready: each line on stdin is one slice, and its text the seconds after which SIGINT ends it.
# wrk then prints its counts, and the real duration, as it does after Ctrl-C. The arguments are those
# of wrk; its own --duration, in whole seconds, is longer than any slice. "turn" ends the output of a
# slice, with wrk's exit code: 124 if SIGINT ended it, as planned.
while read -r seconds; do
  timeout --signal=INT "$seconds" wrk "$@" </dev/null 2>&1
  echo "turn $?"
done
