/* Officers of a country: alerts and cases as they would be written there, founded on what their
 * node knows at that moment, and some that break the rules.
 *
 *     officer.c        what is written, about what, into which feed      officer_body.c  the bodies
 *
 * One dice decides everything. docs/simulation.md, section 2. */
#ifndef CAIRN_TESTS_SIM_OFFICER_H
#define CAIRN_TESTS_SIM_OFFICER_H

#include "tests/sim/states.h"
#include "tests/sim/world.h"

#define OFFICER_TEXT_BYTES 4096u

/* A world_writer: command->dice says what. */
size_t officer_write(struct world *world, uint32_t node, struct world_command *command,
                     uint8_t *out, size_t capacity);

/* Bodies, written as for tests/lib/body.h. now_ms: date of the operation. */
struct officer_body {
    struct test_rng *rng;
    const char *country;
    uint64_t now_ms;
    char *text; /* OFFICER_TEXT_BYTES */
};

void officer_body_issue(const struct officer_body *body);
void officer_body_batch(const struct officer_body *body);
void officer_body_amend(const struct officer_body *body, const struct cairn_alert_view *view);
void officer_body_withdraw(const struct officer_body *body, bool is_of_rows);
void officer_body_request(const struct officer_body *body, const char *requested);
void officer_body_step(const struct officer_body *body, enum cairn_kind kind);

#endif
