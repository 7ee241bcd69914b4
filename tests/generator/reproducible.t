#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# One tree, one archive: whoever packs it, wherever, whenever and however.

set -euo pipefail
# shellcheck source=tests/generator/tree.sh
. "$(dirname "$0")/tree.sh"

tree=$tap_tmp/tree
tree_split "$tree"
src=$tree/src obj=$tree/obj
first=$tap_tmp/first.tar.xz
generate "$src" "$obj" "$first"
is "$(members "$first")" "$(tree_members)" "the archive holds the headers"

# same NAME CMD...: CMD gets the path of an archive to make as last argument;
# each starts in a folder of its own, so that nothing is found done.
same() {
	local name=$1 folder
	folder=$(mktemp -d "$tap_tmp/same.XXXXXX")
	shift
	if ! "$@" "$folder/k.tar.xz" >"$folder/log" 2>&1; then
		fail "$name"
		diag "$(cat "$folder/log")"
	else
		ok "$name" cmp "$first" "$folder/k.tar.xz"
	fi
	rm -rf "$folder"
}

# with VARIABLE=VALUE... OUT
with() {
	env "${@:1:$#-1}" "$gen" --srctree "$src" --objtree "$obj" --srcarch x86 \
		--output "${!#}"
}

same "once more" with A=B

# Locales. One of them is made here, for its i without a dot; what the machine
# has is tried as well.
mkdir "$tap_tmp/locales"
ok "a Turkish locale can be made" \
	localedef -i tr_TR -f UTF-8 "$tap_tmp/locales/tr_TR.UTF-8"
ok "a German locale can be made" \
	localedef -i de_DE -f UTF-8 "$tap_tmp/locales/de_DE.UTF-8"
for locale in tr_TR.UTF-8 de_DE.UTF-8; do
	same "locale $locale" with LOCPATH="$tap_tmp/locales" LC_ALL="$locale"
	same "locale $locale, by LANG" env -u LC_ALL LOCPATH="$tap_tmp/locales" \
		LANG="$locale" "$gen" --srctree "$src" --objtree "$obj" \
		--srcarch x86 --output
done
while read -r locale; do
	same "locale $locale" with LC_ALL="$locale"
done < <(locale -a)

umasked() (
	umask "$1"
	generate "$src" "$obj" "$2"
)
for mask in 000 022 027 077; do
	same "umask $mask" umasked "$mask"
done

for zone in UTC Asia/Kathmandu XXX-14 XXX+12; do
	same "time zone $zone" with TZ="$zone"
done

# What the tools take from the environment must not leak in.
same "GZIP" with GZIP=-1
same "XZ_OPT" with XZ_OPT=-0
same "XZ_DEFAULTS" with XZ_DEFAULTS='-0 --check=sha256'
same "TAR_OPTIONS" with TAR_OPTIONS='--owner=7 --mtime=@7 --format=v7'
same "POSIXLY_CORRECT" with POSIXLY_CORRECT=1
same "CDPATH" with CDPATH="$src:/"
same "TAPE" with TAPE=/dev/null
same "SOURCE_DATE_EPOCH" with SOURCE_DATE_EPOCH=1000000000
same "KBUILD_BUILD_TIMESTAMP" with KBUILD_BUILD_TIMESTAMP='2001-02-03 04:05:06'
same "KBUILD_BUILD_USER and _HOST" with KBUILD_BUILD_USER=u KBUILD_BUILD_HOST=h
same "no environment but PATH" env -i PATH="$PATH" "$gen" --srctree "$src" \
	--objtree "$obj" --srcarch x86 --output

jobs() {
	generate "$src" "$obj" "$2" --jobs "$1"
}
for number in 1 2 7; do
	same "$number jobs" jobs "$number"
done

with_profile() {
	generate "$src" "$obj" "$1" --profile headers
}
same "the profile named" with_profile

# Elsewhere, by other names, through links, from another folder.
elsewhere() {
	mkdir -p "$1"
	cp -r "$tree/." "$1"
	generate "$1/src" "$1/obj" "$2"
}
same "another folder" elsewhere "$tap_tmp/else where/it's"
same "a deep folder" elsewhere "$tap_tmp/$(printf '%0200d' 0)/$(printf '%0200d' 1)"
linked() {
	ln -s "$tree" "$tap_tmp/link"
	generate "$tap_tmp/link/src/" "$tap_tmp/link/obj/." "$1"
}
same "through symbolic links" linked
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
from_root() (
	cd /
	generate "$src" "$obj" "$1"
)
same "from the root folder" from_root

# The three shapes hold the same headers.
tree_inplace "$tap_tmp/inplace"
same "built in place" generate "$tap_tmp/inplace" "$tap_tmp/inplace"
tree_debian "$tap_tmp/debian"
same "split like Debian's" generate "$tap_tmp/debian/common" "$tap_tmp/debian/amd64"

# The order in which a file system lists files depends on the order in which
# they were made, and on the file system.
shuffled() {
	local file
	mkdir -p "$1"
	(cd "$tree" && find . -type f | LC_ALL=C sort -r) | while read -r file; do
		mkdir -p "$(dirname "$1/$file")"
		cp "$tree/$file" "$1/$file"
	done
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

as_other_user() {
	open_folder "$tap_tmp/open" "$tree"
	as_nobody "$tap_tmp/open/scripts/$(basename "$gen")" \
		--srctree "$tap_tmp/open/tree/src" --objtree "$tap_tmp/open/tree/obj" \
		--srcarch x86 --output "$tap_tmp/open/out/k.tar.xz"
	cp "$tap_tmp/open/out/k.tar.xz" "$1"
}
is "$(id -u)" 0 "there is another user to try (root only)"
same "another user" as_other_user

# Whatever the way there.
out=$tap_tmp/incremental.tar.xz
cp -r "$tree" "$tap_tmp/way"
echo 'int x;' >"$tap_tmp/way/src/include/linux/extra.h"
rm "$tap_tmp/way/src/include/linux/kconfig.h"
echo 'changed' >"$tap_tmp/way/src/include/linux/string.h"
generate "$tap_tmp/way/src" "$tap_tmp/way/obj" "$out"
rm -r "$tap_tmp/way"
cp -r "$tree" "$tap_tmp/way"
generate "$tap_tmp/way/src" "$tap_tmp/way/obj" "$out"
ok "after other contents" cmp "$first" "$out"

# Reproducible metadata, and what every reader relies on.
is "$(tar -tvJf "$first" --numeric-owner | awk '{ print substr($1, 1, 1) }' | sort -u)" \
	- "regular files only"
is "$(tar -tvJf "$first" --numeric-owner | awk '{ print $1, $2 }' | sort -u)" \
	"-rw-r--r-- 0/0" "mode 0644, owner 0/0"
is "$(TZ=UTC tar -tvJf "$first" --full-time | awk '{ print $4, $5 }' | sort -u)" \
	"1970-01-01 00:00:01" "one time for all, past where there is no clock, too"
mkdir "$tap_tmp/quiet"
is "$(tar -xJf "$first" -C "$tap_tmp/quiet" 2>&1)" '' "tar has nothing to say of it"
is "$(xz --robot -lvv "$first" | awk '$1 == "block" { print $10 }' | sort -u)" \
	CRC32 "the checks are CRC32, which the kernel can verify"

done_testing
