# shellcheck shell=bash
# Makes sure that `docker compose build` works, by building something. Sourced by engine.sh, after common.sh and dotenv.sh.
#
# It is not enough that the engine and Compose answer. Since 2.37 Compose leaves builds to the buildx plugin, and
# refuses a plugin older than 0.17, and a distribution may have exactly this pair. COMPOSE_BAKE=false makes Compose 2
# build by itself.

readonly TRIAL_IMAGE=weblab-trial:local
readonly BUILD_SECONDS=120

ensure_builds() {
  local said
  if said=$(trial_build -u COMPOSE_BAKE); then
    dotenv_unset COMPOSE_BAKE
  elif trial_build COMPOSE_BAKE=false >/dev/null; then
    dotenv_set COMPOSE_BAKE false
    say "Compose $(compose_version) does not build with $(buildx_version): it builds by itself (COMPOSE_BAKE=false in .env)"
    respect_dotenv
  else
    warn "'docker compose build' fails here, even for an image with a single file in it:"
    tail -n 10 <<<"$said" | sed 's/^/  /' >&2
    missing "Compose $(compose_version) with $(buildx_version) builds no image" \
      "Fix what it says above. If it names buildx, install 0.17 or newer (packages docker-buildx or" \
      "docker-buildx-plugin), or a release of Compose 2; then run 'make engine' again."
  fi
}

# trial_build WORDS-FOR-ENV ...: ignores .env, so that the result of an earlier try does not count.
trial_build() {
  local top code=0
  top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
  timeout "$BUILD_SECONDS" env "$@" docker compose --env-file /dev/null --project-directory "$top" \
    -f "$top/orchestrator/setup/trial_build/compose.yml" build 2>&1 </dev/null || code=$?
  [ "$code" -ne 124 ] || echo "no answer within $BUILD_SECONDS s"
  docker image rm "$TRIAL_IMAGE" >/dev/null 2>&1 || true
  return "$code"
}

buildx_version() {
  local version
  version=$(docker buildx version 2>/dev/null | awk '{ print $2 }' || true)
  if [ -n "$version" ]; then echo "buildx ${version#v}"; else echo 'no buildx'; fi
}

# A variable in the environment overrides .env, for Compose as for everything else.
respect_dotenv() {
  case ${COMPOSE_BAKE-unset} in
  unset | false | 0) ;;
  *) missing "COMPOSE_BAKE=$COMPOSE_BAKE in your environment overrides .env, and no build works with it" "Unset it." ;;
  esac
}
