// SPDX-License-Identifier: GPL-2.0-only
/*
 * A program that finds a field of the running kernel's task_struct by BTF alone:
 * as compiled, the field is the structure's first.
 */
#include <linux/bpf.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

struct task_struct {
	int tgid;
} __attribute__((preserve_access_index));

struct result {
	__u32 wanted;	/* process to look at */
	__u32 tgid;	/* what its task_struct says */
	__u32 offset;	/* where that was */
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct result);
} results SEC(".maps");

SEC("raw_tracepoint/sys_enter")
int read_tgid(void *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct result *result;
	__u32 key = 0;

	result = bpf_map_lookup_elem(&results, &key);
	if (!result || result->wanted != bpf_get_current_pid_tgid() >> 32)
		return 0;

	result->offset = __builtin_preserve_field_info(task->tgid,
						       BPF_FIELD_BYTE_OFFSET);
	result->tgid = BPF_CORE_READ(task, tgid);
	return 0;
}

char _license[] SEC("license") = "GPL";
