#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# valgrind has nothing to say: it sees what the sanitizers do not, use of what was never set,
# and races.

set -euo pipefail
# shellcheck source=tests/check/tools/tools.sh
. "$(dirname "$0")/tools.sh"

ok 'the command builds' flock "$top/build/tools.lock" make -C "$top" tools
make_archives
xz -dc "$headers" | xz >"$tap_tmp/one-block.tar.xz"

# clean NAME ARG...
clean() {
	ok "$1" valgrind --quiet --error-exitcode=99 --leak-check=full \
		"$top/build/tools/kheaders" "${@:2}"
}

for archive in "$build" "$tap_tmp/one-block.tar.xz"; do
	name=${archive##*/}
	clean "$name: cat" cat -f "$archive" include/linux/sched.h
	clean "$name: extract" extract -o "$archive" -C "$tap_tmp/$name.d"
done
clean 'check' check -o "$build"
clean 'path' path -of "$headers" --cache "$tap_tmp/cache"
clean 'path, again' path -of "$headers" --cache "$tap_tmp/cache"
# libarchive numbers what it reads with a counter that all threads share.
cat >"$tap_tmp/libarchive.supp" <<'SUPP'
{
   its-counter
   Helgrind:Race
   obj:*/libarchive.so*
}
SUPP
races() {
	ok "no race: $1" valgrind --quiet --tool=helgrind --error-exitcode=99 \
		--suppressions="$tap_tmp/libarchive.supp" "$top/build/tools/kheaders" "$@" \
		--limit threads=4
}
races extract -o "$build" -C "$tap_tmp/races"
races check -o "$build"

clean 'cache' cache list --cache "$tap_tmp/cache"
gzip -c "$headers" >"$tap_tmp/image"
clean 'an image' check -o "$tap_tmp/image"
printf 'damage' | dd of="$headers" bs=1 seek=2000 conv=notrunc status=none
run_mustfail -s 1 -e 'damaged' 'a damaged archive' valgrind --quiet --error-exitcode=99 \
	--leak-check=full "$top/build/tools/kheaders" check -o "$headers"
done_testing
