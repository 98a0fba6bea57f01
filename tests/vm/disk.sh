# shellcheck shell=bash
# The disk of the virtual machine: a new Debian without anything that `make engine` installs. Sourced by vm.sh, after
# common.sh and bootstrap.sh, which know this host's mirror and how to reach it.

readonly DISK=16G
readonly SUITE=trixie
readonly PACKAGES=(
  systemd-sysv systemd-resolved udev dbus libpam-systemd linux-image-cloud-amd64 initramfs-tools openssh-server
  ca-certificates curl git make python3 python3-venv iproute2 procps kmod mmdebstrap xz-utils netbase sudo
)
# Only downloaded here, since an emulated machine downloads slowly. `make engine` installs them.
readonly LATER=(docker.io docker-cli docker-compose docker-buildx iptables)

make_disk() {
  is_root || missing 'only root can make the machine' "Run it with sudo."
  is_debian_family && [ "$(uname -m)" = x86_64 ] || missing 'the machine can be made on Debian on x86-64 only'
  ! runs || missing "the machine in $FOLDER runs" "Stop it first: 'bash tests/vm/vm.sh stop'."
  ensure_tools
  local began=$SECONDS root=$FOLDER/root
  say "making $FOLDER from this host's Debian mirror; this takes a minute or two"
  mkdir -p "$FOLDER"
  rm -rf --one-file-system "$root" "$FOLDER/disk.raw"
  apt_refresh || true
  exec 3>&2
  trap 'tail -n 15 "$FOLDER/make.log" >&3' EXIT # a failure ends the script
  debian_system "$root" >"$FOLDER/make.log" 2>&1
  trap - EXIT
  # The disk has another name until it is complete, so that any disk with the final name can be booted.
  mke2fs -q -t ext4 -L root -d "$root" "$FOLDER/disk.new" "$DISK" >/dev/null
  cp "$root"/boot/vmlinuz-* "$FOLDER/vmlinuz"
  cp "$root"/boot/initrd.img-* "$FOLDER/initrd"
  mv "$FOLDER/disk.new" "$FOLDER/disk.raw"
  rm -rf --one-file-system "$root"
  say "made in $((SECONDS - began)) s; $(du -sh "$FOLDER" | cut -f1) on disk"
}

ensure_tools() {
  local packages=()
  has mmdebstrap || packages+=(mmdebstrap)
  has mke2fs || packages+=(e2fsprogs)
  has qemu-system-x86_64 || packages+=(qemu-system-x86)
  has ssh || packages+=(openssh-client)
  [ ${#packages[@]} -eq 0 ] || { say "installing ${packages[*]}" && apt_install "${packages[@]}" >/dev/null; }
}

debian_system() { # ROOT
  local root=$1 mirror option options=()
  mirror=$(debian_mirror)
  [ -n "$mirror" ] || missing 'no Debian mirror among the sources of apt on this host'
  while IFS= read -r option; do options+=(--aptopt="$option"); done < <(apt_access)
  mmdebstrap --quiet --mode=root --format=directory --variant=minbase --include="${PACKAGES[*]}" \
    --dpkgopt=force-unsafe-io --hook-dir=/usr/share/mmdebstrap/hooks/maybe-merged-usr \
    "${options[@]}" "$SUITE" "$root" "$mirror" </dev/null
  rm -f "$root/etc/dpkg/dpkg.cfg.d/99mmdebstrap" # this speed-up is only for making the disk
  # The machine reaches the network as this host does.
  apt_access | sed 's/;*$/;/' >"$root/etc/apt/apt.conf.d/99host"
  echo "deb $mirror $SUITE main" >"$root/etc/apt/sources.list"
  give_access "$root"
  cp --remove-destination -L /etc/resolv.conf "$root/etc/resolv.conf"
  chroot "$root" apt-get update -qq
  DEBIAN_FRONTEND=noninteractive chroot "$root" \
    apt-get install -y -qq --download-only --no-install-recommends "${LATER[@]}" </dev/null >/dev/null
  furnish "$root"
}

furnish() { # ROOT: turns the file system into a bootable machine
  local root=$1
  [ -f "$FOLDER/id" ] || ssh-keygen -q -t ed25519 -N '' -f "$FOLDER/id"
  mkdir -p "$root/root/.ssh"
  cp "$FOLDER/id.pub" "$root/root/.ssh/authorized_keys"
  echo "[127.0.0.1]:$PORT $(cat "$root/etc/ssh/ssh_host_ed25519_key.pub")" >"$FOLDER/known_hosts"
  echo labvm >"$root/etc/hostname"
  printf '[Match]\nName=e*\n[Network]\nDHCP=ipv4\n' >"$root/etc/systemd/network/80-dhcp.network"
  echo 'LABEL=root / ext4 defaults,noatime 0 1' >"$root/etc/fstab"
  ln -sf /run/systemd/resolve/stub-resolv.conf "$root/etc/resolv.conf"
  chroot "$root" systemctl -q enable systemd-networkd systemd-resolved ssh
  chroot "$root" useradd --create-home --shell /bin/bash lab
}
