#!/usr/bin/env bash
# Takes raised locks, and the reports that follow from them, out of another copy of this checkout.
#   take_raised.sh FOLDER
# The copy comes from a job that ran code of new releases. So only files of these two kinds are taken, and only
# where this checkout has one of the same name already: nothing else of the copy is read.
set -euo pipefail

[ -d "${1:-}" ] || { echo "take_raised.sh: no folder '${1:-}' to take raised locks from" >&2; exit 2; }
copy=$(realpath "$1")
taken=0
while IFS= read -r -d '' file; do
  # No link is followed, and neither is one in place of a folder.
  if [ "$(realpath -m "$copy/$file")" != "$copy/$file" ] || [ ! -f "$copy/$file" ]; then continue; fi
  if cmp -s "$copy/$file" "$file"; then continue; fi
  cp "$copy/$file" "$file"
  echo "taken: $file"
  taken=$((taken + 1))
done < <(git ls-files -z -- 'services/*/requirements.txt' 'results/*/report/*')
echo "$taken files taken from $1"
