# SPDX-License-Identifier: GPL-2.0-only
require ${@bb.utils.contains('DISTRO_FEATURES', 'kheaders', 'kheaders.inc', '', d)}
