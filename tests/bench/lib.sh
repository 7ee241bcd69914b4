# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154 # top
#
# How the scripts here keep their figures. Source it after common.sh.
#
# build/bench/NAME.tsv has a line for each figure, of four columns: what was measured, who
# did it, the value and its unit. What is measured in several rounds has a line for each.
# Those that say "run" say when, where and how it was measured. report makes the page of
# them.

# begin NAME ROUNDS: forgets the figures of the time before
begin() {
	local commit processor
	results=$top/build/bench/$1.tsv
	mkdir -p "${results%/*}"
	: >"$results"
	commit=$(git -C "$top" rev-parse --short=12 HEAD)
	[ -z "$(git -C "$top" status --porcelain)" ] || commit+=-changed
	note run commit "$commit" ''
	note run date "$(date -u +%F)" ''
	note run processors "$(nproc)" ''
	processor=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | sort -u)
	note run processor "${processor:-$(uname -m)}" ''
	note run kernel "$(uname -r)" ''
	note run rounds "$2" ''
}

# note_accel: kvm or tcg, once a virtual machine has been started
note_accel() {
	local boot_id
	boot_id=$(cat /proc/sys/kernel/random/boot_id)
	note run accel "${VM_ACCEL:-$(cat "$roots/accel-$boot_id")}" ''
}

# finish: without it, the figures are not complete
finish() {
	note run duration "$SECONDS" s
}

# note WHAT WHO VALUE UNIT
note() {
	printf '%s\t%s\t%s\t%s\n' "$@" >>"$results"
}

# note_times WHAT WHO TIMES: of the format '%R %U %S'
note_times() {
	local wall user system
	read -r wall user system <<<"$3"
	note "$1" "$2" "$wall" s
	note "$1" "$2" "$(awk '{ printf "%.3f", $1 + $2 }' <<<"$user $system")" 'CPU s'
}

# medians: of all that was measured, a line each
medians() {
	awk -f "$top/tests/bench/median.awk" "$results"
}

# median WHAT WHO UNIT
median() {
	medians | awk -F '\t' -v what="$1" -v who="$2" -v unit="$3" \
		'$1 == what && $2 == who && $4 == unit { print $3 }'
}
