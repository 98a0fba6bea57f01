#!/usr/bin/env bash
# A virtual machine with Debian 13 as a host of the lab: systemd, cgroup v2, Debian's own engine. docs/vm.md says why.
#   vm.sh all [NAME ..]   make, boot, put, check, stop
#   vm.sh make            makes its disk from this host's Debian mirror, and replaces an earlier one
#   vm.sh boot            starts it in the background; returns when the machine answers
#   vm.sh put             copies HEAD of this checkout, for root and for a user in the group `docker`
#   vm.sh check [NAME ..] runs all checks or some (tests/vm/check.sh), and keeps their output in the machine's folder
#   vm.sh ssh [WORDS ..]  a shell in it, or a command, as root
#   vm.sh stop            shuts it down
#   vm.sh remove          stops it and removes all its files
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
repository=$(cd "$here/../.." && pwd)
setup=$repository/orchestrator/setup
LAB_STEP=vm
# shellcheck source=orchestrator/setup/common.sh
. "$setup/common.sh"
# shellcheck source=orchestrator/setup/bootstrap.sh
. "$setup/bootstrap.sh"
# shellcheck source=tests/vm/disk.sh
. "$here/disk.sh"

readonly FOLDER=${VM_FOLDER:-$repository/.lab/vm}
readonly CPUS=${VM_CPUS:-2} MEMORY_MB=${VM_MEMORY_MB:-3072} PORT=${VM_PORT:-2222}
readonly KVM_SECONDS=30 BOOT_SECONDS=900

main() {
  local what=${1:-}
  shift || true
  case $what in
  all) all "$@" ;;
  make) make_disk ;;
  boot) boot ;;
  put) put ;;
  check) check "$@" ;;
  ssh) in_machine "$@" ;;
  stop) stop ;;
  remove) remove ;;
  *) sed -n '2,10s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 2 ;;
  esac
}

all() {
  local code=0
  stop
  make_disk
  trap stop_now EXIT # the machine never keeps running after this
  boot
  put
  check "$@" || code=$?
  stop
  return "$code"
}

# --- the machine --------------------------------------------------------------------------------

runs() { [ "$(program_of "$(cat "$FOLDER/pid" 2>/dev/null || true)")" = qemu-system-x86 ]; }

boot() {
  [ -f "$FOLDER/disk.raw" ] || missing "there is no machine in $FOLDER" "Make it: 'sudo bash tests/vm/vm.sh make'."
  ! runs || { say 'the machine is already running' && return; }
  local began=$SECONDS
  if [ -w /dev/kvm ] && start kvm && speaks; then
    say 'started with KVM'
  else
    stop_now
    say "started without KVM, which is not available here: some 20 to 50 times slower"
    start tcg,thread=multi,tb-size=1024
  fi
  until in_machine true 2>/dev/null; do
    runs || ended
    [ $((SECONDS - began)) -lt "$BOOT_SECONDS" ] || missing "the machine is silent after $BOOT_SECONDS s" "See $FOLDER/console."
    sleep 1
  done
  say "the machine answers after $((SECONDS - began)) s; 'bash tests/vm/vm.sh ssh' opens a shell in it"
}

start() { # ACCELERATOR
  : >"$FOLDER/console"
  setsid qemu-system-x86_64 -machine q35 -accel "$1" -cpu max -smp "$CPUS" -m "$MEMORY_MB" -no-reboot \
    -display none -serial "file:$FOLDER/console" -kernel "$FOLDER/vmlinuz" -initrd "$FOLDER/initrd" \
    -append 'root=LABEL=root rw console=ttyS0 net.ifnames=0' \
    -drive "file=$FOLDER/disk.raw,format=raw,if=virtio,cache=unsafe,discard=unmap" -device virtio-rng-pci \
    -netdev "user,id=n0,hostfwd=tcp:127.0.0.1:$PORT-:22" -device virtio-net-pci,netdev=n0 \
    </dev/null >"$FOLDER/qemu.log" 2>&1 &
  echo $! >"$FOLDER/pid"
  disown # otherwise bash prints a message when it ends
}

# Even if /dev/kvm can be opened, a kernel may not run. Only one that prints has started.
speaks() {
  local deadline=$((SECONDS + KVM_SECONDS))
  until grep -q 'Linux version' "$FOLDER/console"; do
    is_running "$(cat "$FOLDER/pid")" || return 1
    [ "$SECONDS" -lt "$deadline" ] || return 1
    sleep 0.2
  done
}

ended() {
  tail -n 5 "$FOLDER/qemu.log" "$FOLDER/console" | sed 's/^/  /' >&2
  missing 'the machine ended while it was starting; the ends of its logs are above'
}

stop() {
  runs || return 0
  in_machine systemctl poweroff 2>/dev/null || true
  wait_gone "$(cat "$FOLDER/pid")" 300 || { warn 'it does not shut down: ending it' && stop_now; }
  say 'stopped'
}

stop_now() {
  if runs; then
    kill "$(cat "$FOLDER/pid")"
    wait_gone "$(cat "$FOLDER/pid")" 30
  fi
}

remove() {
  stop
  rm -rf --one-file-system "$FOLDER"
}

in_machine() {
  ssh -q -i "$FOLDER/id" -p "$PORT" -o UserKnownHostsFile="$FOLDER/known_hosts" -o ConnectTimeout=10 root@127.0.0.1 "$@"
}

# --- the checkout and the checks ----------------------------------------------------------------

put() {
  git -C "$repository" bundle create -q - HEAD | in_machine 'cat >/tmp/lab.bundle'
  in_machine bash -s <<'PUT'
set -euo pipefail
chmod 644 /tmp/lab.bundle
checkout() { # FOLDER: replaces tracked files, and keeps others, such as .venv and .env
  [ -d "$1/.git" ] || git init -q "$1"
  cd "$1"
  git fetch -q /tmp/lab.bundle HEAD
  git checkout -q --force --detach FETCH_HEAD
}
checkout /root/weblab
sudo -u lab bash -euo pipefail -c "$(declare -f checkout); checkout /home/lab/weblab"
PUT
  say "it has $(git -C "$repository" log -1 --format='%h %s')"
}

check() {
  local code=0
  in_machine bash /root/weblab/tests/vm/check.sh "$@" | tee "$FOLDER/steps" || code=$?
  rm -rf "$FOLDER/outputs"
  in_machine tar -C /root/vm-check -c . | { mkdir "$FOLDER/outputs" && tar -C "$FOLDER/outputs" -x; }
  say "the output of each check: $FOLDER/outputs"
  return "$code"
}

main "$@"
