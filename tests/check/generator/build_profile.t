#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Profile "build": all that it takes to build modules and no more, from trees in
# the shapes that there are.

set -euo pipefail
# shellcheck source=tests/check/generator/tree.sh
. "$(dirname "$0")/tree.sh"

kit_members() {
	cat <<'MEMBERS'
./.config
./GNUmakefile
./Makefile
./Module.symvers
./arch/x86/Makefile
./arch/x86/Makefile_32.cpu
./include/config/auto.conf
./include/config/kernel.release
./scripts/Kbuild.include
./scripts/Makefile.build
./scripts/Makefile.modpost
./scripts/basic/fixdep
./scripts/basic/fixdep.c
./scripts/genksyms/genksyms
./scripts/genksyms/genksyms.c
./scripts/include/xalloc.h
./scripts/integer-wrap-ignore.scl
./scripts/mod/Makefile
./scripts/mod/elfconfig.h
./scripts/mod/modpost
./scripts/mod/modpost.c
./scripts/module-common.c
./scripts/module.lds
./scripts/pahole-version.sh
./scripts/recordmcount
./scripts/recordmcount.c
./scripts/subarch.include
./tools/include/linux/types.h
./tools/objtool/check.c
./tools/objtool/objtool
MEMBERS
}

# modes ARCHIVE: all there are
modes() {
	tar -tvJf "$1" | cut -c 1-10 | sort | uniq -c | awk '{ print $2 }' | paste -sd ' '
}

# packs_all NAME SRC OBJ [MEMBER...]
packs_all() {
	local name=$1 out=$tap_tmp/$1.tar.xz
	ok "$name: packs" kit "$2" "$3" "$out"
	is "$(members "$out")" "$({ tree_members; kit_members; printf '%s\n' "${@:4}"; } |
		sed '/^$/d' | LC_ALL=C sort)" "$name: all that it takes, and no more"
	is "$(modes "$out")" '-rw-r--r-- -rwxr-xr-x' "$name: regular files"
	is "$(tar -tvJf "$out" | awk '/^-rwx/ { print $6 }' | LC_ALL=C sort | paste -sd ' ')" \
		"./scripts/basic/fixdep ./scripts/genksyms/genksyms ./scripts/mod/modpost \
./scripts/pahole-version.sh ./scripts/recordmcount ./tools/objtool/objtool" \
		"$name: programs and scripts are executable"
	like "$(member "$out" ./.kheaders/manifest)" $'\nprofile=build\n' \
		"$name: the manifest says so"
	generate "$2" "$3" "$tap_tmp/$name.headers.tar.xz" >"$tap_tmp/said"
	is "$(members "$tap_tmp/$name.headers.tar.xz")" "$(tree_members)" \
		"$name: profile headers stays as it was"
}

export LC_ALL=C
tree_split "$tap_tmp/split"
tree_kit "$tap_tmp/split/src" "$tap_tmp/split/obj"
packs_all split "$tap_tmp/split/src" "$tap_tmp/split/obj"

tree_inplace "$tap_tmp/inplace"
tree_kit "$tap_tmp/inplace" "$tap_tmp/inplace"
packs_all inplace "$tap_tmp/inplace" "$tap_tmp/inplace"

tree_debian "$tap_tmp/debian"
tree_kit "$tap_tmp/debian/common" "$tap_tmp/debian/amd64"
put "$tap_tmp/debian/amd64/arch/x86/module.lds" 'SECTIONS {}'
for real in lsb-64 lsb-32 msb-64; do
	tree_program "$tap_tmp/debian/kbuild/scripts/mod/modpost.real-$real"
done
out=$tap_tmp/debian.tar.xz
ok 'debian: packs' kit "$tap_tmp/debian/common" "$tap_tmp/debian/amd64" "$out"
is "$(members "$out")" "$({ tree_members; kit_members
	printf './%s\n' .kernelvariables arch/x86/module.lds scripts/mod/modpost.real-lsb-64
	} | sort)" 'debian: and its own, for this architecture'
is "$(member "$out" ./Makefile | head -n 1)" 'VERSION = 7' \
	"debian: the kernel's Makefile, not the one that includes it"

split=$tap_tmp/split.tar.xz
is "$(member "$split" ./Module.symvers)" '0x12345678	printk	vmlinux	EXPORT_SYMBOL	' \
	'Module.symvers is as it was'
is "$(member "$split" ./tools/include/linux/types.h)" '' 'headers are without comments'
is "$(member "$split" ./scripts/mod/modpost.c)" '/* mod/modpost.c */' 'all else is as it was'
member "$split" ./tools/objtool/objtool >"$tap_tmp/objtool"
chmod +x "$tap_tmp/objtool"
ok 'programs run' "$tap_tmp/objtool"
ok 'but have nothing for debuggers' \
	test "$(objdump -h "$tap_tmp/objtool" | grep -c debug)" -eq 0

# What follows what.
src=$tap_tmp/split/src obj=$tap_tmp/split/obj
before=$(stat -c %i "$split")
is "$(kit "$src" "$obj" "$split")" '' 'nothing changed, nothing said'
is "$(stat -c %i "$split")" "$before" 'and nothing written'
put "$src/scripts/Makefile.build" '# changed'
kit "$src" "$obj" "$split" >/dev/null
is "$(member "$split" ./scripts/Makefile.build)" '# changed' 'a script changed'
put "$tap_tmp/other.symvers" '0x87654321	printk	vmlinux	EXPORT_SYMBOL	'
kit "$src" "$obj" "$split" --symvers "$tap_tmp/other.symvers" >/dev/null
is "$(member "$split" ./Module.symvers | cut -f 1)" 0x87654321 'another Module.symvers'
cp -p "$tap_tmp/other.symvers" "$tap_tmp/touched"
touch "$tap_tmp/other.symvers"
is "$(kit "$src" "$obj" "$split" --symvers "$tap_tmp/other.symvers")" '' \
	'the same, but newer'
kit "$src" "$obj" "$split" --jobs 3 >/dev/null
generate_afresh "$src" "$obj" "$tap_tmp/again.tar.xz" --profile build >/dev/null
ok 'archives of one tree are the same' cmp "$split" "$tap_tmp/again.tar.xz"

# What cannot be packed.
refuses() {
	run_mustfail -s "$1" -e "$2" -o "$split" "$3" \
		kit "$src" "$obj" "$split" "${@:4}"
}
refuses 1 'no such file' 'no such Module.symvers' --symvers "$tap_tmp/nothing"
run_mustfail -s 2 -e 'is for --profile build' 'Module.symvers among headers' \
	generate "$src" "$obj" "$tap_tmp/no.tar.xz" --symvers "$tap_tmp/other.symvers"
for file in scripts/basic/fixdep scripts/mod/modpost scripts/module.lds \
	tools/objtool/objtool; do
	mv "$obj/$file" "$tap_tmp/away"
	refuses 1 "$file.*make modules_prepare" "no $file"
	mv "$tap_tmp/away" "$obj/$file"
done
for option in RANDSTRUCT GCC_PLUGIN_RANDSTRUCT; do
	cp "$obj/include/config/auto.conf" "$tap_tmp/auto.conf"
	echo "CONFIG_$option=y" >>"$obj/include/config/auto.conf"
	refuses 1 'RANDSTRUCT.*--profile headers' "a kernel with $option"
	ok 'its headers can be packed' generate "$src" "$obj" "$tap_tmp/headers.tar.xz"
	cp "$tap_tmp/auto.conf" "$obj/include/config/auto.conf"
done
rm "$obj/Module.symvers"
ok 'packs without Module.symvers' kit "$src" "$obj" "$split"
like "$(cat "$tap_tmp/.ok")" 'warning: .*has no Module.symvers' 'with a warning'
mv "$src/Makefile" "$tap_tmp/away"
refuses 1 'has no Makefile' 'no Makefile'
mv "$tap_tmp/away" "$src/Makefile"

done_testing
