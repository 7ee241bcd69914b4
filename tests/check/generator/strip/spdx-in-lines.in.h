/*
 * SPDX-License-Identifier: GPL-2.0-only
 * a
 */
int b;
