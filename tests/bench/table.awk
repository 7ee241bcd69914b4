# SPDX-License-Identifier: GPL-2.0-only
#
# Prints generate.sh's table from the medians of its figures.

BEGIN { FS = "\t" }

{
	value[$1, $2, $4] = $3
	if ($2 == "kheaders" && $1 ~ /\.h$/ && $4 == "s")
		header[++headers_changed] = $1
	if ($2 == "block" && $4 == "s")
		block[++blocks] = $1
}

function row(what, theirs, ours, ratio, target, met) {
	printf "%-60s %12s %12s %8s  %-8s %s\n", what, theirs, ours, ratio, \
		target, target == "" ? "" : met ? "met" : "MISSED"
}

function times(what, theirs, ours, least) {
	row(what, sprintf("%.2f s", theirs), sprintf("%.2f s", ours), \
		sprintf("%.1f x", theirs / ours), ">= " least " x", \
		theirs / ours >= least)
}

# Seconds on so many processors: what is done even if nothing changed, and the blocks, each
# given to the processor that is free first, in the archive's order as make does.
function computed(processors,    i, p, first, free, longest) {
	for (i = 1; i <= blocks; i++) {
		first = 1
		for (p = 2; p <= processors; p++)
			if (free[p] < free[first])
				first = p
		free[first] += value[block[i], "block", "s"]
		if (free[first] > longest)
			longest = free[first]
	}
	return value["unchanged", "kheaders", "s"] + longest
}

END {
	row("median of " value["run", "rounds", ""] " rounds", "mainline", \
		"kheaders", "ratio", "", 0)
	times("cold, wall", value["cold", "mainline", "s"], \
		value["cold", "kheaders", "s"], 5)
	times("cold, CPU", value["cold", "mainline", "CPU s"], \
		value["cold", "kheaders", "CPU s"], 3.5)
	for (i = 1; i <= 16; i *= 2)
		row("cold, wall, computed for processors: " i, "", \
			sprintf("%.2f s", computed(i)), "", "", 0)
	for (i = 1; i <= headers_changed; i++)
		times(header[i] " changed, wall", \
			value["changed", "mainline", "s"], \
			value[header[i], "kheaders", "s"], i <= 3 ? 20 : 15)
	ours = value["unchanged", "kheaders", "s"]
	row("nothing changed, wall", \
		sprintf("%.3f s", value["unchanged", "mainline", "s"]), \
		sprintf("%.3f s", ours), "", "< 0.1 s", ours < 0.1)
	theirs = value["archive", "mainline", "bytes"]
	ours = value["archive", "kheaders", "bytes"]
	row("bytes", theirs, ours, sprintf("%.3f", ours / theirs), "<= 1.00", ours <= theirs)
	row("members (mainline's include directories)", value["members", "mainline", ""], \
		value["members", "kheaders", ""], "", "", 0)
	ours = value["intact", "kheaders", ""]
	row("headers with every line intact, of " value["headers", "all", ""], \
		value["intact", "mainline", ""], ours, "", "all", ours == "all")
}
