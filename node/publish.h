/* From an operation to the right feed: policy -> audience -> feed -> entry.
 *
 *     order --check on a reader thread--> resolve --> feed of the audience, opened or grown if
 *                                                     need be --> APPEND --> answer
 *
 *     alert.*          by policy; later operations follow their alert
 *     case.*           the pairwise feed to the other state
 *     access, records  private feeds: the own country alone
 *
 * A feed stands for an audience and what `never` withholds from it, so a partner who joins later is
 * admitted to a feed only where policy would have given it every entry, also of before anybody else
 * could read it. When a partner is removed
 * the core closes the feeds that held it; the next entry opens a successor. DIR/feeds.json keeps
 * which feed stands for what; without it new feeds are opened. On the loop. docs/operate.md */
#ifndef CAIRN_NODE_PUBLISH_H
#define CAIRN_NODE_PUBLISH_H

#include "node/driver.h"
#include "node/policybook.h"
#include "schema/shape.h"

#define CAIRN_PUBLISH_TASKS_MAX 16384u

struct cairn_publish;

struct cairn_publish_options {
    struct cairn_driver *driver; /* both outlive the publisher */
    const struct cairn_policybook *policy;
};

enum cairn_publish_to {
    CAIRN_PUBLISH_BY_POLICY, /* alerts and cases */
    CAIRN_PUBLISH_ACCESS,    /* look-ups */
    CAIRN_PUBLISH_RECORDS,   /* policies */
    CAIRN_PUBLISH_CONTROL,   /* the control feed, clear */
};

/* Everything is copied. */
struct cairn_publish_order {
    enum cairn_publish_to to;
    enum cairn_kind kind;
    struct cairn_id object;  /* kinds from 32 on. Founding ones: empty text, one is drawn */
    struct cairn_bytes body; /* canonical map */
    const char *purpose;     /* kinds from 16 on, so below */
    const char *role;
    const char *actors[CAIRN_ACTORS_MAX]; /* the second may be NULL */
    /* It may have been published: where its object's history holds the same from this hlc on, that
     * is it (is_repeated). 0: it was not. */
    uint64_t since_hlc;
    bool is_folded_wanted; /* answer only when views show it; private feeds answer when durable */
};

struct cairn_publish_answer {
    cairn_err err;
    struct cairn_shape_fault fault; /* fault.err not CAIRN_OK: the place in the body */
    struct cairn_id object;
    bool is_repeated;    /* it was there before, the same: nothing was written */
    bool is_private;     /* for the own country alone, for ever; views show it at the heartbeat */
    uint32_t rule_index; /* of the policy; CAIRN_POLICY_NO_RULE */
    uint8_t feed[16];
    uint8_t entry_id[32];
    uint64_t commit_number; /* is_private: not yet known, 0 */
    uint64_t hlc;
};

typedef void cairn_publish_done(void *host, const struct cairn_publish_answer *answer);

/* Read DIR/feeds.json.
 *
 * owns    give back with cairn_publish_close, when every order was answered
 * errors  CAIRN_JSON, CAIRN_JSON_FIELD, CAIRN_FILE  feeds.json; CAIRN_MEMORY */
CAIRN_MUST cairn_err cairn_publish_open(const struct cairn_publish_options *options,
                                        struct cairn_publish **out);
void cairn_publish_close(struct cairn_publish *publish); /* NULL is harmless */

/* Take an order; done comes later, exactly once, never from within this call.
 *
 * errors  CAIRN_BUSY, CAIRN_MEMORY; CAIRN_DENIED_KIND  a step of a case that the policy does not
 *         accept; what else can be said at once; done is not called then
 * gives   in the answer: those of cairn_alert_check and cairn_case_check, with the fault;
 *         CAIRN_NOT_FOUND  no such object here; CAIRN_EXISTS  a founding order with the id of
 *         something else; what the object's history says (B05, B34, C06, ...);
 *         CAIRN_DENIED_NEVER, CAIRN_DENIED_POLICY, CAIRN_DENIED_PARTNER, CAIRN_DENIED_AUTHOR;
 *         CAIRN_FULL; those of cairn_driver_command */
CAIRN_MUST cairn_err cairn_publish_send(struct cairn_publish *publish,
                                        const struct cairn_publish_order *order,
                                        cairn_publish_done *done, void *host);

/* Partners have changed: admit new ones to the feeds that are theirs. */
void cairn_publish_grow(struct cairn_publish *publish);

/* Orders that were not answered yet, admissions and files that are being written. */
uint32_t cairn_publish_pending_count(const struct cairn_publish *publish);

/* Called on the loop when that count falls to zero. */
void cairn_publish_on_idle(struct cairn_publish *publish, void (*idle)(void *host), void *host);

/* Countries recognised now, without the own one. gives: how many */
uint32_t cairn_publish_partners(const struct cairn_publish *publish,
                                char out[static CAIRN_LIMIT_COUNTRIES][4]);

#endif
