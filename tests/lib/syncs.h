/* What a program has made durable: in the place of fsync and fdatasync of the C library, for this
 * code and for its libraries. The disk does what it did; what was asked of it is remembered. */
#ifndef CAIRN_TESTS_LIB_SYNCS_H
#define CAIRN_TESTS_LIB_SYNCS_H

#include <stdbool.h>
#include <stdint.h>

#define SYNCS_MAX 4096u

void syncs_forget(void);

/* How often something below `dir` was made durable whose path holds `part` behind it. */
uint32_t syncs_count(const char *dir, const char *part);

/* Number of the first such call, from 0, and whether `watched` was there by then.
 *
 * gives   UINT32_MAX: there was none */
uint32_t syncs_first(const char *dir, const char *part, bool *out_was_there);

/* The number-th call from now on, from 0, fails as a broken disk does. UINT32_MAX: none */
void syncs_fail(uint32_t number);

/* From now on each call looks whether this path is there. NULL: none */
void syncs_watch(const char *path);

#endif
