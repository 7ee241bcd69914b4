// SPDX-License-Identifier: GPL-2.0-only
/*
 * Built against the headers in the kernel: exports a symbol.
 */
#include <linux/export.h>
#include <linux/module.h>
#include <linux/sched.h>

#include "kheaders_exporter.h"

/**
 * kheaders_exporter_pid() - who is it?
 *
 * Return: the process ID of the calling process, by what the headers say of
 * where the kernel keeps it.
 */
int kheaders_exporter_pid(void)
{
	return current->tgid;
}
EXPORT_SYMBOL_GPL(kheaders_exporter_pid);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Test module that exports a symbol");
