#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# as-root.sh COMMAND [ARG...]: runs a command as root, through sudo if need be. What it
# has left in build/ belongs to the user then, but for the Debian roots there, which
# have owners of their own. Status and output are the command's.

set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh"

[ "$(id -u)" -ne 0 ] || exec "$@"
status=0
as_root "$@" || status=$?
[ ! -d "$top/build" ] || as_root find "$top/build" -path "$roots" -prune -o -user 0 \
	-exec chown -h "$(id -u):$(id -g)" {} +
exit "$status"
