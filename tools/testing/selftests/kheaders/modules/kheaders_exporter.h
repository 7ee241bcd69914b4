/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KHEADERS_EXPORTER_H
#define _KHEADERS_EXPORTER_H

int kheaders_exporter_pid(void);

#endif /* _KHEADERS_EXPORTER_H */
