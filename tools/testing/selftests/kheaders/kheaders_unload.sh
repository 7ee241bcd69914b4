#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The module goes away under readers and mappings, KHEADERS_ROUNDS times.

cd "$(dirname "$0")" || exit 1
. ./kheaders_lib.sh

kheaders_need_module
exec ./kheaders_unload "$KHEADERS_FILE" "$KHEADERS_MODULE" \
	"${KHEADERS_ROUNDS:-200}"
