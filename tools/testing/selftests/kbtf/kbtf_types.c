// SPDX-License-Identifier: GPL-2.0-only
/*
 * kbtf_types OBJECT: loads the programs of kbtf_types.bpf.o, each by itself, and
 * prints which can be. Exit status 1 if one is not as its name says.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <bpf/libbpf.h>

static int quiet(enum libbpf_print_level level, const char *format, va_list args)
{
	(void)level;
	(void)format;
	(void)args;
	return 0;
}

/* Loads the program with this number; prints and returns whether it is as named. */
static bool try_program(const char *path, unsigned int number, bool *found)
{
	struct bpf_program *program, *chosen = NULL;
	struct bpf_object *object;
	unsigned int i = 0;
	bool loads, ok;

	object = bpf_object__open_file(path, NULL);
	if (!object)
		return false;
	bpf_object__for_each_program(program, object) {
		bpf_program__set_autoload(program, i == number);
		if (i++ == number)
			chosen = program;
	}
	*found = chosen;
	if (!chosen) {
		bpf_object__close(object);
		return true;
	}

	loads = !bpf_object__load(object);
	ok = loads == !strncmp(bpf_program__name(chosen), "works_", 6);
	printf("%s: %s%s\n", bpf_program__name(chosen),
	       loads ? "can be loaded" : "is refused", ok ? "" : ", WRONG");
	bpf_object__close(object);
	return ok;
}

int main(int argc, char **argv)
{
	unsigned int number = 0;
	bool ok = true, found = true;

	if (argc != 2) {
		fprintf(stderr, "usage: %s OBJECT\n", argv[0]);
		return 1;
	}

	libbpf_set_print(quiet);
	while (found) {
		found = false;
		ok &= try_program(argv[1], number++, &found);
	}
	return !ok || number < 2;
}
