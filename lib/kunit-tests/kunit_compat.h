/* SPDX-License-Identifier: GPL-2.0-only */
/* What KUnit lacked in older kernels. */
#ifndef _KUNIT_COMPAT_H
#define _KUNIT_COMPAT_H

#include <kunit/test.h>
#include <linux/version.h>

/* Ends the case; here its caller has to return. */
#ifndef kunit_skip
#define kunit_skip(test, ...)	kunit_info(test, __VA_ARGS__)
#endif

/* A function, unlike a type or a macro, cannot be tested for. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 11, 0)
#define HAS_KUNIT_VM_MMAP	1
#endif

#endif /* _KUNIT_COMPAT_H */
