# shellcheck shell=bash
# Stand-ins for the official Python images, for hosts that reach a Debian mirror but no image registry.
# Sourced by base_images.sh, which gives each function a scratch folder and removes it afterwards.
#
# This file names no mirror and no package index: both are the ones that this host is configured with. What the
# host needs to reach them (CA certificates, proxy, index) goes into the image, so such an image is for this host only.

readonly CA_BUNDLE=/etc/ssl/certs/ca-certificates.crt

bootstrap_tools() {
  is_root || { warn 'only root can make stand-ins for the base images'; return 1; }
  is_debian_family || { warn 'stand-ins for the base images can only be made on Debian'; return 1; }
  has mmdebstrap || { say 'installing mmdebstrap' && apt_install mmdebstrap >/dev/null; }
}

# --- Debian's own Python --------------------------------------------------------------------------

readonly SUITES='bookworm trixie forky sid' # from the oldest: a released one changes least

usual_suite() { # VERSION: the suite of a version that every set-up needs, which need not be looked for
  if [ "$1" = 3.13 ]; then echo trixie; fi
}

# Prints the first suite whose packages have this version of Python; nothing if none has, or if the version has a third
# number: a suite has only the newest. mmdebstrap asks the mirror as it would to install, but only simulates it.
suite_with() { # VERSION
  local suite mirror option options=()
  suite=$(usual_suite "$1")
  mirror=$(debian_mirror)
  if [ -n "$suite" ] || [ -z "$mirror" ] || [ "$1" != "$(minor_of "$1")" ]; then
    echo "$suite"
    return
  fi
  while IFS= read -r option; do options+=(--aptopt="$option"); done < <(apt_access)
  for suite in $SUITES; do
    if mmdebstrap --simulate --quiet --mode=root --format=null --variant=custom --include="python$1-venv" \
      "${options[@]}" "$suite" /dev/null "$mirror" >/dev/null 2>&1 </dev/null; then
      echo "$suite"
      return
    fi
  done
}

# Debian builds it with PGO and LTO, like the official image.
bootstrap_debian() { # TAG FOLDER SUITE VERSION
  local root=$2/root suite=$3 version=$4
  debian_tree "$suite" "$root" "python$version" "python$version-venv"
  # A virtual environment in /usr/local gives a `python` and a pip that may install, like those of the official image.
  chroot "$root" "/usr/bin/python$version" -m venv /usr/local
  strip_tree "$root"
  # Its recorded build settings come from another of Debian's builds and do not show how this one was made.
  import_image "$1" "$root" "$suite" "Debian $suite's python$version package" "PGO and LTO by Debian's build rules"
}

# A version that no suite of Debian has (3.7, 3.12) is copied from this host, with the libraries that it is linked to.
bootstrap_copy() { # TAG FOLDER PREFIX MINOR: MINOR is 3.7 or the like
  local root=$2/root prefix=$3 minor=$4 suite
  suite=$(. /etc/os-release && echo "${VERSION_CODENAME:-bookworm}") # the libraries' names are those of this host
  # shellcheck disable=SC2046 # one word for each package
  debian_tree "$suite" "$root" $(libraries_of "$prefix" "$minor")
  copy_interpreter "$prefix" "$root" "$minor"
  strip_tree "$root"
  import_image "$1" "$root" "$suite" "a CPython $minor found on the host that made the image" \
    "$(chroot "$root" /usr/local/bin/python -c "$DESCRIBE_BUILD")"
}

# --- the Debian part ----------------------------------------------------------------------------

debian_tree() { # SUITE FOLDER PACKAGE ...
  local suite=$1 root=$2 mirror packages option options=()
  mirror=$(debian_mirror)
  [ -n "$mirror" ] || { warn 'the sources of apt on this host have no Debian mirror'; return 1; }
  shift 2
  packages=$(IFS=,; echo "ca-certificates,netbase,tzdata${*:+,$*}")
  while IFS= read -r option; do options+=(--aptopt="$option"); done < <(apt_access)
  # The hook makes a merged /usr itself; without it a package would pull in all of Perl to do so.
  # force-unsafe-io: if anything fails, the tree is thrown away, so it need not be synced to disk after each package.
  mmdebstrap --quiet --mode=root --format=directory --variant=minbase --include="$packages" \
    --hook-dir=/usr/share/mmdebstrap/hooks/maybe-merged-usr \
    --dpkgopt=force-unsafe-io --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-include=/usr/share/doc/*/copyright' \
    --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
    "${options[@]}" "$suite" "$root" "$mirror" </dev/null
  give_access "$root"
}

debian_mirror() { # the mirror that apt uses here; apt's own lists say which source is Debian
  # shellcheck disable=SC2016 # apt-get fills these in
  apt-get indextargets --format '$(ORIGIN)|$(LABEL)|$(REPO_URI)' 2>/dev/null |
    awk -F'|' '$1 == "Debian" && $2 == "Debian" { print $3; exit }'
}

apt_access() { # how this host's apt reaches its mirror: proxies, certificates, checks of release dates
  apt-config dump | grep -iE '^Acquire::(http|https)(::[^ ]*)?::(Proxy|CaInfo|Verify-Peer) |^Acquire::(http|https)::Proxy |^Acquire::Check-(Valid-Until|Date) ' || true
}

give_access() { # ROOT: the host's CA certificates and package index, for `pip install` in a build
  local root=$1 bundle
  bundle=$(pip_setting cert '^/')
  bundle=${bundle:-${SSL_CERT_FILE:-$CA_BUNDLE}}
  if [ -f "$bundle" ]; then cp -L "$bundle" "$root$CA_BUNDLE"; fi
  if compgen -G '/usr/local/share/ca-certificates/*.crt' >/dev/null; then
    cp -L /usr/local/share/ca-certificates/*.crt "$root/usr/local/share/ca-certificates/"
  fi
  pip_configuration >"$root/etc/pip.conf"
}

pip_configuration() { # only what also works in another file system: addresses, no paths
  local key value
  printf '[global]\ncert = %s\ndisable-pip-version-check = true\nroot-user-action = ignore\n' "$CA_BUNDLE"
  for key in index-url extra-index-url proxy; do
    value=$(pip_setting "$key" '^(https?|socks5h?)://')
    [ -z "$value" ] || echo "$key = $value"
  done
  value=$(pip_setting trusted-host '^[^/]+$')
  [ -z "$value" ] || echo "trusted-host = $value"
}

pip_setting() { # KEY PATTERN: the words of a pip setting on this host that match the pattern
  python3 -m pip config list 2>/dev/null | sed -n "s/^[^=]*[.]$1='\(.*\)'\$/\1/p" | tail -n 1 |
    sed 's/\\n/ /g' | tr ' ' '\n' | grep -E "$2" | paste -sd ' ' || true
}

# --- a Python of this host --------------------------------------------------------------------

minor_of() { cut -d. -f1,2 <<<"$1"; } # 3.12.1 -> 3.12

# Prints the prefix of a CPython of this version (3.12: the newest 3.12; 3.12.1: this one) that can be copied: one that
# has a folder of its own.
find_python() { # VERSION
  local minor prefix
  minor=$(minor_of "$1")
  {
    if has pyenv; then installed_in "$(pyenv root)/versions" "$1"; fi
    installed_in "$HOME/.pyenv/versions" "$1"
    "python$minor" -c 'import sys; print(sys.base_prefix)' 2>/dev/null || true
  } | sort -Vr | while IFS= read -r prefix; do
    case $prefix in /usr | /usr/local | /) continue ;; esac
    [ -f "$prefix/lib/python$minor/os.py" ] || continue
    is_version "$prefix/bin/python$minor" "$1" || continue
    if "$prefix/bin/python$minor" -m ensurepip --version >/dev/null 2>&1; then
      echo "$prefix"
      break
    fi
  done
}

installed_in() { # FOLDER VERSION
  compgen -G "$1/$2" || true
  compgen -G "$1/$2.*" || true
}

is_version() { # PYTHON VERSION: whether it is this version, or one of this minor version
  local found
  found=$("$1" -c 'import platform; print(platform.python_version())' 2>/dev/null) || return 1
  case $found in "$2" | "$2".*) ;; *) return 1 ;; esac
}

libraries_of() { # PREFIX MINOR: the Debian packages of the shared libraries that an interpreter needs
  local library
  find "$1/bin/python$2" "$1/lib" -maxdepth 3 -type f \( -name "python$2" -o -name '*.so*' \) ! -name '_tkinter*' -print0 |
    xargs -0 -n 1 ldd 2>/dev/null | awk '$2 == "=>" && $3 ~ /^\// { print $3 }' | sort -u |
    while IFS= read -r library; do
      case $library in "$1"/*) continue ;; esac
      package_of "$library"
    done | sort -u
}

# The package database may list a file by its path before or after the merge of /lib into /usr/lib.
package_of() {
  local file
  file=$(readlink -f "$1")
  { dpkg -S "$file" || dpkg -S "${file#/usr}" || dpkg -S "$1"; } 2>/dev/null | sed -n '1s/:.*//p' || true
}

copy_interpreter() { # PREFIX ROOT MINOR
  local prefix=$1 local=$2/usr/local python=python$3
  mkdir -p "$local/bin" "$local/lib" "$local/include"
  cp -a "$prefix/bin/$python" "$local/bin/"
  if compgen -G "$prefix/lib/libpython3*.so*" >/dev/null; then cp -a "$prefix"/lib/libpython3*.so* "$local/lib/"; fi
  cp -a "$prefix/include/$python"* "$local/include/"
  tar -C "$prefix" -c --exclude=__pycache__ --exclude='site-packages/*' --exclude="lib/$python/test" \
    --exclude='tests' --exclude="config-$3*/*.a" --exclude=idlelib --exclude=tkinter --exclude='_tkinter*' \
    "lib/$python" | tar -C "$local" -x
  # Build settings with the old prefix would send a compiler to folders that do not exist.
  grep -rlIF "$prefix" "$local/lib/$python" | xargs -r sed -i "s|$prefix|/usr/local|g"
  ln -s "$python" "$local/bin/python3"
  ln -s "$python" "$local/bin/python"
  chroot "$2" /sbin/ldconfig
  chroot "$2" "/usr/local/bin/$python" -m ensurepip --default-pip >/dev/null 2>&1
  chroot "$2" "/usr/local/bin/$python" -m compileall -q "/usr/local/lib/$python" -x lib2to3/tests >/dev/null || true
}

# --- the image ----------------------------------------------------------------------------------

strip_tree() {
  rm -rf "$1"/var/lib/apt/lists/* "$1"/var/cache/* "$1"/var/log/* "$1"/tmp/* "$1/usr/share/info" "$1/usr/share/lintian"
  find "$1/usr" -name '*.opt-[12].pyc' -delete
}

import_image() { # TAG ROOT SUITE HOW BUILD
  local tag=$1 root=$2 suite=$3 how=$4 build=$5 interpreter
  interpreter=$(chroot "$root" /usr/local/bin/python -c "$DESCRIBE_INTERPRETER")
  tar -C "$root" --one-file-system --exclude='./dev/*' --exclude='./proc/*' --exclude='./sys/*' -c . |
    docker import \
      --change 'ENV PATH=/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin' --change 'ENV LANG=C.UTF-8' \
      --change 'CMD ["python3"]' \
      --change "LABEL weblab.base=bootstrapped" \
      --change "LABEL weblab.base.official=no" \
      --change "LABEL weblab.base.how=\"mmdebstrap, $how\"" \
      --change "LABEL weblab.base.suite=$suite" \
      --change "LABEL weblab.base.made=$(date -u +%Y-%m-%dT%H:%M:%SZ)" \
      --change "LABEL weblab.base.interpreter=\"$interpreter, $build\"" \
      - "$tag" >/dev/null
}

# Fails if a module is missing that pip or a service needs.
# shellcheck disable=SC2034 # used above
readonly DESCRIBE_INTERPRETER='
import ctypes, platform, ssl, zlib
print("CPython %s, %s" % (platform.python_version(), platform.python_compiler()))
'

# Without PGO and LTO CPython is much slower, so the record must say how it was built.
# shellcheck disable=SC2034 # used above
readonly DESCRIBE_BUILD='
import sysconfig
options = sysconfig.get_config_var("CONFIG_ARGS") or ""
print("with" if "--enable-optimizations" in options else "without", "PGO,",
      "with" if "--with-lto" in options else "without", "LTO")
'
