#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# kheaders path, run, env and cflags: one tree for all, complete, and nobody else's.

set -euo pipefail
# shellcheck source=tests/check/tools/tools.sh
. "$(dirname "$0")/tools.sh"

build_tools
make_archives
mkdir "$tap_tmp/by-tar"
tar -xJf "$headers" -C "$tap_tmp/by-tar"
cache=$tap_tmp/cache

path() {
	"$kheaders" path -o --file "${1-$headers}" --cache "$cache"
}

is_intact() {
	diff -r "$tap_tmp/by-tar" "$(path)"
}

# What is in the cache, but for locks and stamps
trees() {
	find "$cache" -mindepth 1 -maxdepth 1 ! -name '*.lock' ! -name '*.stamp' -printf '%P\n'
}

first=$(path)
like "$first" "^$cache/7[.]3[.]4-test-[0-9a-f]{16}\$" 'a tree has the name of its kernel'
ok 'it is what tar makes' is_intact
inode=$(stat -c %i "$first")
is "$(path)" "$first" 'the second time it is the same'
is "$(stat -c %i "$first")" "$inode" 'and not unpacked again'
second=$(path "$build")
ok 'another archive gets another tree' test "$second" != "$first"
is "$(trees | wc -l)" 2 'there are both'
ok 'the cache is closed to writers' test -z "$(find "$cache" -perm /022)"

# Incomplete trees
for damage in 'a directory removed:rm -r include' 'a stamp lost:rm ../*.stamp' \
	'a stamp of another tree:echo complete 1 1 >../7.3.4-test-*.stamp' \
	'all gone:rm -r ../7.3.4-test-*[0-9a-f]' 'open to others:chmod a+w .'; do
	rm -rf "$cache"
	(cd "$(path)" && eval "${damage#*:}")
	ok "${damage%%:*}: is unpacked again" is_intact
	is "$(trees | wc -l)" 1 "${damage%%:*}: to one tree"
done

# Many at once, some of whom are killed
rm -rf "$cache"
pids=()
{ # bash says whom it found killed
for i in {1..50}; do
	path >"$tap_tmp/path.$i" 2>"$tap_tmp/err.$i" &
	pids+=($!)
	[ $((i % 3)) -ne 0 ] || { sleep 0.02; kill -KILL "${pids[i - 1]}" 2>/dev/null || true; }
done
for i in {1..50}; do
	status=0
	wait "${pids[i - 1]}" || status=$?
	[ $((i % 3)) -eq 0 ] || [ "$status" -eq 0 ] || fail "caller $i: $(cat "$tap_tmp/err.$i")"
done
} 2>"$tap_tmp/killed"
ok 'many at once: the tree is complete' is_intact
is "$(trees)" "$(basename "$first")" 'many at once: it is the only one'

# Killed in the middle, again and again
rm -rf "$cache"
for delay in 0.01 0.02 0.03 0.05 0.08 0.12; do
	timeout -s KILL "$delay" "$kheaders" path -o -f "$headers" --cache "$cache" || true
done >"$tap_tmp/none" 2>&1
ok 'after killed ones: the tree is complete' is_intact
is "$(trees)" "$(basename "$first")" 'after killed ones: nothing is left of theirs'

# A disk that is full, so to speak
rm -rf "$cache"
run_mustfail -s 1 -e 'noise.h: File too large' 'no room' \
	sh -c "trap '' XFSZ; ulimit -f 8; '$kheaders' path -o -f '$headers' --cache '$cache'"
is "$(trees)" '' 'no room: nothing is left'

# Somebody else's
rm -rf "$cache"
mkdir "$cache"
chmod 777 "$cache"
run_mustfail -s 1 -e 'others may write there' 'a cache open to all' path
rmdir "$cache"
ln -s "$tap_tmp/by-tar" "$cache"
run_mustfail -s 1 -e "$cache: (Not a directory|Too many)" 'a cache that is a link' path
rm "$cache"
path >"$tap_tmp/none"
rm -r "$first" "$first.stamp"
ln -s "$tap_tmp/by-tar" "$first"
ok 'a link where the tree belongs is replaced' is_intact
is "$(stat -c %F "$first")" 'directory' 'by a tree'
ok 'what it led to is still there' test -f "$tap_tmp/by-tar/include/linux/sched.h"
rm "$first.stamp"
echo mine >"$tap_tmp/victim"
ln -s "$tap_tmp/victim" "$first.stamp"
ok 'a link where the stamp belongs is replaced' is_intact
is "$(cat "$tap_tmp/victim")" mine 'and not written through'

# Where it is by default
home=$tap_tmp/open
open_tools "$home"
path_of_nobody() {
	as_nobody env -u XDG_CACHE_HOME -u HOME "$@" "$home/kheaders" path \
		-of "$home/headers.tar.xz"
}
like "$(path_of_nobody "HOME=$home")" "^$home/[.]cache/kheaders/7[.]3[.]4" \
	"by default: below the user's home"
like "$(path_of_nobody "XDG_CACHE_HOME=$home/xdg")" "^$home/xdg/kheaders/7[.]3[.]4" \
	'by default: where XDG_CACHE_HOME says'
run_mustfail -s 1 -e 'HOME is not set' 'by default: nowhere' path_of_nobody

# run, env, cflags
tree_options=(-o --cache "$cache")
# shellcheck disable=SC2016 # the command's variables
is "$("$kheaders" run "${tree_options[@]}" -f "$headers" -- \
	sh -c 'echo "$BPFTRACE_KERNEL_SOURCE $BCC_KERNEL_SOURCE ${KDIR-none}"')" \
	"$first $first none" 'run: headers only'
# shellcheck disable=SC2016 # the command's variables
is "$(env -u KDIR "$kheaders" run "${tree_options[@]}" -f "$build" \
	sh -c 'echo "$KDIR $KERNEL_DIR $KERNELDIR $SYSTEMTAP_RELEASE"')" \
	"$second $second $second $second" 'run: with a kit'
is "$(env -u KDIR "$kheaders" env "${tree_options[@]}" -f "$build" | wc -l)" 6 'env'
is "$(eval "$("$kheaders" env "${tree_options[@]}" -f "$headers")"
	echo "$BCC_KERNEL_SOURCE")" "$first" 'env: for eval'
status=0
"$kheaders" run "${tree_options[@]}" -f "$headers" /none 2>"$tap_tmp/none" || status=$?
is "$status $(cat "$tap_tmp/none")" '127 kheaders: /none: No such file or directory' \
	'run: no such command'
run_mustfail -s 7 -e '^$|.*' "run: the command's status" \
	"$kheaders" run "${tree_options[@]}" -f "$headers" sh -c 'echo it ends >&2; exit 7'
like "$("$kheaders" run "${tree_options[@]}" -f "$headers" make --version 2>&1 | head -n 1)" \
	'headers only, which is not enough to build modules' 'run: make without a kit'
ok 'run: the tree is locked meanwhile' "$kheaders" run "${tree_options[@]}" -f "$headers" \
	sh -c "! flock --exclusive --nonblock '$first.lock' true"
ok 'run: and not after' flock --exclusive --nonblock "$first.lock" true
read -ra flags < <("$kheaders" cflags "${tree_options[@]}" -f "$headers")
echo '#include <linux/sched.h>' >"$tap_tmp/try.c"
ok 'cflags: a compiler takes them' gcc "${flags[@]}" -fsyntax-only "$tap_tmp/try.c"
like "$("$kheaders" cflags "${tree_options[@]}" -f "$headers" --target bpf)" \
	'--target=bpf .*-D__TARGET_ARCH_x86 ' 'cflags: for BPF'
run_mustfail -s 2 -e "unknown target 'arm'" 'cflags: another target' \
	"$kheaders" cflags --target arm
run_mustfail -s 2 -e 'takes no arguments' 'usage: path' "$kheaders" path x
run_mustfail -s 2 -e 'which command' 'usage: run' "$kheaders" run

# list and prune
rm -rf "$cache"
path >"$tap_tmp/none"
path "$build" >"$tap_tmp/none"
in_cache() {
	"$kheaders" cache --cache "$cache" "$@"
}
like "$(in_cache list | sort -k 3 | head -n 1)" \
	'^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}  7[.]3[.]4-test-[0-9a-f]{16}$' 'list'
is "$(in_cache list | wc -l)" 2 'list: both'
is "$(in_cache prune)" '' 'prune: nothing old'
touch -d '31 days ago' "$first.lock"
is "$("$kheaders" run "${tree_options[@]}" -f "$build" -- \
	"$kheaders" cache --cache "$cache" list | grep -c 'in use$')" 1 'list: one is used'
is "$(in_cache prune)" "${first##*/}" 'prune: the old one'
is "$(trees)" "${second##*/}" 'prune: the other one stays'
is "$(find "$cache" -name "${first##*/}*")" '' 'prune: nothing is left of it'
touch -d '31 days ago' "$second.lock"
path "$build" >"$tap_tmp/none"
is "$(in_cache prune)" '' 'prune: what has been asked for again stays'
is "$("$kheaders" run "${tree_options[@]}" -f "$build" -- \
	"$kheaders" cache --cache "$cache" prune --days 0; trees)" "${second##*/}" \
	'prune: what is used stays'
rm -r "$second/include"
like "$(in_cache list)" 'incomplete$' 'list: a damaged one'
is "$(in_cache prune -d 0)" "${second##*/}" 'prune: all'
is "$(ls -A "$cache")" '' 'prune: nothing is left'

# Removed by one, wanted by others, again and again
for i in {1..20}; do
	path >"$tap_tmp/path.$i" 2>&1 &
	pids[i - 1]=$!
	in_cache prune -d 0 >"$tap_tmp/none"
done
for i in {1..20}; do
	wait "${pids[i - 1]}" || fail "caller $i: $(cat "$tap_tmp/path.$i")"
done
ok 'path and prune at once: there is a tree at the end' is_intact
run_mustfail -s 2 -e 'list or prune' 'usage: cache' "$kheaders" cache
run_mustfail -s 2 -e 'wants a number' 'usage: cache, no number' in_cache prune -d x

done_testing
