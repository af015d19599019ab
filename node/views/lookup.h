/* Look-ups: is this document, this person, this zone wanted? Answered from views alone.
 *
 *     document   issuer and number, normalised ---> index --> states --.
 *     name       exact name key, birth date ------> index --> states --+--> live? --> ranked hits
 *     zone       both of these --------------------------------------- '
 *
 * Alerts that are expired, not yet in force, withdrawn, left or erased are never shown; those of a
 * repudiated author neither, nor what the policy does not accept (P-110). Order of hits: domain
 * priority (protection first), then score, then age. Whose data is how fresh, and what a role may
 * see of a hit, is added by the caller.
 * For reader threads; one object for each (its scratch is reused). Nothing given points into the
 * store. docs/format.md, section 3. */
#ifndef CAIRN_NODE_VIEWS_LOOKUP_H
#define CAIRN_NODE_VIEWS_LOOKUP_H

#include "node/store.h"
#include "schema/acceptance.h"
#include "schema/alert/alert_codes.h"
#include "schema/base/civil.h"
#include "schema/base/id.h"
#include "schema/mrz.h"

#define CAIRN_LOOKUP_HITS_MAX     64u
#define CAIRN_LOOKUP_WARNINGS_MAX 9u
#define CAIRN_LOOKUP_NO_ROW       UINT32_MAX

struct cairn_lookup;

/* Why something is a hit. Bits, with the text that officers read. */
/* clang-format off */
#define CAIRN_LOOKUP_WHY_LIST(X)                                                                   \
    X(DOCUMENT,      0, "document number and issuer exact")                                        \
    X(RANGE,         1, "document number lies in a range of blank documents")                      \
    X(KIND,          2, "document kind differs")                                                   \
    X(NAME,          3, "name exact")                                                              \
    X(ALIAS,         4, "name exact with an alias, former or birth name")                          \
    X(BIRTH,         5, "birth date exact")                                                        \
    X(BIRTH_PARTIAL, 6, "birth date partly known and consistent")                                  \
    X(BIRTH_UNKNOWN, 7, "birth date not known")                                                    \
    X(NAME_CUT,      8, "name may be cut in the zone")                                             \
    X(CHECK_DIGIT,   9, "the zone has a wrong check digit: confirm by eye")
/* clang-format on */

#define CAIRN_LOOKUP_WHY_BIT(name, bit, text) CAIRN_LOOKUP_WHY_##name = 1u << (bit),
enum cairn_lookup_why { CAIRN_LOOKUP_WHY_LIST(CAIRN_LOOKUP_WHY_BIT) };
#undef CAIRN_LOOKUP_WHY_BIT

struct cairn_lookup_hit {
    struct cairn_id object;
    uint32_t row;    /* of a batch; CAIRN_LOOKUP_NO_ROW */
    char country[4]; /* issuer of the alert */
    enum cairn_alert_category category;
    enum cairn_alert_action action;
    uint16_t status;   /* cairn_alert_codes_document_statuses; 0: none */
    uint32_t coercion; /* 0..5 */
    uint32_t priority; /* 0 first */
    uint32_t score;    /* 1..100: how surely it is the one that was asked for */
    uint32_t why;      /* CAIRN_LOOKUP_WHY_... */
    uint64_t from_ms;
    uint64_t expires_ms;
    /* Below: what only the alert itself says; empty for rows of batches. */
    uint16_t fallback; /* action; 0: none */
    uint16_t reason;   /* cairn_alert_codes_reasons */
    bool is_minor;
    uint32_t warning_count;
    uint16_t warnings[CAIRN_LOOKUP_WARNINGS_MAX]; /* cairn_alert_codes_warnings */
    char authority[25];
    char contact[201];
};

struct cairn_lookup_hits {
    uint32_t count; /* in hits */
    uint32_t found; /* all live ones; more than count: the lowest-ranked were left out */
    bool is_cut;    /* too many rows under one key: there may be more. Never silent */
    struct cairn_lookup_hit hits[CAIRN_LOOKUP_HITS_MAX];
};

struct cairn_lookup_document {
    struct cairn_bytes issuer; /* as in a zone: AUT, D, GBN; small letters and fillers allowed */
    struct cairn_bytes number; /* blanks, hyphens, dots, slashes and fillers are passed over */
    uint16_t kind;             /* cairn_alert_codes_documents; 0: any */
};

struct cairn_lookup_name {
    struct cairn_bytes surname;     /* UTF-8, any script of Doc 9303 */
    struct cairn_bytes given;       /* may be empty */
    struct cairn_civil_birth birth; /* all 0: not known */
};

/* What a zone said, and what was found by it. */
struct cairn_lookup_zone {
    struct cairn_mrz mrz;      /* with verdict, checks and problems */
    bool is_document_searched; /* both false after a structure fault; also without a number, ... */
    bool is_name_searched;     /* ... a known issuer, or a name: no hits then means nothing */
    bool is_clear; /* both searched, every digit right, name not cut: no hit is a no-hit */
    struct cairn_lookup_hits hits;
};

/* When is asked, and under which policy. Borrowed for the call. */
struct cairn_lookup_moment {
    uint64_t now_ms; /* Unix time */
    const struct cairn_acceptance *accepted;
};

/* owns: give back with cairn_lookup_close. errors  CAIRN_MEMORY */
CAIRN_MUST cairn_err cairn_lookup_open(struct cairn_store *views, struct cairn_lookup **out);
void cairn_lookup_close(struct cairn_lookup *lookup); /* NULL is harmless */

/* Look a document up: alerts on documents and persons, rows of batches, ranges of blanks.
 *
 * units   moment: what counts as in force, and as accepted, for this question
 * errors  CAIRN_CODE_UNKNOWN  issuer; CAIRN_NUMBER  number empty, over 20 characters or with others
 *         than A-Z 0-9; CAIRN_DISK, CAIRN_DISK_CORRUPT, CAIRN_BUSY; *out undefined
 * cost    20 us */
CAIRN_MUST cairn_err cairn_lookup_by_document(struct cairn_lookup *lookup,
                                              const struct cairn_lookup_document *document,
                                              const struct cairn_lookup_moment *moment,
                                              struct cairn_lookup_hits *out);

/* Look a person up by the exact name in any spelling that folds to the same letters, in whichever
 * order, with a birth date that can be the same.
 *
 * errors  CAIRN_TEXT_UTF8, CAIRN_TOO_LONG; CAIRN_NUMBER  nothing of the name can be spelt; as above
 */
CAIRN_MUST cairn_err cairn_lookup_by_name(struct cairn_lookup *lookup,
                                          const struct cairn_lookup_name *name,
                                          const struct cairn_lookup_moment *moment,
                                          struct cairn_lookup_hits *out);

/* Read a zone, then look up its document, and its holder by name and birth date. A wrong check
 * digit is searched as read, and said; a structure fault is not searched, and said.
 *
 * shape   zone: lines with line ends, or in one run
 * errors  CAIRN_DISK, CAIRN_DISK_CORRUPT, CAIRN_BUSY; *out undefined. Faults of the zone are in
 *         out->mrz (cairn_mrz_err) */
CAIRN_MUST cairn_err cairn_lookup_by_mrz(struct cairn_lookup *lookup, struct cairn_bytes zone,
                                         const struct cairn_lookup_moment *moment,
                                         struct cairn_lookup_zone *out);

/* What the officer shall do, one English sentence; static, never NULL. */
const char *cairn_lookup_action_text(enum cairn_alert_action action);

/* The text of one bit; NULL for anything else. */
const char *cairn_lookup_why_text(uint32_t why);

#endif
