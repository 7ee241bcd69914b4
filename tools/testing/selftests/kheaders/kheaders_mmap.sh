#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Mappings: all of it, parts of it, and what must be refused.

cd "$(dirname "$0")" || exit 1
. ./kheaders_lib.sh

kheaders_load
exec ./kheaders_mmap "$KHEADERS_FILE" IKHD_ED
