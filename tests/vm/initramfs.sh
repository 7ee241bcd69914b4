#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# initramfs.sh ROOT MODULES OUTPUT [MODULE...]: makes an initramfs that gets a kernel as far
# as mounting ROOT: ROOT's busybox, what it takes of the kernel's directory
# MODULES ("" if everything is built in), and tests/vm/guest as /vm.

set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=rows.sh
. "$(dirname "$0")/rows.sh"

wanted="virtio_pci 9pnet_virtio 9p overlay virtio_console"

[ "$#" -ge 3 ] || { echo "usage: ${0##*/} ROOT MODULES OUTPUT [MODULE...]" >&2; exit 2; }
root=$1 modules=$2 output=$3
shift 3
wanted+=" $*"

# module_files NAME...: the modules and what they depend on, each one after
# those that it needs. modules.dep lists dependencies the other way round. What
# isn't there is built in, or the boot will say so.
module_files() {
	[ -n "$modules" ] || return 0
	awk -v names="$*" '
		{
			path = $1; sub(/:$/, "", path)
			name = path; gsub(/.*\/|\.ko.*/, "", name); gsub(/-/, "_", name)
			file[name] = path; $1 = ""; needs[name] = $0
		}
		function add(path) { if (!seen[path]++) print path }
		END {
			n = split(names, want)
			for (i = 1; i <= n; i++) {
				if (!(want[i] in file)) continue
				for (j = split(needs[want[i]], dep); j > 0; j--)
					add(dep[j])
				add(file[want[i]])
			}
		}' "$modules/modules.dep"
}

# Unpacked here, for old kernels and busybox cannot load compressed modules.
add_module() {
	local file=$tmp/modules/${1##*/}
	case $1 in
	*.xz) file=${file%.xz}; xz -dc "$modules/$1" >"$file" ;;
	*.zst) file=${file%.zst}; zstd -dqc "$modules/$1" >"$file" ;;
	*) cp "$modules/$1" "$file" ;;
	esac
	echo "/modules/${file##*/}" >>"$tmp/modules/order"
}

tmp=$(mktemp -d)
trap 'rm -rf -- "$tmp"' EXIT
mkdir "$tmp"/{bin,dev,proc,sys,modules,lower,upper,newroot}
cp "$root/bin/busybox" "$tmp/bin/"
cp "$vm/guest/initramfs-init" "$tmp/init"
cp -r "$vm/guest" "$tmp/vm"
: >"$tmp/modules/order"
# shellcheck disable=SC2086 # a list
for file in $(module_files $wanted); do
	add_module "$file"
done
(cd "$tmp" && find . | cpio --quiet -o -H newc) | gzip -1 >"$output.new"
mv -f "$output.new" "$output"
