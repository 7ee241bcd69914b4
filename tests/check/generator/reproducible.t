#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# One tree, one archive: whoever packs it, wherever, whenever and however.

set -euo pipefail
# shellcheck source=tests/check/generator/tree.sh
. "$(dirname "$0")/tree.sh"

tree=$tap_tmp/tree
tree_split "$tree"
src=$tree/src obj=$tree/obj
first=$tap_tmp/first.tar.xz
generate "$src" "$obj" "$first" >"$tap_tmp/said"
is "$(members "$first")" "$(tree_members)" "the archive holds the headers"

# same NAME CMD...: CMD gets the path of an archive to make as last argument;
# each starts in a directory of its own, so that nothing is found done.
same() {
	local name=$1 fresh
	fresh=$(mktemp -d "$tap_tmp/same.XXXXXX")
	shift
	if ! "$@" "$fresh/k.tar.xz" >"$fresh/log" 2>&1; then
		fail "$name"
		diag "$(cat "$fresh/log")"
	else
		ok "$name" cmp "$first" "$fresh/k.tar.xz"
	fi
	rm -rf "$fresh"
}

all=("$gen" --srctree "$src" --objtree "$obj" --srcarch x86 --output)
same "once more" "${all[@]}"

# Locales. One of them is made here, for its i without a dot; what the machine
# has is tried as well.
mkdir "$tap_tmp/locales"
for locale in tr_TR de_DE; do
	ok "a locale can be made: $locale" \
		localedef -i "$locale" -f UTF-8 "$tap_tmp/locales/$locale.UTF-8"
	locale=$locale.UTF-8
	same "locale $locale" env LOCPATH="$tap_tmp/locales" LC_ALL="$locale" "${all[@]}"
	same "locale $locale, by LANG" env -u LC_ALL LOCPATH="$tap_tmp/locales" \
		LANG="$locale" "${all[@]}"
done

# What the tools take from the environment must not leak in.
export HOSTCC=$hostcc
mapfile -t settings < <(locale -a | sed 's/^/LC_ALL=/')
settings+=(TZ={UTC,Asia/Kathmandu,XXX-14,XXX+12} GZIP=-1 XZ_OPT='-0 --format=lzma'
	XZ_DEFAULTS='-0 --check=sha256 --format=lzma'
	POSIXLY_CORRECT=1 CDPATH="$src:/" TAPE=/dev/null SOURCE_DATE_EPOCH=1000000000
	KBUILD_BUILD_TIMESTAMP='2001-02-03 04:05:06' KBUILD_BUILD_{USER=u,HOST=h})
for setting in "${settings[@]}"; do
	same "$setting" env "$setting" "${all[@]}"
done
same "no environment but PATH" env -i PATH="$PATH" "${all[@]}"

umasked() (
	umask "$1"
	generate "$src" "$obj" "$2"
)
for mask in 000 022 027 077; do
	same "umask $mask" umasked "$mask"
done

# with OPTION VALUE OUTPUT
with() {
	generate "$src" "$obj" "$3" "$1" "$2"
}
for number in 1 2 7; do
	same "$number jobs" with --jobs "$number"
done
same "the profile named" with --profile headers

# Elsewhere, by other names, through links, from another directory.
elsewhere() {
	mkdir -p "$1"
	cp -r "$tree/." "$1"
	generate "$1/src" "$1/obj" "$2"
}
same "another directory" elsewhere "$tap_tmp/else where/it's"
same "a deep directory" elsewhere "$tap_tmp/$(printf '%0200d' 0)/$(printf '%0200d' 1)"
ln -s "$tree" "$tap_tmp/link"
same "through symbolic links" generate "$tap_tmp/link/src/" "$tap_tmp/link/obj/."
relative() (
	cd "$obj"
	generate ../src . "$1"
)
same "relative paths" relative
relative_output() (
	cd "$(dirname "$1")"
	generate "$src" "$obj" "$(basename "$1")"
)
same "a relative output" relative_output
same "from the root directory" env -C / "${all[@]}"

# The shapes of trees hold the same headers.
tree_inplace "$tap_tmp/inplace"
same "built in place" generate "$tap_tmp/inplace" "$tap_tmp/inplace"
tree_debian "$tap_tmp/debian"
same "split like Debian's" generate "$tap_tmp/debian/common" "$tap_tmp/debian/amd64"
tree_ubuntu "$tap_tmp/ubuntu"
same "full of links like Ubuntu's" generate "$tap_tmp/ubuntu/generic" \
	"$tap_tmp/ubuntu/generic"

# The order in which a file system lists files depends on the order in which
# they were made, and on the file system.
shuffled() {
	mkdir "$1"
	(cd "$tree" && find . -type f | LC_ALL=C sort -r |
		xargs -d '\n' cp --parents -t "$1")
	generate "$1/src" "$1/obj" "$2"
}
same "made in another order" shuffled "$tap_tmp/shuffled"
memory=$(mktemp -d /dev/shm/kheaders.XXXXXX)
same "on another file system" shuffled "$memory/tree"
rm -r "$memory"

# Owners, modes and times of the headers say nothing.
dressed() {
	cp -r "$tree" "$1"
	find "$1" -name '*.h' -exec chmod 755 {} + -exec touch -d '2031-01-01 00:00' {} +
	find "$1" -name 's*.h' -exec chmod 400 {} + -exec touch -d '1971-01-01 00:00' {} +
	generate "$1/src" "$1/obj" "$2"
}
same "other modes and times" dressed "$tap_tmp/dressed"

# Root becomes nobody, anybody else root of a namespace.
as_other_user() {
	local open=$tap_tmp/open as=(as_nobody)
	[ "$(id -u)" -eq 0 ] || as=(unshare --user --map-root-user)
	open_directory "$open" "$tree"
	[ "$("${as[@]}" id -u)" -ne "$(id -u)" ] || return 1
	"${as[@]}" "$open/scripts/${gen##*/}" --srctree "$open/tree/src" \
		--objtree "$open/tree/obj" --srcarch x86 --output "$open/out/k.tar.xz"
	cp "$open/out/k.tar.xz" "$1"
}
same "another user" as_other_user

# Whatever the way there.
out=$tap_tmp/incremental.tar.xz way=$tap_tmp/way
cp -r "$tree" "$way"
echo 'int x;' >"$way/src/include/linux/extra.h"
rm "$way/src/include/asm-generic/io.h"
echo 'changed' >"$way/src/include/linux/string.h"
generate "$way/src" "$way/obj" "$out" >"$tap_tmp/said"
rm -r "$way"
cp -r "$tree" "$way"
generate "$way/src" "$way/obj" "$out" >"$tap_tmp/said"
ok "after other contents" cmp "$first" "$out"

# Reproducible metadata, and what every reader relies on.
is "$(TZ=UTC tar -tvJf "$first" --numeric-owner --full-time |
	awk '{ print $1, $2, $4, $5 }' | sort -u)" \
	"-rw-r--r-- 0/0 1970-01-01 00:00:01" \
	"regular files only, mode 0644, owner 0/0, one time that is long past"
mkdir "$tap_tmp/quiet"
is "$(tar -xJf "$first" -C "$tap_tmp/quiet" 2>&1)" '' "tar has nothing to say of it"
is "$(xz --robot -lvv "$first" | awk '$1 == "block" { print $10 }' | sort -u)" \
	CRC32 "the checks are CRC32, which the kernel can verify"

done_testing
