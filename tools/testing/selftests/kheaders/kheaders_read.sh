#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Reads at odd offsets and past the end, and attempts to write.

cd "$(dirname "$0")" || exit 1
. ./kheaders_lib.sh

kheaders_load
exec ./kheaders_read "$KHEADERS_FILE"
