# SPDX-License-Identifier: GPL-2.0-only
#
# Completion of kheaders(1)'s arguments in fish

set -l commands info check list cat extract mount path build-tree run env cflags cache
complete -c kheaders -n "not __fish_seen_subcommand_from $commands" -f -a "$commands"
complete -c kheaders -n '__fish_seen_subcommand_from info' -l json -d 'for programs'
complete -c kheaders -n '__fish_seen_subcommand_from check' -l quiet
complete -c kheaders -n '__fish_seen_subcommand_from list' -l long
complete -c kheaders -n '__fish_seen_subcommand_from extract' -s C -l directory -r
complete -c kheaders -n '__fish_seen_subcommand_from check extract mount path build-tree run env cflags' \
	-l other-kernel
complete -c kheaders -n '__fish_seen_subcommand_from cat path build-tree run env cflags' -l file -r
complete -c kheaders -n '__fish_seen_subcommand_from path build-tree run env cflags' -l cache -r
complete -c kheaders -n "__fish_seen_subcommand_from $commands[1..-2]" -l load
complete -c kheaders -n "__fish_seen_subcommand_from $commands[1..-2]" -l limit -x \
	-a 'memory= size= members= name-length= name-depth= threads='
complete -c kheaders -n '__fish_seen_subcommand_from mount' -l foreground
complete -c kheaders -n '__fish_seen_subcommand_from build-tree' -l link
complete -c kheaders -n '__fish_seen_subcommand_from build-tree' -l unlink
complete -c kheaders -n '__fish_seen_subcommand_from cflags' -l target -x -a bpf
complete -c kheaders -n '__fish_seen_subcommand_from cache' -f -a 'list prune'
complete -c kheaders -n '__fish_seen_subcommand_from run' -a '(__fish_complete_subcommand)'
