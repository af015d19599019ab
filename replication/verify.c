#include "replication/verify.h"

#include "replication/verify_state.h"
#include "replication/verify_withheld.h"
#include "schema/base/check.h"

#include <string.h>

#define ALIGN_BYTES 16u

/* Cuts the caller's block into tables; with memory NULL it only counts. */
struct verify_cut {
    uint8_t *memory;
    size_t used;
};

static void *verify_cut_take(struct verify_cut *cut, size_t count, size_t item_bytes)
{
    void *taken = cut->memory == NULL ? NULL : cut->memory + cut->used;
    cut->used += (count * item_bytes + ALIGN_BYTES - 1) / ALIGN_BYTES * ALIGN_BYTES;
    return taken;
}

static void verify_cut_all(struct cairn_verify *verify, struct verify_cut *cut)
{
    const struct cairn_verify_limits *limits = &verify->limits;
    verify->slot_count = 16;
    while (verify->slot_count / 4 < limits->feeds) { /* at most a quarter of them is used */
        verify->slot_count *= 2;
    }
    verify->countries = verify_cut_take(cut, limits->countries, sizeof *verify->countries);
    verify->nodes = verify_cut_take(cut, limits->nodes, sizeof *verify->nodes);
    verify->checkpoints = verify_cut_take(cut, limits->checkpoints, sizeof *verify->checkpoints);
    verify->trusted = verify_cut_take(cut, limits->trusted, sizeof *verify->trusted);
    verify->feeds = verify_cut_take(cut, limits->feeds, sizeof *verify->feeds);
    verify->feed_slots = verify_cut_take(cut, verify->slot_count, sizeof *verify->feed_slots);
    verify->tag_slots = verify_cut_take(cut, verify->slot_count, sizeof *verify->tag_slots);
    verify->chunk = verify_cut_take(cut, CAIRN_BUNDLE_LEAVES_MAX, CAIRN_LEAF_BYTES);
    verify->record = verify_cut_take(cut, CAIRN_BUNDLE_RECORD_BYTES, 1);
    void *arena = verify_cut_take(cut, VERIFY_ARENA_BYTES, 1);
    cairn_arena_init(&verify->arena, arena, arena == NULL ? 0 : VERIFY_ARENA_BYTES);
}

static struct verify_cut verify_cut_begin(uint8_t *memory)
{
    size_t head = (sizeof(struct cairn_verify) + ALIGN_BYTES - 1) / ALIGN_BYTES * ALIGN_BYTES;
    return (struct verify_cut){.memory = memory, .used = head};
}

static void verify_limits_check(const struct cairn_verify_limits *limits)
{
    const uint32_t counts[] = {limits->countries, limits->nodes, limits->feeds, limits->checkpoints,
                               limits->trusted};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        CAIRN_REQUIRE(counts[i] > 0);
        CAIRN_REQUIRE(counts[i] <= 1u << 20);
    }
}

static void verify_check(const struct cairn_verify *verify)
{
    CAIRN_REQUIRE(verify->country_count <= verify->limits.countries);
    CAIRN_REQUIRE(verify->node_count <= verify->limits.nodes);
    CAIRN_REQUIRE(verify->checkpoint_count <= verify->limits.checkpoints);
    CAIRN_REQUIRE(verify->section.feed_count <= verify->limits.feeds);
    CAIRN_REQUIRE(verify->filled <= CAIRN_BUNDLE_RECORD_BYTES);
}

size_t cairn_verify_size(const struct cairn_verify_limits *limits)
{
    verify_limits_check(limits);
    struct cairn_verify counted = {.limits = *limits};
    struct verify_cut cut = verify_cut_begin(NULL);
    verify_cut_all(&counted, &cut);
    return cut.used;
}

struct cairn_verify *cairn_verify_init(void *memory, const struct cairn_verify_limits *limits,
                                       const struct cairn_suite *suite)
{
    verify_limits_check(limits);
    CAIRN_REQUIRE(memory != NULL);
    struct cairn_verify *verify = memory;
    *verify = (struct cairn_verify){
        .limits = *limits,
        .suite = suite,
        .phase = VERIFY_MAGIC,
        .result = {.is_bundle = true, .what = ""},
    };
    struct verify_cut cut = verify_cut_begin(memory);
    verify_cut_all(verify, &cut);
    cairn_sha256_init(&verify->hash);
    verify_check(verify);
    return verify;
}

/* Only the first fault counts. */
static void verify_stop(struct cairn_verify *verify, cairn_err err, const char *what)
{
    CAIRN_REQUIRE(err != CAIRN_OK);
    if (verify->result.err == CAIRN_OK) {
        verify->result.err = err;
        verify->result.what = what;
        verify->result.record = verify->result.counts.records + 1;
        verify->result.offset = verify->offset;
    }
}

cairn_err cairn_verify_fail(struct cairn_verify *verify, cairn_err err, const char *what)
{
    verify_stop(verify, err, what);
    return err;
}

/* ---- records in order ---- */

static cairn_err verify_head(struct cairn_verify *verify, const struct cairn_bundle_head *head)
{
    struct cairn_origin origin;
    CAIRN_TRY(cairn_origin_parse(head->origin, &origin));
    if (!cairn_bytes_is_equal(origin.network, head->network)) {
        return cairn_verify_fail(verify, CAIRN_PEER_NETWORK, "exporter of another network");
    }
    uint8_t *names = verify->names;
    CAIRN_REQUIRE(head->network.size <= CAIRN_LIMIT_NETWORK_BYTES);
    CAIRN_REQUIRE(head->origin.size <= CAIRN_LIMIT_ORIGIN_BYTES);
    memcpy(names, head->network.data, head->network.size);
    memcpy(names + head->network.size, head->origin.data, head->origin.size);
    verify->head = *head;
    verify->head.network.data = names;
    verify->head.origin.data = names + head->network.size;
    if (head->scope.type == CAIRN_SCOPE_FORK || head->scope.type == CAIRN_SCOPE_WITHHELD) {
        uint8_t *scope = names + head->network.size + head->origin.size;
        CAIRN_REQUIRE(head->scope.origin.size <= CAIRN_LIMIT_ORIGIN_BYTES);
        if (head->scope.origin.size > 0) {
            memcpy(scope, head->scope.origin.data, head->scope.origin.size);
        }
        verify->head.scope.origin.data = scope;
    }
    verify->has_head = true;
    return CAIRN_OK;
}

/* What the head says the bundle is about, and what it holds. source P-81 */
static cairn_err verify_scope(struct cairn_verify *verify, const struct cairn_bundle_record *record)
{
    const struct cairn_scope *scope = &verify->head.scope;
    bool is_object = scope->type == CAIRN_SCOPE_OBJECT;
    bool is_fork = scope->type == CAIRN_SCOPE_FORK;
    bool is_withheld = scope->type == CAIRN_SCOPE_WITHHELD;
    if ((record->type == CAIRN_BUNDLE_JOURNAL || record->type == CAIRN_BUNDLE_ENTRY) && is_fork) {
        return cairn_verify_fail(verify, CAIRN_BUNDLE_ORDER, "more than a fork in a proof of it");
    }
    if (record->type == CAIRN_BUNDLE_FORK && !is_fork) {
        return cairn_verify_fail(verify, CAIRN_BUNDLE_ORDER, "fork in a bundle of another scope");
    }
    if (record->type == CAIRN_BUNDLE_WITHHELD && !is_withheld) {
        return cairn_verify_fail(verify, CAIRN_BUNDLE_ORDER,
                                 "withheld leaf in a bundle of another scope");
    }
    if (record->type == CAIRN_BUNDLE_JOURNAL && (is_object || is_withheld)) {
        return cairn_verify_fail(verify, CAIRN_BUNDLE_ORDER,
                                 is_object ? "journal in a bundle about an object"
                                           : "journal in a bundle about withheld leaves");
    }
    if (record->type == CAIRN_BUNDLE_ENTRY && !is_object && !is_withheld) {
        return cairn_verify_fail(verify, CAIRN_BUNDLE_ORDER,
                                 "single entry in a bundle of journals");
    }
    if (record->type != CAIRN_BUNDLE_ENTRY && verify->withheld.is_awaited) {
        return cairn_verify_fail(verify, CAIRN_BUNDLE_ORDER,
                                 "nobody says that the leaf is missing");
    }
    if (record->type == CAIRN_BUNDLE_FEED && scope->type == CAIRN_SCOPE_FEED &&
        cairn_bytes_is_same16(record->as.feed.feed, scope->feed)) {
        verify->has_scope_feed = true;
    }
    return CAIRN_OK;
}

static cairn_err verify_last(struct cairn_verify *verify, const struct cairn_bundle_end *end)
{
    const struct cairn_verify_counts *counts = &verify->result.counts;
    struct cairn_sha256 hash = verify->hash;
    uint8_t digest[CAIRN_HASH_BYTES];
    if (verify->section.is_open) {
        return cairn_verify_fail(verify, CAIRN_BUNDLE_ORDER, "end within a journal section");
    }
    if (end->record_count != counts->records) {
        return cairn_verify_fail(verify, CAIRN_BUNDLE_ORDER, "number of records is wrong");
    }
    cairn_sha256_final(&hash, digest);
    if (!cairn_bytes_is_same32(digest, end->digest)) {
        return cairn_verify_fail(verify, CAIRN_BUNDLE_DIGEST, "digest of the bundle is wrong");
    }
    enum cairn_scope_type scope = verify->head.scope.type;
    if ((scope == CAIRN_SCOPE_FEED && !verify->has_scope_feed) ||
        (scope == CAIRN_SCOPE_OBJECT && counts->entries == 0) ||
        (scope == CAIRN_SCOPE_WITHHELD && counts->withheld == 0) ||
        (scope == CAIRN_SCOPE_FORK && counts->forks == 0)) {
        return cairn_verify_fail(verify, CAIRN_BUNDLE_ORDER, "nothing about what the head names");
    }
    return CAIRN_OK;
}

static cairn_err verify_dispatch(struct cairn_verify *verify,
                                 const struct cairn_bundle_record *record,
                                 struct cairn_verify_finding *out)
{
    bool is_journal_record =
        record->type >= CAIRN_BUNDLE_FEED && record->type <= CAIRN_BUNDLE_CHECKPOINT;
    if ((record->type == CAIRN_BUNDLE_HEAD) == verify->has_head) {
        return cairn_verify_fail(verify, CAIRN_BUNDLE_ORDER,
                                 "head is the first record, and only it");
    }
    if (is_journal_record && !verify->section.is_open) {
        return cairn_verify_fail(verify, CAIRN_BUNDLE_ORDER, "record outside of a journal section");
    }
    CAIRN_TRY(verify_scope(verify, record));
    verify->is_past_documents = verify->is_past_documents || record->type > CAIRN_BUNDLE_DOCUMENT;
    switch (record->type) {
    case CAIRN_BUNDLE_HEAD:
        return verify_head(verify, &record->as.head);
    case CAIRN_BUNDLE_DOCUMENT:
        return cairn_verify_document(verify, record->as.document.note);
    case CAIRN_BUNDLE_JOURNAL:
        return cairn_verify_section_open(verify, record->as.journal.origin);
    case CAIRN_BUNDLE_FEED:
        return cairn_verify_section_feed(verify, &record->as.feed);
    case CAIRN_BUNDLE_LEAVES:
        return cairn_verify_section_leaves(verify, record->as.leaves.leaves);
    case CAIRN_BUNDLE_COMMIT:
        return cairn_verify_section_commit(verify, &record->as.commit, out);
    case CAIRN_BUNDLE_CHECKPOINT:
        return cairn_verify_section_close(verify, record->as.checkpoint.note, out);
    case CAIRN_BUNDLE_ENTRY:
        return cairn_verify_entry_record(verify, &record->as.entry, out);
    case CAIRN_BUNDLE_END:
        return verify_last(verify, &record->as.end);
    case CAIRN_BUNDLE_FORK:
        return cairn_verify_fork(verify, &record->as.fork, out);
    case CAIRN_BUNDLE_WITHHELD:
        return cairn_verify_withheld(verify, &record->as.withheld, out);
    }
    cairn_panic("a type of the enum", __FILE__, __LINE__);
}

/* The payload is whole. */
static cairn_err verify_record(struct cairn_verify *verify, struct cairn_verify_finding *out)
{
    struct cairn_bytes payload = {.data = verify->record, .size = verify->record_bytes};
    struct cairn_bundle_record record;
    size_t fault_at = 0;
    cairn_arena_reset(&verify->arena);
    verify->witness_count = 0;
    cairn_err err = cairn_bundle_decode(payload, &verify->arena, &record, &fault_at);
    if (err != CAIRN_OK) {
        verify->result.inside = fault_at;
        return err;
    }
    *out = (struct cairn_verify_finding){.type = record.type};
    CAIRN_TRY(verify_dispatch(verify, &record, out));
    if (record.type == CAIRN_BUNDLE_HEAD) {
        out->origin = verify->head.origin;
    } else if (verify->section.is_open) {
        out->origin = cairn_verify_origin_text(verify, verify->section.origin);
    }
    if (record.type == CAIRN_BUNDLE_END) {
        verify->phase = VERIFY_ENDED;
        return CAIRN_OK;
    }
    struct cairn_bytes length = {.data = verify->start, .size = CAIRN_BUNDLE_LENGTH_BYTES};
    cairn_sha256_update(&verify->hash, length);
    cairn_sha256_update(&verify->hash, payload);
    verify->phase = VERIFY_LENGTH;
    return CAIRN_OK;
}

/* ---- bytes to records ---- */

static size_t verify_wanted(const struct cairn_verify *verify)
{
    switch (verify->phase) {
    case VERIFY_MAGIC:
        return CAIRN_BUNDLE_MAGIC_BYTES;
    case VERIFY_LENGTH:
        return CAIRN_BUNDLE_LENGTH_BYTES;
    case VERIFY_PAYLOAD:
        return verify->record_bytes;
    case VERIFY_ENDED:
        break;
    }
    return 0;
}

/* What was awaited is here. gives true behind a whole record */
static bool verify_arrived(struct cairn_verify *verify, struct cairn_verify_finding *out)
{
    verify->filled = 0;
    if (verify->phase == VERIFY_MAGIC) {
        struct cairn_bytes magic = {.data = verify->start, .size = CAIRN_BUNDLE_MAGIC_BYTES};
        verify->result.is_bundle = cairn_bytes_is_equal(magic, cairn_bytes_of(CAIRN_BUNDLE_MAGIC));
        if (!verify->result.is_bundle) {
            verify_stop(verify, CAIRN_BUNDLE, "it does not begin like a bundle");
            return false;
        }
        cairn_sha256_update(&verify->hash, magic);
        verify->offset = CAIRN_BUNDLE_MAGIC_BYTES;
        verify->phase = VERIFY_LENGTH;
        return false;
    }
    if (verify->phase == VERIFY_LENGTH) {
        cairn_err err = cairn_bundle_record_size(verify->start, &verify->record_bytes);
        if (err != CAIRN_OK) {
            verify_stop(verify, err, "length of the record is not allowed");
        }
        verify->phase = VERIFY_PAYLOAD;
        return false;
    }
    cairn_err err = verify_record(verify, out);
    if (err != CAIRN_OK) {
        verify_stop(verify, err, cairn_err_text(err));
        return false;
    }
    verify->offset += CAIRN_BUNDLE_LENGTH_BYTES + verify->record_bytes;
    verify->result.counts.records++;
    return true;
}

bool cairn_verify_take(struct cairn_verify *verify, struct cairn_bytes *bytes,
                       struct cairn_verify_finding *out)
{
    verify_check(verify);
    bool is_whole = false;
    while (bytes->size > 0 && !is_whole) {
        if (verify->phase == VERIFY_ENDED && verify->result.err == CAIRN_OK) {
            verify_stop(verify, CAIRN_TRAILING, "bytes after the end record");
        }
        if (verify->result.err != CAIRN_OK) {
            *bytes = (struct cairn_bytes){.data = NULL, .size = 0};
            break;
        }
        size_t wanted = verify_wanted(verify);
        size_t size = wanted - verify->filled < bytes->size ? wanted - verify->filled : bytes->size;
        uint8_t *target = verify->phase == VERIFY_PAYLOAD ? verify->record : verify->start;
        memcpy(target + verify->filled, bytes->data, size);
        verify->filled += size;
        *bytes = (struct cairn_bytes){.data = bytes->data + size, .size = bytes->size - size};
        is_whole = verify->filled == wanted && verify_arrived(verify, out);
    }
    verify_check(verify);
    return is_whole;
}

void cairn_verify_end(struct cairn_verify *verify, struct cairn_verify_result *out)
{
    verify_check(verify);
    struct cairn_verify_result *result = &verify->result;
    if (result->err == CAIRN_OK && verify->phase == VERIFY_MAGIC) {
        result->is_bundle = false;
        verify_stop(verify, CAIRN_BUNDLE, "it does not begin like a bundle");
    }
    if (result->err == CAIRN_OK && verify->phase != VERIFY_ENDED) {
        bool is_between = verify->phase == VERIFY_LENGTH && verify->filled == 0;
        verify_stop(verify, CAIRN_SHORT,
                    is_between ? "cut off before the end record" : "cut off in a record");
    }
    *out = *result;
}

/* ---- what a host may read ---- */

const struct cairn_bundle_head *cairn_verify_head(const struct cairn_verify *verify)
{
    return verify->has_head ? &verify->head : NULL;
}

uint32_t cairn_verify_country_count(const struct cairn_verify *verify)
{
    return verify->country_count;
}

static bool verify_is_trusted(const struct cairn_verify *verify, uint32_t number)
{
    for (uint32_t i = 0; i < verify->trusted_count; i++) {
        if (cairn_bytes_is_same16(verify->trusted[i], verify->countries[number].fingerprint)) {
            return true;
        }
    }
    return false;
}

void cairn_verify_country(const struct cairn_verify *verify, uint32_t number,
                          struct cairn_verify_country *out)
{
    CAIRN_REQUIRE(number < verify->country_count);
    const struct verify_country *country = &verify->countries[number];
    *out = (struct cairn_verify_country){.trust = CAIRN_VERIFY_NOT_COMPARED};
    memcpy(out->code, country->held.country, 3);
    memcpy(out->root, country->held.root, 32);
    cairn_proquint_encode(country->fingerprint, out->words);
    for (uint32_t i = 0; i < number; i++) { /* an announced key stands behind its announcer */
        if (memcmp(verify->countries[i].held.country, country->held.country, 3) == 0 &&
            verify_is_trusted(verify, i)) {
            out->trust = CAIRN_VERIFY_FOLLOWS;
        }
    }
    if (verify_is_trusted(verify, number)) {
        out->trust = CAIRN_VERIFY_COMPARED;
    }
}

cairn_err cairn_verify_add_trust(struct cairn_verify *verify, const uint8_t fingerprint[static 16])
{
    if (verify->trusted_count == verify->limits.trusted) {
        return CAIRN_FULL;
    }
    memcpy(verify->trusted[verify->trusted_count++], fingerprint, 16);
    return CAIRN_OK;
}
