#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""
Compiles a BPF program against the kernel's headers and compares what it reads
from this process's task_struct with what the process knows of itself.
"""
import os
import sys

from bcc import BPF

PROGRAM = r"""
#include <linux/sched.h>

BPF_ARRAY(seen, u64, 2);

int on_getppid(struct pt_regs *ctx)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	int self = 0, parent = 1;
	u64 tgid = task->tgid;
	u64 parent_tgid = task->real_parent->tgid;

	if (tgid != PID)
		return 0;
	seen.update(&self, &tgid);
	seen.update(&parent, &parent_tgid);
	return 0;
}
"""

bpf = BPF(text=PROGRAM.replace("PID", str(os.getpid())))
bpf.attach_kprobe(event=bpf.get_syscall_fnname("getppid"), fn_name="on_getppid")
os.getppid()

seen = [value.value for value in bpf["seen"].values()]
print("task_struct says: process %d, its parent %d" % tuple(seen))
sys.exit(seen != [os.getpid(), os.getppid()])
