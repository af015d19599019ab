#include "schema/feedop.h"

#include "schema/base/check.h"
#include "schema/fields.h"

#include <string.h>

static cairn_err feedop_get_country(struct cairn_pack_reader *reader, char out[static 4])
{
    size_t at = reader->at;
    struct cairn_bytes code;
    CAIRN_TRY(cairn_pack_get_text(reader, 3, &code));
    if (!cairn_id_is_country(code)) {
        return cairn_fields_fail(reader, at, CAIRN_FEED_RECORD);
    }
    memcpy(out, code.data, 3);
    out[3] = '\0';
    return CAIRN_OK;
}

static cairn_err feedop_get_wrap(struct cairn_pack_reader *reader, struct cairn_wrap *out)
{
    size_t at = reader->at;
    uint32_t count;
    CAIRN_TRY(cairn_pack_get_array(reader, &count));
    if (count != 3) {
        return cairn_fields_fail(reader, at, CAIRN_FEED_RECORD);
    }
    CAIRN_TRY(feedop_get_country(reader, out->country));
    CAIRN_TRY(cairn_pack_get_fixed(reader, sizeof out->sealing, out->sealing));
    return cairn_pack_get_fixed(reader, sizeof out->wrap, out->wrap);
}

static cairn_err feedop_get_wraps(struct cairn_pack_reader *reader, struct cairn_arena *arena,
                                  uint32_t *out_count, const struct cairn_wrap **out)
{
    size_t start = reader->at;
    uint32_t count;
    CAIRN_TRY(cairn_fields_get_list(reader, CAIRN_LIMIT_MEMBERS, &count));
    struct cairn_wrap *wraps = cairn_arena_take(arena, count * sizeof *wraps);
    if (wraps == NULL) {
        return cairn_fields_fail(reader, start, CAIRN_NO_ROOM);
    }
    for (uint32_t i = 0; i < count; i++) {
        size_t at = reader->at;
        CAIRN_TRY(feedop_get_wrap(reader, &wraps[i]));
        if (i > 0 && memcmp(wraps[i - 1].country, wraps[i].country, 3) >= 0) {
            return cairn_fields_fail(reader, at, CAIRN_FEED_RECORD);
        }
    }
    *out_count = count;
    *out = wraps;
    return CAIRN_OK;
}

static cairn_err feedop_read_open(struct cairn_fields *fields, struct cairn_arena *arena,
                                  struct cairn_feed_open *out)
{
    struct cairn_pack_reader *reader = fields->reader;
    CAIRN_TRY(cairn_fields_need(fields, 1));
    CAIRN_TRY(cairn_pack_get_fixed(reader, sizeof out->nonce, out->nonce));
    CAIRN_TRY(cairn_fields_need(fields, 2));
    CAIRN_TRY(cairn_pack_get_fixed(reader, sizeof out->secret_hash, out->secret_hash));
    CAIRN_TRY(cairn_fields_need(fields, 3));
    CAIRN_TRY(feedop_get_wraps(reader, arena, &out->wrap_count, &out->wraps));
    out->is_continuing = cairn_fields_has(fields, 4);
    if (out->is_continuing) {
        CAIRN_TRY(cairn_pack_get_fixed(reader, sizeof out->continues, out->continues));
    }
    return CAIRN_OK;
}

static cairn_err feedop_read_admit(struct cairn_fields *fields, struct cairn_arena *arena,
                                   struct cairn_feed_admit *out)
{
    struct cairn_pack_reader *reader = fields->reader;
    CAIRN_TRY(cairn_fields_need(fields, 1));
    CAIRN_TRY(feedop_get_country(reader, out->country));
    CAIRN_TRY(cairn_fields_need(fields, 2));
    CAIRN_TRY(cairn_pack_get_fixed(reader, sizeof out->sealing, out->sealing));
    CAIRN_TRY(cairn_fields_need(fields, 3));
    size_t at = reader->at;
    uint8_t *blocks;
    CAIRN_TRY(cairn_fields_get_blocks(reader, arena, CAIRN_WRAP_BYTES, &out->wrap_count, &blocks));
    if (out->wrap_count == 0) {
        return cairn_fields_fail(reader, at, CAIRN_PACK_FIELD);
    }
    void *wraps = blocks; /* no cast: gcc takes rows of const for another type */
    out->wraps = wraps;
    return CAIRN_OK;
}

static cairn_err feedop_read_rekey(struct cairn_fields *fields, struct cairn_arena *arena,
                                   struct cairn_feed_rekey *out)
{
    struct cairn_pack_reader *reader = fields->reader;
    CAIRN_TRY(cairn_fields_need(fields, 1));
    CAIRN_TRY(cairn_fields_get_u32(reader, 1, UINT32_MAX, &out->epoch));
    CAIRN_TRY(cairn_fields_need(fields, 2));
    CAIRN_TRY(cairn_pack_get_fixed(reader, sizeof out->nonce, out->nonce));
    CAIRN_TRY(cairn_fields_need(fields, 3));
    CAIRN_TRY(cairn_pack_get_fixed(reader, sizeof out->secret_hash, out->secret_hash));
    CAIRN_TRY(cairn_fields_need(fields, 4));
    return feedop_get_wraps(reader, arena, &out->wrap_count, &out->wraps);
}

/* A number that counts from 1. */
static cairn_err feedop_get_ordinal(struct cairn_pack_reader *reader, uint64_t *out)
{
    size_t at = reader->at;
    CAIRN_TRY(cairn_pack_get_uint(reader, UINT64_MAX, out));
    return *out > 0 ? CAIRN_OK : cairn_fields_fail(reader, at, CAIRN_NUMBER);
}

static cairn_err feedop_read_close(struct cairn_fields *fields, struct cairn_feed_close *out)
{
    CAIRN_TRY(cairn_fields_need(fields, 1));
    return feedop_get_ordinal(fields->reader, &out->size);
}

static cairn_err feedop_read_invite(struct cairn_fields *fields, struct cairn_feed_invite *out)
{
    CAIRN_TRY(cairn_fields_need(fields, 1));
    CAIRN_TRY(cairn_pack_get_fixed(fields->reader, sizeof out->feed, out->feed));
    CAIRN_TRY(cairn_fields_need(fields, 2));
    return cairn_pack_get_uint(fields->reader, UINT64_MAX, &out->leaf_index);
}

static cairn_err feedop_read_mark(struct cairn_fields *fields, struct cairn_control_mark *out)
{
    CAIRN_TRY(cairn_fields_need(fields, 1));
    CAIRN_TRY(cairn_pack_get_uint(fields->reader, UINT64_MAX, &out->time_ms));
    CAIRN_TRY(cairn_fields_need(fields, 2));
    CAIRN_TRY(cairn_pack_get_fixed(fields->reader, sizeof out->seen, out->seen));
    CAIRN_TRY(cairn_fields_need(fields, 3));
    return cairn_fields_get_u32(fields->reader, 0, UINT32_MAX, &out->journal_count);
}

static cairn_err feedop_read_document(struct cairn_fields *fields,
                                      struct cairn_control_document *out)
{
    CAIRN_TRY(cairn_fields_need(fields, 1));
    CAIRN_TRY(cairn_pack_get_fixed(fields->reader, sizeof out->note_hash, out->note_hash));
    CAIRN_TRY(cairn_fields_need(fields, 2));
    return feedop_get_ordinal(fields->reader, &out->serial);
}

static cairn_err feedop_read_policy(struct cairn_fields *fields, struct cairn_control_policy *out)
{
    CAIRN_TRY(cairn_fields_need(fields, 1));
    return cairn_pack_get_fixed(fields->reader, sizeof out->policy_hash, out->policy_hash);
}

static cairn_err feedop_read_receipt(struct cairn_fields *fields, struct cairn_receipt *out)
{
    CAIRN_TRY(cairn_fields_need(fields, 1));
    CAIRN_TRY(cairn_pack_get_fixed(fields->reader, sizeof out->feed, out->feed));
    CAIRN_TRY(cairn_fields_need(fields, 2));
    CAIRN_TRY(cairn_pack_get_uint(fields->reader, UINT64_MAX, &out->size));
    CAIRN_TRY(cairn_fields_need(fields, 3));
    return cairn_pack_get_fixed(fields->reader, sizeof out->root, out->root);
}

static cairn_err feedop_read_missing(struct cairn_fields *fields, struct cairn_missing *out)
{
    CAIRN_TRY(cairn_fields_need(fields, 1));
    CAIRN_TRY(cairn_fields_get_origin(fields->reader, &out->origin));
    CAIRN_TRY(cairn_fields_need(fields, 2));
    return cairn_pack_get_uint(fields->reader, UINT64_MAX, &out->leaf_index);
}

static cairn_err feedop_read_lost(struct cairn_fields *fields, struct cairn_feed_lost *out)
{
    struct cairn_pack_reader *reader = fields->reader;
    uint64_t *const numbers[] = {&out->commits, &out->size, &out->from_leaf, &out->to_leaf};
    CAIRN_TRY(cairn_fields_need(fields, 1));
    CAIRN_TRY(cairn_pack_get_fixed(reader, sizeof out->feed, out->feed));
    CAIRN_TRY(cairn_fields_need(fields, 2));
    CAIRN_TRY(cairn_fields_get_origin(reader, &out->origin));
    size_t at = reader->at;
    for (uint32_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        CAIRN_TRY(cairn_fields_need(fields, 3 + i));
        at = reader->at;
        CAIRN_TRY(cairn_pack_get_uint(reader, UINT64_MAX, numbers[i]));
    }
    return out->from_leaf < out->to_leaf ? CAIRN_OK : cairn_fields_fail(reader, at, CAIRN_NUMBER);
}

static cairn_err feedop_read_keys(struct cairn_fields *fields, struct cairn_arena *arena,
                                  struct cairn_feed_keys *out)
{
    struct cairn_pack_reader *reader = fields->reader;
    CAIRN_TRY(cairn_fields_need(fields, 1));
    CAIRN_TRY(cairn_fields_get_origin(reader, &out->origin));
    CAIRN_TRY(cairn_fields_need(fields, 2));
    CAIRN_TRY(cairn_pack_get_fixed(reader, sizeof out->feed, out->feed));
    CAIRN_TRY(cairn_fields_need(fields, 3));
    size_t at = reader->at;
    uint8_t *blocks;
    CAIRN_TRY(cairn_fields_get_blocks(reader, arena, 32, &out->secret_count, &blocks));
    void *secrets = blocks; /* no cast: gcc takes rows of const for another type */
    out->secrets = secrets;
    out->is_pairwise = cairn_fields_has(fields, 4);
    uint32_t count_max = out->is_pairwise ? 1 : CAIRN_FEED_KEYS_MAX;
    if (out->secret_count == 0 || out->secret_count > count_max) {
        return cairn_fields_fail(reader, at, CAIRN_PACK_FIELD);
    }
    if (out->is_pairwise) {
        at = reader->at;
        bool is_said;
        CAIRN_TRY(cairn_pack_get_bool(reader, &is_said));
        return is_said ? CAIRN_OK : cairn_fields_fail(reader, at, CAIRN_PACK_FIELD);
    }
    return CAIRN_OK;
}

static cairn_err feedop_read_apply(struct cairn_fields *fields, struct cairn_policy_apply *out)
{
    CAIRN_TRY(cairn_fields_need(fields, 1));
    CAIRN_TRY(cairn_pack_get_fixed(fields->reader, sizeof out->salt, out->salt));
    CAIRN_TRY(cairn_fields_need(fields, 2));
    size_t at = fields->reader->at;
    CAIRN_TRY(cairn_pack_get_text(fields->reader, CAIRN_LIMIT_OPERATION_BYTES, &out->text));
    return out->text.size > 0 ? CAIRN_OK : cairn_fields_fail(fields->reader, at, CAIRN_PACK_FIELD);
}

static cairn_err feedop_read(struct cairn_fields *fields, struct cairn_arena *arena,
                             struct cairn_feedop *out)
{
    switch (out->kind) {
    case CAIRN_KIND_FEED_OPEN:
        return feedop_read_open(fields, arena, &out->as.open);
    case CAIRN_KIND_FEED_ADMIT:
        return feedop_read_admit(fields, arena, &out->as.admit);
    case CAIRN_KIND_FEED_REKEY:
        return feedop_read_rekey(fields, arena, &out->as.rekey);
    case CAIRN_KIND_FEED_CLOSE:
        return feedop_read_close(fields, &out->as.close);
    case CAIRN_KIND_FEED_INVITE:
        return feedop_read_invite(fields, &out->as.invite);
    case CAIRN_KIND_CONTROL_MARK:
        return feedop_read_mark(fields, &out->as.mark);
    case CAIRN_KIND_CONTROL_DOCUMENT:
        return feedop_read_document(fields, &out->as.document);
    case CAIRN_KIND_CONTROL_POLICY:
        return feedop_read_policy(fields, &out->as.policy);
    case CAIRN_KIND_RECEIPT:
        return feedop_read_receipt(fields, &out->as.receipt);
    case CAIRN_KIND_MISSING:
        return feedop_read_missing(fields, &out->as.missing);
    case CAIRN_KIND_FEED_LOST:
        return feedop_read_lost(fields, &out->as.lost);
    case CAIRN_KIND_FEED_KEYS:
        return feedop_read_keys(fields, arena, &out->as.keys);
    case CAIRN_KIND_ACCESS_LOOKUP:
        return cairn_lookupop_read(fields, arena, &out->as.lookup);
    case CAIRN_KIND_POLICY_APPLY:
        return feedop_read_apply(fields, &out->as.apply);
    case CAIRN_KIND_ALERT_ISSUE:
    case CAIRN_KIND_ALERT_AMEND:
    case CAIRN_KIND_ALERT_WITHDRAW:
    case CAIRN_KIND_ALERT_LEAVE:
    case CAIRN_KIND_ALERT_BATCH:
    case CAIRN_KIND_CASE_REQUEST:
    case CAIRN_KIND_CASE_ACK:
    case CAIRN_KIND_CASE_ACCEPT:
    case CAIRN_KIND_CASE_REFUSE:
    case CAIRN_KIND_CASE_WITHDRAW:
        break;
    }
    cairn_panic("a kind that feedop.h has", __FILE__, __LINE__);
}

cairn_err cairn_feedop_decode(const struct cairn_operation *operation, struct cairn_arena *arena,
                              struct cairn_feedop *out, size_t *out_fault_at)
{
    struct cairn_feedop feedop = {.kind = operation->kind};
    struct cairn_arena mark = *arena;
    struct cairn_pack_reader reader;
    struct cairn_fields fields;
    cairn_pack_reader_init(&reader, operation->body);
    cairn_err err = cairn_fields_open(&fields, &reader);
    if (err == CAIRN_OK) {
        err = feedop_read(&fields, arena, &feedop);
    }
    if (err == CAIRN_OK) {
        err = cairn_fields_close(&fields);
    }
    if (err != CAIRN_OK) {
        *arena = mark;
        *out_fault_at = reader.at;
        return err;
    }
    *out = feedop;
    return CAIRN_OK;
}

static void feedop_put_fixed(struct cairn_pack_writer *writer, uint64_t key, const uint8_t *data,
                             size_t size)
{
    cairn_pack_put_uint(writer, key);
    cairn_pack_put_bin(writer, (struct cairn_bytes){.data = data, .size = size});
}

static void feedop_put_uint(struct cairn_pack_writer *writer, uint64_t key, uint64_t value)
{
    cairn_pack_put_uint(writer, key);
    cairn_pack_put_uint(writer, value);
}

static struct cairn_bytes feedop_country(const char code[static 4])
{
    struct cairn_bytes country = cairn_bytes_of(code);
    CAIRN_REQUIRE(cairn_id_is_country(country));
    return country;
}

static void feedop_put_wraps(struct cairn_pack_writer *writer, uint64_t key, uint32_t count,
                             const struct cairn_wrap *wraps)
{
    CAIRN_REQUIRE(count > 0);
    CAIRN_REQUIRE(count <= CAIRN_LIMIT_MEMBERS);
    cairn_pack_put_uint(writer, key);
    cairn_pack_put_array(writer, count);
    for (uint32_t i = 0; i < count; i++) {
        const struct cairn_wrap *wrap = &wraps[i];
        CAIRN_REQUIRE(i == 0 || memcmp(wraps[i - 1].country, wrap->country, 3) < 0);
        cairn_pack_put_array(writer, 3);
        cairn_pack_put_text(writer, feedop_country(wrap->country));
        cairn_pack_put_bin(
            writer, (struct cairn_bytes){.data = wrap->sealing, .size = sizeof wrap->sealing});
        cairn_pack_put_bin(writer,
                           (struct cairn_bytes){.data = wrap->wrap, .size = sizeof wrap->wrap});
    }
}

static void feedop_write_open(struct cairn_pack_writer *writer, const struct cairn_feed_open *open)
{
    cairn_pack_put_map(writer, open->is_continuing ? 4 : 3);
    feedop_put_fixed(writer, 1, open->nonce, sizeof open->nonce);
    feedop_put_fixed(writer, 2, open->secret_hash, sizeof open->secret_hash);
    feedop_put_wraps(writer, 3, open->wrap_count, open->wraps);
    if (open->is_continuing) {
        feedop_put_fixed(writer, 4, open->continues, sizeof open->continues);
    }
}

static void feedop_write_admit(struct cairn_pack_writer *writer,
                               const struct cairn_feed_admit *admit)
{
    CAIRN_REQUIRE(admit->wrap_count > 0);
    cairn_pack_put_map(writer, 3);
    cairn_pack_put_uint(writer, 1);
    cairn_pack_put_text(writer, feedop_country(admit->country));
    feedop_put_fixed(writer, 2, admit->sealing, sizeof admit->sealing);
    cairn_pack_put_uint(writer, 3);
    cairn_pack_put_array(writer, admit->wrap_count);
    for (uint32_t i = 0; i < admit->wrap_count; i++) {
        cairn_pack_put_bin(writer,
                           (struct cairn_bytes){.data = admit->wraps[i], .size = CAIRN_WRAP_BYTES});
    }
}

static void feedop_write_rekey(struct cairn_pack_writer *writer,
                               const struct cairn_feed_rekey *rekey)
{
    CAIRN_REQUIRE(rekey->epoch > 0);
    cairn_pack_put_map(writer, 4);
    feedop_put_uint(writer, 1, rekey->epoch);
    feedop_put_fixed(writer, 2, rekey->nonce, sizeof rekey->nonce);
    feedop_put_fixed(writer, 3, rekey->secret_hash, sizeof rekey->secret_hash);
    feedop_put_wraps(writer, 4, rekey->wrap_count, rekey->wraps);
}

static void feedop_write_close(struct cairn_pack_writer *writer,
                               const struct cairn_feed_close *close)
{
    CAIRN_REQUIRE(close->size > 0);
    cairn_pack_put_map(writer, 1);
    feedop_put_uint(writer, 1, close->size);
}

static void feedop_write_invite(struct cairn_pack_writer *writer,
                                const struct cairn_feed_invite *invite)
{
    cairn_pack_put_map(writer, 2);
    feedop_put_fixed(writer, 1, invite->feed, sizeof invite->feed);
    feedop_put_uint(writer, 2, invite->leaf_index);
}

static void feedop_write_mark(struct cairn_pack_writer *writer,
                              const struct cairn_control_mark *mark)
{
    cairn_pack_put_map(writer, 3);
    feedop_put_uint(writer, 1, mark->time_ms);
    feedop_put_fixed(writer, 2, mark->seen, sizeof mark->seen);
    feedop_put_uint(writer, 3, mark->journal_count);
}

static void feedop_write_document(struct cairn_pack_writer *writer,
                                  const struct cairn_control_document *document)
{
    CAIRN_REQUIRE(document->serial > 0);
    cairn_pack_put_map(writer, 2);
    feedop_put_fixed(writer, 1, document->note_hash, sizeof document->note_hash);
    feedop_put_uint(writer, 2, document->serial);
}

static void feedop_write_policy(struct cairn_pack_writer *writer,
                                const struct cairn_control_policy *policy)
{
    cairn_pack_put_map(writer, 1);
    feedop_put_fixed(writer, 1, policy->policy_hash, sizeof policy->policy_hash);
}

static void feedop_write_receipt(struct cairn_pack_writer *writer,
                                 const struct cairn_receipt *receipt)
{
    cairn_pack_put_map(writer, 3);
    feedop_put_fixed(writer, 1, receipt->feed, sizeof receipt->feed);
    feedop_put_uint(writer, 2, receipt->size);
    feedop_put_fixed(writer, 3, receipt->root, sizeof receipt->root);
}

static void feedop_write_missing(struct cairn_pack_writer *writer,
                                 const struct cairn_missing *missing)
{
    cairn_pack_put_map(writer, 2);
    cairn_pack_put_uint(writer, 1);
    cairn_pack_put_text(writer, missing->origin);
    feedop_put_uint(writer, 2, missing->leaf_index);
}

static void feedop_write_lost(struct cairn_pack_writer *writer, const struct cairn_feed_lost *lost)
{
    CAIRN_REQUIRE(lost->from_leaf < lost->to_leaf);
    cairn_pack_put_map(writer, 6);
    feedop_put_fixed(writer, 1, lost->feed, sizeof lost->feed);
    cairn_pack_put_uint(writer, 2);
    cairn_pack_put_text(writer, lost->origin);
    feedop_put_uint(writer, 3, lost->commits);
    feedop_put_uint(writer, 4, lost->size);
    feedop_put_uint(writer, 5, lost->from_leaf);
    feedop_put_uint(writer, 6, lost->to_leaf);
}

static void feedop_write_keys(struct cairn_pack_writer *writer, const struct cairn_feed_keys *keys)
{
    CAIRN_REQUIRE(keys->secret_count > 0 && keys->secret_count <= CAIRN_FEED_KEYS_MAX);
    cairn_pack_put_map(writer, keys->is_pairwise ? 4 : 3);
    cairn_pack_put_uint(writer, 1);
    cairn_pack_put_text(writer, keys->origin);
    feedop_put_fixed(writer, 2, keys->feed, sizeof keys->feed);
    cairn_pack_put_uint(writer, 3);
    cairn_pack_put_array(writer, keys->secret_count);
    for (uint32_t i = 0; i < keys->secret_count; i++) {
        cairn_pack_put_bin(writer, (struct cairn_bytes){.data = keys->secrets[i], .size = 32});
    }
    if (keys->is_pairwise) {
        cairn_pack_put_uint(writer, 4);
        cairn_pack_put_bool(writer, true);
    }
}

static void feedop_write_apply(struct cairn_pack_writer *writer,
                               const struct cairn_policy_apply *apply)
{
    CAIRN_REQUIRE(apply->text.size > 0);
    cairn_pack_put_map(writer, 2);
    feedop_put_fixed(writer, 1, apply->salt, sizeof apply->salt);
    cairn_pack_put_uint(writer, 2);
    cairn_pack_put_text(writer, apply->text);
}

static cairn_err feedop_write(struct cairn_pack_writer *writer, const struct cairn_feedop *feedop)
{
    switch (feedop->kind) {
    case CAIRN_KIND_FEED_OPEN:
        feedop_write_open(writer, &feedop->as.open);
        return CAIRN_OK;
    case CAIRN_KIND_FEED_ADMIT:
        feedop_write_admit(writer, &feedop->as.admit);
        return CAIRN_OK;
    case CAIRN_KIND_FEED_REKEY:
        feedop_write_rekey(writer, &feedop->as.rekey);
        return CAIRN_OK;
    case CAIRN_KIND_FEED_CLOSE:
        feedop_write_close(writer, &feedop->as.close);
        return CAIRN_OK;
    case CAIRN_KIND_FEED_INVITE:
        feedop_write_invite(writer, &feedop->as.invite);
        return CAIRN_OK;
    case CAIRN_KIND_CONTROL_MARK:
        feedop_write_mark(writer, &feedop->as.mark);
        return CAIRN_OK;
    case CAIRN_KIND_CONTROL_DOCUMENT:
        feedop_write_document(writer, &feedop->as.document);
        return CAIRN_OK;
    case CAIRN_KIND_CONTROL_POLICY:
        feedop_write_policy(writer, &feedop->as.policy);
        return CAIRN_OK;
    case CAIRN_KIND_RECEIPT:
        feedop_write_receipt(writer, &feedop->as.receipt);
        return CAIRN_OK;
    case CAIRN_KIND_MISSING:
        feedop_write_missing(writer, &feedop->as.missing);
        return CAIRN_OK;
    case CAIRN_KIND_FEED_LOST:
        feedop_write_lost(writer, &feedop->as.lost);
        return CAIRN_OK;
    case CAIRN_KIND_FEED_KEYS:
        feedop_write_keys(writer, &feedop->as.keys);
        return CAIRN_OK;
    case CAIRN_KIND_ACCESS_LOOKUP:
        return cairn_lookupop_write(writer, &feedop->as.lookup);
    case CAIRN_KIND_POLICY_APPLY:
        feedop_write_apply(writer, &feedop->as.apply);
        return CAIRN_OK;
    case CAIRN_KIND_ALERT_ISSUE:
    case CAIRN_KIND_ALERT_AMEND:
    case CAIRN_KIND_ALERT_WITHDRAW:
    case CAIRN_KIND_ALERT_LEAVE:
    case CAIRN_KIND_ALERT_BATCH:
    case CAIRN_KIND_CASE_REQUEST:
    case CAIRN_KIND_CASE_ACK:
    case CAIRN_KIND_CASE_ACCEPT:
    case CAIRN_KIND_CASE_REFUSE:
    case CAIRN_KIND_CASE_WITHDRAW:
        break;
    }
    cairn_panic("a kind that feedop.h has", __FILE__, __LINE__);
}

cairn_err cairn_feedop_encode(const struct cairn_feedop *feedop, void *buffer, size_t capacity,
                              struct cairn_bytes *out)
{
    struct cairn_pack_writer writer;
    struct cairn_bytes body;
    size_t fault_at;
    cairn_pack_writer_init(&writer, buffer, capacity);
    CAIRN_TRY(feedop_write(&writer, feedop));
    CAIRN_TRY(cairn_pack_end(&writer, &body));
    CAIRN_TRY(cairn_pack_check(body, &fault_at)); /* its texts may come from people */
    *out = body;
    return CAIRN_OK;
}
