/* A verifier for tests, with the real keys: one memory, started anew for every bundle. */
#ifndef CAIRN_TESTS_LIB_VERIFY_RUN_H
#define CAIRN_TESTS_LIB_VERIFY_RUN_H

#include "replication/verify.h"

/* gives: 0, or -1 as a cmocka fixture does */
int verify_run_open(const struct cairn_verify_limits *limits);
int verify_run_close(void);

/* A new verifier; the one before it is gone. */
struct cairn_verify *verify_run_start(void);

/* Run a whole file through a new verifier, at once or in pieces of this size. */
struct cairn_verify_result verify_run(struct cairn_bytes file);
struct cairn_verify_result verify_run_in(struct cairn_bytes file, size_t piece_bytes);

#endif
