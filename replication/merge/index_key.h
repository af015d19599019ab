/* Index rows: how documents, names and lists are found again. Keys and values are bytes; the host
 * puts its own prefix before the key and stores both as they are.
 *
 *     document   'd' | issuer 3 | number | 0 | u8 kind | object 22 | u32 row         hit
 *     range      'r' | issuer 3 | u8 length | number less its last 3 | 0 | u8 kind | object | row
 *     name       'n' | name key | 0 | birth as written, may be empty | 0 | object    hit
 *     alert      'a' | country 3 | u8 category | u8 status | object                  entry
 *     case       'q' | requesting 3 | requested 3 | u8 status | object               entry
 *     case       's' | requested 3 | requesting 3 | u8 status | object               entry
 *
 *     hit        u8 category | u8 action | u8 document status | u64 from | u64 expires |
 *                of a range: numbers first and last, of the length in the key
 *     entry      u8 category | u8 action | u64 from | u64 expires | u64 first | u64 changed
 *
 * issuer: the country that answers for it (D: DEU), padded with zero bytes; row: 2^32 - 1 unless it
 * is the row of a batch. A range of blank documents has one row for each thousand of numbers.
 * Documents, ranges and names stand there only while the alert is ACTIVE and the row not withdrawn.
 * To look something up: make a prefix below, scan all keys that begin with it, read each.
 * Pure. docs/merge.md, rule X1. */
#ifndef CAIRN_REPLICATION_MERGE_INDEX_KEY_H
#define CAIRN_REPLICATION_MERGE_INDEX_KEY_H

#include "replication/merge/fold_alert.h"
#include "replication/merge/fold_case.h"
#include "schema/alert/alert.h"
#include "schema/namekey.h"

#define CAIRN_INDEX_KEY_NO_ROW  UINT32_MAX
#define CAIRN_INDEX_KEY_BYTES   320u /* longest key, and longest prefix */
#define CAIRN_INDEX_VALUE_BYTES 64u  /* longest value */

struct cairn_index_key {
    size_t size;
    uint8_t data[CAIRN_INDEX_KEY_BYTES];
};

struct cairn_index_value {
    size_t size;
    uint8_t data[CAIRN_INDEX_VALUE_BYTES];
};

/* A document, range or name that was found: enough to answer without the alert itself. */
struct cairn_index_hit {
    struct cairn_id object;
    uint32_t row; /* CAIRN_INDEX_KEY_NO_ROW: none */
    enum cairn_alert_category category;
    enum cairn_alert_action action;
    uint8_t document_kind;   /* 0 in names */
    uint8_t document_status; /* 0 in names, and where none is said */
    uint64_t from_ms;
    uint64_t expires_ms;
    struct cairn_bytes number_first, number_last; /* of a range; else empty */
    struct cairn_bytes birth;                     /* of a name: as written, may be empty */
};

/* A line of a list. */
struct cairn_index_entry {
    struct cairn_id object;
    enum cairn_opset_space space;
    char country[4];              /* that issued the alert, or requests */
    char requested[4];            /* of a case; else empty */
    uint8_t status;               /* enum cairn_alert_status or cairn_case_status */
    uint8_t category, action;     /* of an alert; else 0 */
    uint64_t from_ms, expires_ms; /* of an alert; else 0 */
    uint64_t first_hlc;           /* of the operation that founded it */
    uint64_t changed_hlc;         /* of the last that had effect */
};

/* Prefixes to scan. issuer: as written (D, GBN, AUT), 1..3 letters; number: [A-Z0-9], 1..20 (for
 * others an empty prefix, which finds nothing and must not be scanned); country: empty for all. */
struct cairn_index_key cairn_index_key_document(struct cairn_bytes issuer,
                                                struct cairn_bytes number);
struct cairn_index_key cairn_index_key_range(struct cairn_bytes issuer, struct cairn_bytes number);
struct cairn_index_key cairn_index_key_name(const struct cairn_namekey *name);
struct cairn_index_key cairn_index_key_alerts(struct cairn_bytes country);
struct cairn_index_key cairn_index_key_requests_by(struct cairn_bytes country);
struct cairn_index_key cairn_index_key_requests_to(struct cairn_bytes country);

/* Read a row that a scan of documents, ranges or names gave. owns: *out borrows from key and value
 *
 * errors  CAIRN_DISK_CORRUPT  *out unchanged */
CAIRN_MUST cairn_err cairn_index_key_read_hit(struct cairn_bytes key, struct cairn_bytes value,
                                              struct cairn_index_hit *out);

/* Read a row that a scan of alerts or cases gave. errors  as above */
CAIRN_MUST cairn_err cairn_index_key_read_entry(struct cairn_bytes key, struct cairn_bytes value,
                                                struct cairn_index_entry *out);

/* Make a row of it. key: a prefix for documents, ranges or names, to be completed */
void cairn_index_key_write_hit(const struct cairn_index_hit *hit, struct cairn_index_key *key,
                               struct cairn_index_value *out);

/* Make a row of it. is_mirrored: of a case, the row under the requested state */
void cairn_index_key_write_entry(const struct cairn_index_entry *entry, bool is_mirrored,
                                 struct cairn_index_key *key, struct cairn_index_value *out);

/* Does a range that was found hold the number? */
bool cairn_index_key_holds(const struct cairn_index_hit *hit, struct cairn_bytes number);

#endif
