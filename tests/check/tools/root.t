#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The command in a root directory of its own, where the running kernel's file, its modules
# and the distribution are what a test says: what it prints, to the letter.

set -euo pipefail
# shellcheck source=tests/check/tools/tools.sh
. "$(dirname "$0")/tools.sh"

ok 'the command builds' flock "$top/build/tools.lock" make -C "$top" tools-static
release=$(uname -r)
root=$tap_tmp/root
mkdir -p "$root"/{bin,dev,etc,proc,root,sys,tmp}
: >"$root/dev/null"
cp "$top/build/tools/static/kheaders" "$root/bin/"
cp "$(command -v busybox)" "$root/bin/"
for name in sh od sed; do
	ln -s busybox "$root/bin/$name"
done

# Programs of the kit that run there; make is looked at, and not run.
gcc -static -x c -o "$tap_tmp/program" - <<<'int main(void) {}'
cp "$tap_tmp/program" "$root/bin/make"
make_archives
sed -i "s/7.3.4-test/$release/" "$tree/obj/include/generated/utsrelease.h"
for program in "$tree"/obj/{scripts/{recordmcount,basic/fixdep,mod/modpost,genksyms/genksyms},tools/objtool/objtool}; do
	cp "$tap_tmp/program" "$program"
done
generate "$tree/src" "$tree/obj" "$headers" >"$tap_tmp/said"
kit "$tree/src" "$tree/obj" "$build" >"$tap_tmp/said"

enter=(unshare --user --map-root-user)
[ "$(id -u)" -ne 0 ] || enter=()
in_root() {
	env -i PATH=/bin HOME=/root "${enter[@]}" "$(command -v chroot)" "$root" "$@"
}

# says STATUS TEXT NAME ARG...: both outputs; R stands for the kernel's release, and D for
# the digits of a digest
says() {
	local status=0
	in_root kheaders "${@:4}" >"$tap_tmp/said" 2>&1 || status=$?
	is "$status $(sed -E "s/${release//./[.]}/R/g; s/[0-9a-f]{64}|-[0-9a-f]{16}\$/D/g
		s/-[0-9a-f]{16}([ :])/D\\1/g" "$tap_tmp/said")" "$1 $2" "$3"
}

none='kheaders: this kernel provides no /sys/kernel/kheaders.tar.xz'
says 3 "$none
kheaders: sysfs is not mounted: mount -t sysfs sysfs /sys" 'info: no sysfs' info
mkdir -p "$root/sys/kernel"
says 3 "$none
kheaders: there are no modules for R here: has there been an upgrade since it was booted?" \
	'info: an upgraded kernel' info
: >"$root/.dockerenv"
says 3 "$none
kheaders: this is a container: load the module on the host (modprobe kheaders), or pass the \
archive in and name it as SOURCE" 'info: a container' info
rm "$root/.dockerenv"
mkdir -p "$root/lib/modules/$release"
: >"$root/lib/modules/$release/modules.dep"
without="$none
kheaders: R was built without CONFIG_IKHEADERS: kheaders.ko, built for it, adds them"
says 3 "$without" 'info: an unknown distribution' info
package='kheaders: programs that look for a header package find it after: '
while IFS='|' read -r id command; do
	printf '%s\n' 'NAME="Some Linux"' "$id" >"$root/etc/os-release"
	says 3 "$without
$package$command" "info: $id" check
done <<'LIST'
ID=debian|apt install linux-headers-R
ID=ubuntu ID_LIKE=debian|apt install linux-headers-R
ID=fedora|dnf install kernel-devel-R
ID=arch|pacman -S linux-headers
ID_LIKE="suse opensuse"|zypper install kernel-default-devel
LIST
echo 'kernel/kernel/kheaders.ko:' >"$root/lib/modules/$release/modules.dep"
says 3 "$none
kheaders: load them, as root: modprobe kheaders" 'info: a module that is not loaded' info
says 1 'kheaders: /sbin/modprobe: No such file or directory' '--load without modprobe' \
	info --load
mkdir "$root/sbin"
cat >"$root/sbin/modprobe" <<'SH'
#!/bin/sh
[ "$*" = '-q kheaders' ] || exit 2
[ -e /tmp/module ] || exit 1
while read -r line; do echo "$line"; done </tmp/module >/sys/kernel/kheaders.tar.xz
SH
chmod +x "$root/sbin/modprobe"
says 1 'kheaders: /sbin/modprobe: there is no module kheaders for this kernel, or it cannot be loaded' \
	'--load without a module' check --load
ln -s busybox "$root/bin/cp"
printf '#!/bin/sh\nexec /bin/cp /tmp/module /sys/kernel/kheaders.tar.xz\n' >"$root/sbin/modprobe"
cp "$headers" "$root/tmp/module"
says 0 '/sys/kernel/kheaders.tar.xz: intact, headers of R, profile headers' \
	'--load with a module' check --load
says 0 '/sys/kernel/kheaders.tar.xz: intact, headers of R, profile headers' \
	'it stays loaded' check

# Which file it takes
mv "$root/sys/kernel/kheaders.tar.xz" "$root/proc/"
says 0 '/proc/kheaders.tar.xz: intact, headers of R, profile headers' 'the place of Linux 5.2' check
cp "$build" "$root/sys/kernel/kheaders.tar.xz"
says 0 '/sys/kernel/kheaders.tar.xz: intact, headers of R, profile build' \
	'the usual place comes first' check
rm "$root/proc/kheaders.tar.xz"
says 0 "archive:   /sys/kernel/kheaders.tar.xz
kernel:    R, x86 (running)
profile:   build
size:      $(stat -c %s "$build") bytes, $(xz -dc "$build" | wc -c) unpacked
blocks:    $(xz --robot -l "$build" | awk '$1 == "file" { print $3 }')
digest:    sha256:D" 'info' info
says 0 /var/cache/kheaders/RD 'path' path

# A tree for modules
says 0 /var/cache/kheaders/RD 'build-tree' build-tree
link=$root/lib/modules/$release/build
says 0 /var/cache/kheaders/RD 'build-tree --link' build-tree --link
is "/$(realpath --relative-to="$root" "$(readlink "$link" | sed "s,^,$root,")")" \
	"$(in_root kheaders path)" 'it is a link to the tree'
says 0 /var/cache/kheaders/RD 'build-tree --link, again' build-tree --link
says 0 '' 'cache prune: what is linked stays' cache prune --days 0
says 0 '' 'build-tree --unlink' build-tree --unlink
ok 'the link is gone' test ! -L "$link"
says 0 '' 'build-tree --unlink, again' build-tree --unlink
for there in 'mkdir:exists already' 'touch:exists already' \
	'ln -s /tmp:exists already' \
	'ln -s /none:is a link to nothing; if it is not wanted any more, remove it'; do
	${there%%:*} "$link"
	before=$(stat -c '%F %i' "$link")
	says 1 "kheaders: /lib/modules/R/build: ${there#*:}" "--link where there is something: ${there%%:*}" \
		build-tree --link
	says 1 'kheaders: /lib/modules/R/build: is not a link that --link made' \
		"--unlink where there is something: ${there%%:*}" build-tree --unlink
	is "$(stat -c '%F %i' "$link")" "$before" 'it is as before'
	rm -r "$link"
done
says 0 /var/cache/kheaders/RD 'build-tree --link of one that is removed later' build-tree --link
rm -r "${root:?}/var"
says 0 '' 'build-tree --unlink without the tree, and the module' build-tree --unlink
ok 'the link is gone' test ! -L "$link"
says 2 "kheaders: --link or --unlink? (try 'kheaders build-tree --help')" 'both' \
	build-tree --link --unlink

# Programs that do not run here
says 0 /var/cache/kheaders/RD 'build-tree' build-tree
fixdep=$(echo "$root"/var/cache/kheaders/*/scripts/basic/fixdep)
echo 'for another machine' >"$fixdep"
says 1 'prepare-host: no such compiler: cc; say HOSTCC=...' 'build-tree without a compiler' build-tree
# shellcheck disable=SC2016 # its own variables
printf '#!/bin/sh\nwhile [ "$1" != -o ]; do shift; done\ncp /bin/make "$2"\n' >"$root/bin/cc"
chmod +x "$root/bin/cc"
ln -s busybox "$root/bin/mv"
says 0 'prepare-host: scripts/basic/fixdep was built
prepare-host: scripts/mod/modpost runs
prepare-host: scripts/genksyms/genksyms runs
prepare-host: scripts/recordmcount runs
prepare-host: tools/objtool/objtool runs
/var/cache/kheaders/RD' 'build-tree with a compiler' build-tree
ok 'it is there' cmp "$fixdep" "$root/bin/make"
says 0 /var/cache/kheaders/RD 'once it is built' build-tree

# What modules cannot be built with
cp "$headers" "$root/sys/kernel/kheaders.tar.xz"
only='kheaders: /sys/kernel/kheaders.tar.xz has headers only, which is not enough to build \
modules: that takes a kernel with CONFIG_IKHEADERS_BUILD, or a kheaders.ko that was built with it'
says 1 "${only//\\$'\n'/}" 'build-tree: headers only' build-tree --link
ok 'there is no link' test ! -L "$link"
"$(dirname "$0")/make_tar" name=./.kheaders/manifest,text=$'release=../../tmp\nprofile=build\n' \
	name=.kheaders/prepare-host.sh,text=: | xz >"$root/tmp/evil.tar.xz"
says 1 'kheaders: /tmp/evil.tar.xz: its kernel release is empty, or has a slash in it' '--link for a kernel with a slash' \
	build-tree --link -of /tmp/evil.tar.xz
done_testing
