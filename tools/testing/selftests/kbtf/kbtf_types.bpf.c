// SPDX-License-Identifier: GPL-2.0-only
/*
 * One program of each of many types: those named works_... can be loaded where only
 * user space has BTF, those named refused_... take a kernel that has it itself.
 */
#include <linux/bpf.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

struct task_struct {
	int tgid;
} __attribute__((preserve_access_index));

struct rq {
	int cpu;
} __attribute__((preserve_access_index));

static __always_inline int tgid(void)
{
	struct task_struct *task = (void *)bpf_get_current_task();

	return BPF_CORE_READ(task, tgid) == 1;
}

#define TRACES(section, name)						\
	SEC(section) int name(void *ctx) { return tgid(); }
#define PLAIN(section, name, value)					\
	SEC(section) int name(void *ctx) { return value; }

TRACES("kprobe/do_exit", works_kprobe)
TRACES("kretprobe/do_exit", works_kretprobe)
TRACES("uprobe", works_uprobe)
TRACES("tracepoint/sched/sched_switch", works_tracepoint)
TRACES("raw_tracepoint/sched_switch", works_raw_tracepoint)
TRACES("perf_event", works_perf_event)
PLAIN("socket", works_socket, 0)
PLAIN("xdp", works_xdp, XDP_PASS)
PLAIN("tc", works_tc, 0)

PLAIN("fentry/do_exit", refused_fentry, 0)
PLAIN("fexit/do_exit", refused_fexit, 0)
PLAIN("tp_btf/sched_switch", refused_tp_btf, 0)
PLAIN("lsm/file_open", refused_lsm, 0)
PLAIN("iter/task", refused_iter, 0)

extern const struct rq runqueues __ksym;

SEC("raw_tracepoint/sched_switch")
int refused_typed_ksym(void *ctx)
{
	const struct rq *rq = bpf_this_cpu_ptr(&runqueues);

	return rq->cpu == 1;
}

SEC("raw_tracepoint/sched_switch")
int refused_typed_task(void *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task_btf();

	return task->tgid == 1;
}

char _license[] SEC("license") = "GPL";
