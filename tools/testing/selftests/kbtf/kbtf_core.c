// SPDX-License-Identifier: GPL-2.0-only
/*
 * kbtf_core OBJECT: loads kbtf_core.bpf.o and prints where it has found this
 * process's ID in the kernel. Exit status 1 if it could not be loaded, for which
 * libbpf gives the reason; 2 if it read something else.
 */
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

struct result {
	uint32_t wanted, tgid, offset;
};

static int run(struct bpf_object *object)
{
	struct result result = { .wanted = getpid() };
	struct bpf_program *program;
	struct bpf_link *link;
	uint32_t key = 0;
	int map;

	program = bpf_object__find_program_by_name(object, "read_tgid");
	map = bpf_object__find_map_fd_by_name(object, "results");
	if (!program || map < 0)
		return 1;
	if (bpf_map_update_elem(map, &key, &result, BPF_ANY))
		return 1;
	link = bpf_program__attach(program);
	if (!link)
		return 1;
	getppid();
	bpf_link__destroy(link);
	if (bpf_map_lookup_elem(map, &key, &result))
		return 1;

	printf("process %u reads %u at %u\n", result.wanted, result.tgid,
	       result.offset);
	return result.tgid == result.wanted && result.offset ? 0 : 2;
}

int main(int argc, char **argv)
{
	struct bpf_object *object;
	int status = 1;

	if (argc != 2) {
		fprintf(stderr, "usage: %s OBJECT\n", argv[0]);
		return 1;
	}

	object = bpf_object__open_file(argv[1], NULL);
	if (!object)
		return 1;
	if (!bpf_object__load(object))
		status = run(object);
	bpf_object__close(object);
	return status;
}
