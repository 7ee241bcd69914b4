# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# TAP for bash tests; source it, then call
#
#   ok NAME CMD...             CMD must exit with 0
#   is GOT WANT NAME           two strings must be equal
#   like GOT ERE NAME          a string must match an extended expression
#   run_mustfail [-s STATUS] [-e ERE] [-o FILE] NAME CMD...
#                              CMD must fail, and properly (see there)
#   pass NAME, fail NAME       what was decided elsewhere
#   diag TEXT...               a remark on stderr
#   await FILE                 waits till it is there, for half a minute at most
#   done_testing               prints the plan; without it prove fails the file
#
# There is no skip: a test that cannot run has not passed. $tap_tmp is a
# private directory that goes away with the test.

tap_count=0
tap_tmp=$(mktemp -d "${TMPDIR:-/tmp}/tap.XXXXXXXX")
trap 'rm -rf -- "$tap_tmp"' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

pass() {
	tap_result ok "$1"
}

fail() {
	tap_result 'not ok' "$1"
}

# A newline or a '#' in a name would be read as TAP syntax.
tap_result() {
	local name=${2//$'\n'/ }
	tap_count=$((tap_count + 1))
	printf '%s %d - %s\n' "$1" "$tap_count" "${name//#/ no. }"
}

diag() {
	printf '%s\n' "$*" | sed 's/^/# /' >&2
}

await() {
	for _ in {1..1500}; do
		[ ! -e "$1" ] || return 0
		sleep 0.02
	done
	return 1
}

ok() {
	local name=$1 status=0
	shift
	"$@" >"$tap_tmp/.ok" 2>&1 || status=$?
	if [ "$status" -eq 0 ]; then
		pass "$name"
		return
	fi
	fail "$name"
	diag "exit status $status: $*"
	diag "$(head -n 20 "$tap_tmp/.ok")"
}

is() {
	if [ "$1" = "$2" ]; then
		pass "$3"
		return
	fi
	fail "$3"
	diag "     got: $1"
	diag "expected: $2"
}

like() {
	if [[ $1 =~ $2 ]]; then
		pass "$3"
		return
	fi
	fail "$3"
	diag "          got: $1"
	diag "doesn't match: $2"
}

# Everything that tells whether a file was replaced or written to.
file_state() {
	if [ -e "$1" ] || [ -L "$1" ]; then
		stat -c '%F %i %s %Y %y %a' -- "$1"
		[ ! -f "$1" ] || sha256sum <"$1"
	else
		echo absent
	fi
}

# A proper failure is a program's own answer: neither "not found" (127), "not
# executable" (126) nor death by a signal (128 and above) counts. Without -s
# any other status but 0 will do; with -e stderr must be one line and match; what
# make says of a command that failed may stand beside that line, or in its place;
# with -o the file must be neither made nor changed.
run_mustfail() {
	local want='' pattern='' file='' OPTIND=1 opt
	while getopts s:e:o: opt; do
		case $opt in
		s) want=$OPTARG ;;
		e) pattern=$OPTARG ;;
		o) file=$OPTARG ;;
		*) return 2 ;;
		esac
	done
	shift $((OPTIND - 1))
	local name=$1 status=0 before='' err lines problems=()
	shift

	[ -z "$file" ] || before=$(file_state "$file")
	"$@" >"$tap_tmp/.out" 2>"$tap_tmp/.err" || status=$?
	IFS= read -r -d '' err <"$tap_tmp/.err" || : # as far as there is no NUL
	lines=$(sed '/^make[^ ]*: \*\*\* /d' "$tap_tmp/.err" | tr -cd '\n' | wc -c)

	case $status in
	0) problems+=("exit status 0") ;;
	126 | 127) problems+=("exit status $status: the command did not run") ;;
	*) [ "$status" -lt 128 ] ||
		problems+=("exit status $status: killed by a signal") ;;
	esac
	[ -z "$want" ] || [ "$status" -eq "$want" ] ||
		problems+=("exit status $status, expected $want")
	if [ -n "$pattern" ]; then
		[ "$lines" -eq 1 ] || { [ "$lines" -eq 0 ] && [ -n "$err" ]; } ||
			problems+=("$lines lines on stderr, expected 1")
		[[ $err =~ $pattern ]] || problems+=("stderr doesn't match: $pattern")
	fi
	[ -z "$file" ] || [ "$(file_state "$file")" = "$before" ] ||
		problems+=("$file was made or changed")

	if [ "${#problems[@]}" -eq 0 ]; then
		pass "$name"
		return
	fi
	fail "$name"
	local problem
	for problem in "${problems[@]}"; do
		diag "$problem"
	done
	diag "command: $*"
	[ -z "$err" ] || diag "stderr: ${err:0:4000}"
}

done_testing() {
	printf '1..%d\n' "$tap_count"
}
