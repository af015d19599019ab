/* The access policy of a node: who gets what, whose operations it takes, who may do what here.
 *
 *     policy: 1
 *     audiences: {region: [SRB, BIH, MNE, GEO], all: partners}
 *     release:                                       first match wins; no match: national
 *       - {kinds: [alert.batch], to: all}
 *       - {kinds: [alert.*], categories: [ARR, REF], to: region, never: [nationality]}
 *       - {kinds: [case.*], to: parties}
 *     accept: {default: {kinds: [alert.*, case.*], entries_per_s: 5000, store_mib: 4096}}
 *     roles: {booth: [screen], bureau: [screen, alert.*, case.*]}
 *
 * Pure: what it resolves to depends on the text and the question alone, so that an auditor can ask
 * again later. docs/format.md, section 7. */
#ifndef CAIRN_SCHEMA_POLICY_H
#define CAIRN_SCHEMA_POLICY_H

#include "schema/alert/alert_codes.h"
#include "schema/base/limits.h"
#include "schema/operation.h"
#include "schema/yaml.h"

#define CAIRN_POLICY_NAME_BYTES    32u
#define CAIRN_POLICY_AUDIENCES_MAX 32u
#define CAIRN_POLICY_RULES_MAX     64u
#define CAIRN_POLICY_PATTERNS_MAX  32u /* in one list of kinds or permissions */
#define CAIRN_POLICY_ACCEPTS_MAX   64u
#define CAIRN_POLICY_ROLES_MAX     32u
#define CAIRN_POLICY_RATE_MAX      1000000u
#define CAIRN_POLICY_STORE_MIB     65536u    /* where a policy says nothing: 64 GiB */
#define CAIRN_POLICY_STORE_MIB_MAX 16777216u /* 16 TiB */
#define CAIRN_POLICY_EXCLUDED_MAX  256u
#define CAIRN_POLICY_PERSON_CODES  32u /* nationalities and birth countries of one question */
#define CAIRN_POLICY_NO_RULE       UINT32_MAX

/* `case.request`, `alert.*`, or `*`. */
struct cairn_policy_patterns {
    uint32_t count; /* 1..CAIRN_POLICY_PATTERNS_MAX */
    struct cairn_bytes *items;
};

enum cairn_policy_to {
    CAIRN_POLICY_TO_NATIONAL, /* the own country alone */
    CAIRN_POLICY_TO_ALL,      /* every partner */
    CAIRN_POLICY_TO_PARTIES,  /* of a case: the other state */
    CAIRN_POLICY_TO_LIST,     /* an audience with a list */
};

struct cairn_policy_audience {
    struct cairn_bytes name;
    bool is_partners;
    uint32_t count; /* 0..CAIRN_LIMIT_MEMBERS */
    char (*members)[4];
};

struct cairn_policy_rule {
    struct cairn_policy_patterns kinds;
    uint32_t categories; /* bit n: category n; 0: all, and kinds without category */
    enum cairn_policy_to to;
    uint32_t audience_index; /* CAIRN_POLICY_TO_LIST only */
    bool is_never_nationality;
    bool is_never_birth_country;
    uint32_t line;
};

/* What an operation founds. Bits. */
enum cairn_policy_founding {
    CAIRN_POLICY_FOUNDS_ALERT = 1, /* alert.issue */
    CAIRN_POLICY_FOUNDS_BATCH = 2, /* alert.batch */
    CAIRN_POLICY_FOUNDS_CASE = 4,  /* case.request */
    CAIRN_POLICY_FOUNDS_ALL = 7,
};

struct cairn_policy_accept {
    char country[4]; /* "" for default */
    struct cairn_policy_patterns kinds;
    uint32_t foundings;     /* CAIRN_POLICY_FOUNDS_... that fit kinds; not 0 */
    uint32_t entries_per_s; /* 1..CAIRN_POLICY_RATE_MAX; 0: as fast as they come */
    uint32_t store_mib;     /* 1..CAIRN_POLICY_STORE_MIB_MAX: kept of its log at most */
};

struct cairn_policy_role {
    struct cairn_bytes name;
    struct cairn_policy_patterns permissions;
};

/* Views and arrays are in the arena. */
struct cairn_policy {
    uint32_t audience_count;
    uint32_t rule_count;
    uint32_t accept_count;
    uint32_t role_count;
    struct cairn_policy_audience audiences[CAIRN_POLICY_AUDIENCES_MAX];
    struct cairn_policy_rule rules[CAIRN_POLICY_RULES_MAX];
    struct cairn_policy_accept accepts[CAIRN_POLICY_ACCEPTS_MAX];
    struct cairn_policy_role roles[CAIRN_POLICY_ROLES_MAX];
};

/* Parse and check a policy.
 *
 * gives   *out only on CAIRN_OK, *out_fault (line, column, what, subject) only on an error
 * errors  those of cairn_yaml_parse; CAIRN_YAML_TYPE, _FIELD, _UNKNOWN, _VALUE, _LIMIT;
 *         CAIRN_CODE_UNKNOWN (country), CAIRN_KIND_UNKNOWN, CAIRN_RULE_CODE (category) */
CAIRN_MUST cairn_err cairn_policy_parse(struct cairn_bytes source, bool is_test_network,
                                        struct cairn_arena *arena, struct cairn_policy *out,
                                        struct cairn_yaml_fault *out_fault);

/* The policy of a node that never applied one: everything stays national. */
struct cairn_bytes cairn_policy_default(void);

/* For whom is an operation? */
struct cairn_policy_question {
    enum cairn_kind kind;
    uint64_t category;                       /* enum cairn_alert_category; 0: it has none */
    struct cairn_bytes own;                  /* country of the node */
    struct cairn_bytes party;                /* of a case: the other state; else empty */
    const char (*partners)[4];               /* recognised now, any order, without own */
    uint32_t partner_count;                  /* 0..CAIRN_LIMIT_COUNTRIES */
    const struct cairn_bytes *nationalities; /* codes as in the body */
    uint32_t nationality_count;
    const struct cairn_bytes *birth_countries;
    uint32_t birth_country_count;
};

struct cairn_policy_answer {
    uint32_t rule_index;                  /* CAIRN_POLICY_NO_RULE: no rule matched, national */
    uint32_t member_count;                /* 1..CAIRN_LIMIT_MEMBERS, the own country among them */
    char members[CAIRN_LIMIT_MEMBERS][4]; /* ascending */
    /* Countries that `never` names for this person, partners or not, as far as the audience could
     * hold them one day: a feed stands for an audience and these. Ascending. */
    uint32_t excluded_count;
    char excluded[CAIRN_POLICY_EXCLUDED_MAX][4];
};

/* Does a rule speak of operations of this kind and category (0: none)? */
bool cairn_policy_covers(const struct cairn_policy_rule *rule, enum cairn_kind kind,
                         uint64_t category);

/* Resolve a question to an explicit audience. A withdrawn code (YUG, SUN) excludes its successors.
 *
 * errors  CAIRN_TOO_LONG  more than CAIRN_LIMIT_MEMBERS members or CAIRN_POLICY_EXCLUDED_MAX
 *                         exclusions; *out is undefined then
 * source  docs/format.md, section 7 */
CAIRN_MUST cairn_err cairn_policy_resolve(const struct cairn_policy *policy,
                                          const struct cairn_policy_question *question,
                                          struct cairn_policy_answer *out);

/* What is taken of a partner: its own row, else `default`. gives  NULL: nothing */
const struct cairn_policy_accept *cairn_policy_find_accept(const struct cairn_policy *policy,
                                                           struct cairn_bytes country);

/* May the role do this: `screen`, `alert.issue`, `audit.read`? An unknown role may nothing. */
bool cairn_policy_permits(const struct cairn_policy *policy, struct cairn_bytes role,
                          struct cairn_bytes operation);

#endif
