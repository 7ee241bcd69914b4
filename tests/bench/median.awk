# SPDX-License-Identifier: GPL-2.0-only
#
# Reads lines of: what, who, value, unit (lib.sh says more), and prints one for each
# what, who and unit, in the order in which they come. Its value is the median: one
# disturbed round doesn't count, as it would in the mean.

BEGIN { FS = OFS = "\t" }

{
	id = $1 OFS $2 OFS $4
	if (!(id in count))
		order[++ids] = id
	for (i = ++count[id]; i > 1 && value[id, i - 1] + 0 > $3 + 0; i--)
		value[id, i] = value[id, i - 1]
	value[id, i] = $3
}

END {
	for (i = 1; i <= ids; i++) {
		id = order[i]
		n = count[id]
		middle = value[id, int((n + 1) / 2)]
		if (n % 2 == 0)
			middle = (middle + value[id, n / 2 + 1]) / 2
		split(id, part)
		print part[1], part[2], middle, part[3]
	}
}
