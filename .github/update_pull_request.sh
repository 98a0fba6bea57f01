#!/usr/bin/env bash
# Opens the pull request with the raised locks, or brings the open one up to date. docs/ci.md explains it.
#   update_pull_request.sh [--dry] FILE...    the files, Markdown, are the text of the pull request
# The changed locks and reports of the working tree become one commit on top of HEAD; branch, index and
# files stay as they are. `gh` and git take the token from the variable GH_TOKEN, so no command shows it.
set -euo pipefail

readonly BASE=main BRANCH=update-locks TITLE='Raise the locked versions'
readonly MAIL='41898282+github-actions[bot]@users.noreply.github.com'
readonly MOST=60000 # bytes; GitHub takes 65,536 characters
# The first, empty helper turns off those of the machine.
readonly WITH_TOKEN=(-c credential.helper= -c 'credential.helper=!gh auth git-credential')

dry=
if [ "${1:-}" = --dry ]; then dry=1; shift; fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

main() {
  refuse_other_changes
  if git diff --quiet HEAD -- services results; then
    echo 'no lock was raised: nothing to propose'
    exit
  fi
  write_text "$@" >"$work/text.md"
  commit=$(commit_changes)
  git --no-pager diff --stat HEAD "$commit"
  known=
  [ -n "$dry" ] || refuse_commits_of_others
  act git "${WITH_TOKEN[@]}" push --quiet --force-with-lease="refs/heads/$BRANCH:$known" origin "$commit:refs/heads/$BRANCH"
  propose
}

# Whatever else differs was not made by `make update`.
refuse_other_changes() {
  local others
  others=$(git diff --name-only HEAD -- . ':(exclude,glob)services/**/requirements.txt' ':(exclude,glob)results/*/report/*')
  if [ -n "$others" ]; then
    printf 'update_pull_request.sh: only raised locks and their reports may differ, but these do, too:\n%s\n' "$others" >&2
    exit 1
  fi
}

write_text() {
  local file compared=
  for file in "$@"; do
    if [ ! -s "$file" ]; then continue; fi
    if [ "$(basename "$file")" = judge.md ]; then compared=1; fi
    cat "$file"
    echo
  done >"$work/all.md"
  head -c "$MOST" "$work/all.md" | iconv -c -f UTF-8 -t UTF-8 # without half a character at the end
  [ -n "$compared" ] || echo 'No A/B results: the raised services were not compared. The run of the workflow says why.'
}

commit_changes() {
  local tree
  cp "$(git rev-parse --git-path index)" "$work/index"
  GIT_INDEX_FILE=$work/index git add --update -- services results
  tree=$(GIT_INDEX_FILE=$work/index git write-tree)
  GIT_AUTHOR_NAME='github-actions[bot]' GIT_AUTHOR_EMAIL=$MAIL GIT_COMMITTER_NAME='github-actions[bot]' \
    GIT_COMMITTER_EMAIL=$MAIL git commit-tree "$tree" -p HEAD -m "$TITLE"
}

# The branch is replaced every time. Work of a person on it must not be lost, so the push also fails if the branch
# is no longer at the commit `known` that was looked at here (empty: there is no such branch).
refuse_commits_of_others() {
  local who
  known=$(git "${WITH_TOKEN[@]}" ls-remote origin "refs/heads/$BRANCH" | cut -f 1)
  if [ -z "$known" ]; then return; fi
  git "${WITH_TOKEN[@]}" fetch --quiet --depth 1 origin "refs/heads/$BRANCH"
  who=$(git log -1 --format=%ce FETCH_HEAD)
  if [ "$who" != "$MAIL" ]; then
    echo "update_pull_request.sh: the last commit of $BRANCH is by $who; merge or close its pull request, and delete the branch" >&2
    exit 1
  fi
}

propose() {
  local number=
  if [ -n "$dry" ]; then
    echo "would edit the open pull request of $BRANCH, or open one, with this text:"
    cat "$work/text.md"
    return
  fi
  # A fork may have a branch of the same name.
  number=$(gh pr list --head "$BRANCH" --base "$BASE" --state open --json number,isCrossRepository \
    --jq 'map(select(.isCrossRepository | not)) | .[0].number // empty')
  if [ -n "$number" ]; then
    gh api --silent --method PATCH "repos/{owner}/{repo}/pulls/$number" -f title="$TITLE" -F body=@"$work/text.md"
    echo "brought pull request #$number up to date"
  else
    gh pr create --base "$BASE" --head "$BRANCH" --title "$TITLE" --body-file "$work/text.md"
  fi
}

act() {
  if [ -z "$dry" ]; then "$@"; return; fi
  printf 'would run:'
  printf ' %q' "$@"
  echo
}

main "$@"
