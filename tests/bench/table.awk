# SPDX-License-Identifier: GPL-2.0-only
#
# Prints generate.sh's table of: who, what, wall seconds, CPU seconds.

{
	n = ++count[$1, $2]
	wall[$1, $2, n] = $3
	cpu[$1, $2, n] = $4
	if ($1 == "kheaders" && $2 ~ /\.h$/ && n == 1)
		header[++headers_changed] = $2
	if ($1 == "block" && n == 1)
		block[++blocks] = $2
}

# Of a few figures, in place of the mean: one disturbed round doesn't count.
function median(values, who, what,    i, j, v, n, sorted) {
	n = count[who, what]
	for (i = 1; i <= n; i++) {
		v = values[who, what, i]
		for (j = i - 1; j > 0 && sorted[j] > v; j--)
			sorted[j + 1] = sorted[j]
		sorted[j + 1] = v
	}
	if (n % 2)
		return sorted[(n + 1) / 2]
	return (sorted[n / 2] + sorted[n / 2 + 1]) / 2
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
		free[first] += median(wall, "block", block[i])
		if (free[first] > longest)
			longest = free[first]
	}
	return median(wall, "kheaders", "unchanged") + longest
}

END {
	row("median of " count["kheaders", "cold"] " rounds", "mainline", \
		"kheaders", "ratio", "", 0)
	times("cold, wall", median(wall, "mainline", "cold"), \
		median(wall, "kheaders", "cold"), 5)
	times("cold, CPU", median(cpu, "mainline", "cold"), \
		median(cpu, "kheaders", "cold"), 3.5)
	for (i = 1; i <= 16; i *= 2)
		row("cold, wall, computed for processors: " i, "", \
			sprintf("%.2f s", computed(i)), "", "", 0)
	for (i = 1; i <= headers_changed; i++)
		times(header[i] " changed, wall", \
			median(wall, "mainline", "changed"), \
			median(wall, "kheaders", header[i]), i <= 3 ? 20 : 15)
	ours = median(wall, "kheaders", "unchanged")
	row("nothing changed, wall", \
		sprintf("%.3f s", median(wall, "mainline", "unchanged")), \
		sprintf("%.3f s", ours), "", "< 0.1 s", ours < 0.1)
	row("bytes", mainline_bytes, bytes, sprintf("%.3f", bytes / mainline_bytes), \
		"<= 1.00", bytes <= mainline_bytes)
	row("members (mainline's include directories)", mainline_members, members, "", "", 0)
	row("headers with every line intact, of " headers, mainline_intact, intact, "", "all", \
		intact == "all")
}
