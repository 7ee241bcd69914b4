# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Completion of kheaders(1)'s arguments in bash

_kheaders()
{
	local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
	local command=${COMP_WORDS[1]} options='--help --version'

	if [ "$COMP_CWORD" -eq 1 ]; then
		mapfile -t COMPREPLY < <(compgen -W "info check list cat extract mount path
			build-tree run env cflags cache --help --version" -- "$current")
		return
	fi
	case $previous in
	--target)
		COMPREPLY=(bpf)
		return
		;;
	--limit)
		mapfile -t COMPREPLY < <(compgen -S = -W "memory size members name-length
			name-depth threads" -- "$current")
		return
		;;
	-C | --directory | --cache)
		mapfile -t COMPREPLY < <(compgen -d -- "$current")
		return
		;;
	esac
	[ "$command" = cache ] || options+=' --load --limit'
	case $command in
	info) options+=' --json' ;;
	check) options+=' --other-kernel --quiet' ;;
	list) options+=' --long' ;;
	cat) options+=' --file' ;;
	extract) options+=' --directory --other-kernel' ;;
	mount) options+=' --foreground --other-kernel' ;;
	cache) options+=' list prune --days --cache' ;;
	path | run | env) options+=' --file --other-kernel --cache' ;;
	build-tree) options+=' --file --other-kernel --cache --link --unlink' ;;
	cflags) options+=' --file --other-kernel --cache --target' ;;
	esac
	if [[ $current == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$options" -- "$current")
	elif [ "$command" = run ]; then
		mapfile -t COMPREPLY < <(compgen -c -- "$current")
	else
		mapfile -t COMPREPLY < <(compgen -f -- "$current")
	fi
}
complete -o filenames -F _kheaders kheaders
