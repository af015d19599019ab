/* The policy in force, and where it rests: DIR/policy.yaml, a copy of what the last policy.apply
 * says. Without the file: nothing is shared, the usual roles. */
#ifndef CAIRN_NODE_POLICYBOOK_H
#define CAIRN_NODE_POLICYBOOK_H

#include "schema/policy.h"

#define CAIRN_POLICYBOOK_BYTES_MAX (60u << 10) /* it travels in one operation */
#define CAIRN_POLICYBOOK_FAULT     256u

struct cairn_policybook;

/* A policy with the memory that it lives in. */
struct cairn_policybook_page;

/* Read DIR/policy.yaml.
 *
 * owns    give back with cairn_policybook_close
 * errors  those of cairn_policy_parse, CAIRN_FILE, CAIRN_TOO_LONG, CAIRN_MEMORY;
 *         out_fault: "line:column: what (subject)" */
CAIRN_MUST cairn_err cairn_policybook_open(const char *dir, bool is_test_network,
                                           struct cairn_policybook **out,
                                           char out_fault[static CAIRN_POLICYBOOK_FAULT]);
void cairn_policybook_close(struct cairn_policybook *book); /* NULL is harmless */

/* Good until the next turn. */
const struct cairn_policy *cairn_policybook_now(const struct cairn_policybook *book);
struct cairn_bytes cairn_policybook_text(const struct cairn_policybook *book);

/* Parse a text.
 *
 * owns    *out: give it to turn, or back with cairn_policybook_drop
 * errors  as open */
CAIRN_MUST cairn_err cairn_policybook_read(struct cairn_bytes text, bool is_test_network,
                                           struct cairn_policybook_page **out,
                                           char out_fault[static CAIRN_POLICYBOOK_FAULT]);
void cairn_policybook_drop(struct cairn_policybook_page *page); /* NULL is harmless */
const struct cairn_policy *cairn_policybook_policy(const struct cairn_policybook_page *page);
struct cairn_bytes cairn_policybook_source(const struct cairn_policybook_page *page);

/* From now on this one is in force, in memory: the file is the caller's. owns: takes page */
void cairn_policybook_turn(struct cairn_policybook *book, struct cairn_policybook_page *page);

/* DIR/policy.yaml */
const char *cairn_policybook_path(const struct cairn_policybook *book);

#endif
