/* What a feed stands for: an audience as the policy names it, without the countries that a rule
 * withholds. Written as one line, the same for the same audience:
 *
 *     private access       private national
 *     all                  all -IRN -SYR             list BIH GEO SRB -GEO
 *
 * The countries behind `-` stay out for ever, partners or not. Pure functions. */
#ifndef CAIRN_NODE_AUDIENCE_H
#define CAIRN_NODE_AUDIENCE_H

#include "schema/policy.h"

#define CAIRN_AUDIENCE_TEXT_BYTES 2400u

enum cairn_audience_kind {
    CAIRN_AUDIENCE_ACCESS,   /* private: look-ups */
    CAIRN_AUDIENCE_NATIONAL, /* private: alerts that no rule releases, policies */
    CAIRN_AUDIENCE_ALL,
    CAIRN_AUDIENCE_LIST,
};

struct cairn_audience {
    enum cairn_audience_kind kind;
    uint32_t country_count; /* of a LIST: as the policy has it, ascending, partners or not */
    uint32_t excluded_count;
    char countries[CAIRN_LIMIT_MEMBERS][4];
    char excluded[CAIRN_POLICY_EXCLUDED_MAX][4]; /* ascending */
};

/* About whom an operation is: what policy asks. */
struct cairn_audience_subject {
    uint64_t category; /* 0: none */
    char party[4];     /* of a case: the other state; "": none */
    uint32_t nationality_count;
    uint32_t birth_count;
    char nationalities[CAIRN_POLICY_PERSON_CODES][4];
    char births[CAIRN_POLICY_PERSON_CODES][4];
};

/* Read the subject out of the body of an alert.issue or alert.batch that has been checked. */
void cairn_audience_subject_of(struct cairn_bytes body, struct cairn_audience_subject *out);

struct cairn_audience_asker {
    const char *own;           /* country */
    const char (*partners)[4]; /* recognised now, without own */
    uint32_t partner_count;
};

/* Ask the policy. errors  those of cairn_policy_resolve */
CAIRN_MUST cairn_err cairn_audience_resolve(const struct cairn_policy *policy,
                                            const struct cairn_audience_asker *asker,
                                            enum cairn_kind kind,
                                            const struct cairn_audience_subject *subject,
                                            struct cairn_policy_answer *out);

/* What the feed of such an answer stands for; where the rule leaves nobody who could ever read it:
 * the private national one. rules for cases (`to: parties`) have no feed here: a panic
 *
 * source  P-87 */
void cairn_audience_of(const struct cairn_policy *policy, const struct cairn_policy_answer *answer,
                       const char *own, struct cairn_audience *out);

/* Who is in it now. gives: count, ascending, the own country among them */
uint32_t cairn_audience_members(const struct cairn_audience *audience,
                                const struct cairn_audience_asker *asker,
                                uint8_t out[static CAIRN_LIMIT_MEMBERS][3]);

bool cairn_audience_is_private(const struct cairn_audience *audience);
bool cairn_audience_is_equal(const struct cairn_audience *left, const struct cairn_audience *right);

/* Does it leave out everything that the answer leaves out? Then an entry of that answer may stand
 * in its feed for ever. */
bool cairn_audience_withholds(const struct cairn_audience *audience,
                              const struct cairn_policy_answer *answer);

/* Could everybody who may be in `inner` one day be in `outer`, too? Then what is for `outer` may
 * stand in a feed for `inner` for ever. */
bool cairn_audience_is_within(const struct cairn_audience *inner,
                              const struct cairn_audience *outer);

/* The line, with a NUL. */
void cairn_audience_write(const struct cairn_audience *audience,
                          char out[static CAIRN_AUDIENCE_TEXT_BYTES]);

/* errors  CAIRN_JSON_FIELD  not as cairn_audience_write gives it; *out undefined */
CAIRN_MUST cairn_err cairn_audience_read(const char *text, struct cairn_audience *out);

#endif
