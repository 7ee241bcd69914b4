// SPDX-License-Identifier: GPL-2.0-only
/*
 * Built against the headers in the kernel: uses another module's symbol. The
 * parameter "pid" tells who reads it.
 */
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/sysfs.h>

#include "kheaders_exporter.h"

static int pid_get(char *buf, const struct kernel_param *kp)
{
	return sysfs_emit(buf, "%d\n", kheaders_exporter_pid());
}

static const struct kernel_param_ops pid_ops = {
	.get = pid_get,
};

module_param_cb(pid, &pid_ops, NULL, 0444);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Test module that uses a symbol of another module");
