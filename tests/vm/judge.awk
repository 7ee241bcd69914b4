# SPDX-License-Identifier: GPL-2.0-only
#
# Reads what one job in a guest reported, KTAP with an end marker, and prints one
# line per case: "ok - NAME", "ok - NAME # SKIP why" or "not ok - NAME". Whatever
# is wrong with the report itself becomes a failing case of its own. Exits with
# 0 only if everything was promised, delivered and fine.
#
# Environment: SKIPS, the cases that may be skipped, one a line

function emit(good, name) {
	print (good ? "ok - " : "not ok - ") name
	cases++
	if (!good)
		failed++
}

function path(d, name,    i, p) {
	for (i = 1; i <= d; i++)
		p = p title[i] ": "
	return p name
}

function where(d) {
	return d ? title[d] : "the report"
}

function open_level(d, name) {
	is_open[d] = 1
	title[d] = name
	plan[d] = -1
	count[d] = 0
	bad[d] = 0
}

function close_level(d) {
	if (plan[d] < 0)
		emit(0, where(d) " has no plan")
	else if (plan[d] != count[d])
		emit(0, where(d) " planned " plan[d] " cases and ran " count[d])
	bad[d] = bad[d] || plan[d] != count[d]
	is_open[d] = 0
}

function one_case(d, good, name,    why) {
	if (match(name, / *# *SKIP */)) {
		why = substr(name, RSTART + RLENGTH)
		name = substr(name, 1, RSTART - 1)
		if (good && !(path(d, name) in may_skip)) {
			emit(0, path(d, name) ": skipped: " why)
			return
		}
		name = name " # SKIP " why
	}
	emit(good, path(d, name))
}

function result(d, good, number, name) {
	# Nothing is expected to fail.
	if (name ~ /# *(XFAIL|TODO)/)
		good = 0
	if (++count[d] != number)
		emit(0, where(d) ": case " number " came as number " count[d])
	if (is_open[d + 1]) {
		close_level(d + 1)
		if (!good && !bad[d + 1])
			emit(0, path(d, name))
	} else {
		one_case(d, good, name)
	}
	if (!good)
		bad[d] = 1
}

BEGIN {
	open_level(0, "")
	for (n = split(ENVIRON["SKIPS"], names, "\n"); n > 0; n--)
		may_skip[names[n]]
}

{ sub(/\r$/, "") }

# The runner of the kernel's selftests announces a program, and puts "# " before
# all that it says. Here that becomes the subtest that it is.
/^# selftests: / {
	sub(/^# selftests: [^:]*: /, "  # Subtest: ")
	sub(/[.]sh$/, "")
	quoted = 1
}
quoted { sub(/^# /, "  ") }
/^(not )?ok / {
	sub(/ selftests: [^:]*: /, " ")
	quoted = 0
}

/^ *# Subtest: / {
	d = int((index($0, "#") - 1) / 2)
	sub(/^ *# Subtest: /, "")
	if (is_open[d])
		emit(0, where(d) " did not come to an end")
	open_level(d, $0)
	next
}

/^ *1\.\.[0-9]+/ {
	d = int((index($0, "1") - 1) / 2)
	sub(/^ *1\.\./, "")
	if (plan[d] >= 0)
		emit(0, where(d) " has two plans")
	plan[d] = $1 + 0
	if (match($0, /# *SKIP */) && plan[d] == 0)
		one_case(d, 1, "all # SKIP " substr($0, RSTART + RLENGTH))
	else if (plan[d] == 0)
		emit(0, where(d) " planned nothing")
	next
}

/^ *(not )?ok [0-9]+/ {
	match($0, /^ */)
	d = int(RLENGTH / 2)
	good = $1 == "ok"
	number = good ? $2 : $3
	sub(/^ *(not )?ok [0-9]+ *(- )?/, "")
	result(d, good, number + 0, $0)
	next
}

/^ *Bail out!/ { emit(0, $0) }

/^# vm: end of [^ ]*, status / {
	ended++
	if ($NF != 0)
		emit(0, "the job ended with status " $NF)
}

END {
	if (ended != 1)
		emit(0, "the guest did not report the end")
	if (is_open[1])
		emit(0, where(1) " did not come to an end")
	close_level(0)
	exit failed > 0 || cases == 0
}
