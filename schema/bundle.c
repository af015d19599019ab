#include "schema/bundle.h"

#include "schema/base/check.h"
#include "schema/base/text.h"
#include "schema/fields.h"
#include "schema/origin.h"

#include <string.h>

#define BUNDLE_SCOPE_BYTES (9u + CAIRN_LIMIT_ORIGIN_BYTES) /* the longest: `withheld <origin>` */
#define BUNDLE_HASH_BYTES  32u

_Static_assert(sizeof CAIRN_BUNDLE_MAGIC - 1 == CAIRN_BUNDLE_MAGIC_BYTES, "without the NUL");
_Static_assert(CAIRN_COMMIT_MAX_BYTES < CAIRN_BUNDLE_RECORD_BYTES, "a commit fits a record");
_Static_assert(CAIRN_FORK_BYTES < CAIRN_BUNDLE_RECORD_BYTES, "and so does a fork");

static cairn_err bundle_need_fixed(struct cairn_fields *fields, uint64_t key, size_t size,
                                   uint8_t *out)
{
    CAIRN_TRY(cairn_fields_need(fields, key));
    return cairn_pack_get_fixed(fields->reader, size, out);
}

static cairn_err bundle_need_uint(struct cairn_fields *fields, uint64_t key, uint64_t *out)
{
    CAIRN_TRY(cairn_fields_need(fields, key));
    return cairn_pack_get_uint(fields->reader, UINT64_MAX, out);
}

static cairn_err bundle_need_bin(struct cairn_fields *fields, uint64_t key, size_t size_max,
                                 struct cairn_bytes *out)
{
    CAIRN_TRY(cairn_fields_need(fields, key));
    return cairn_fields_get_bin(fields->reader, size_max, out);
}

static cairn_err bundle_need_origin(struct cairn_fields *fields, uint64_t key,
                                    struct cairn_bytes *out)
{
    CAIRN_TRY(cairn_fields_need(fields, key));
    return cairn_fields_get_origin(fields->reader, out);
}

/* What follows the prefix; NULL data when the text does not begin with it. */
static struct cairn_bytes bundle_behind(struct cairn_bytes text, const char *prefix)
{
    struct cairn_bytes start = cairn_bytes_of(prefix);
    if (text.size < start.size || memcmp(text.data, start.data, start.size) != 0) {
        return (struct cairn_bytes){.data = NULL};
    }
    return (struct cairn_bytes){.data = text.data + start.size, .size = text.size - start.size};
}

static cairn_err bundle_parse_scope(struct cairn_bytes text, struct cairn_scope *out)
{
    struct cairn_bytes feed = bundle_behind(text, "feed ");
    struct cairn_bytes object = bundle_behind(text, "object ");
    struct cairn_bytes fork = bundle_behind(text, "fork ");
    struct cairn_bytes withheld = bundle_behind(text, "withheld ");
    if (cairn_bytes_is_equal(text, cairn_bytes_of("all"))) {
        out->type = CAIRN_SCOPE_ALL;
        return CAIRN_OK;
    }
    if (cairn_bytes_is_equal(text, cairn_bytes_of("withheld"))) {
        out->type = CAIRN_SCOPE_WITHHELD;
        out->origin = (struct cairn_bytes){.data = NULL};
        return CAIRN_OK;
    }
    if (feed.data != NULL) {
        out->type = CAIRN_SCOPE_FEED;
        return cairn_text_hex_decode(feed, sizeof out->feed, out->feed);
    }
    if (object.data != NULL) {
        out->type = CAIRN_SCOPE_OBJECT;
        return cairn_id_parse(object, &out->object);
    }
    if (fork.data != NULL || withheld.data != NULL) {
        struct cairn_origin parts;
        out->type = fork.data != NULL ? CAIRN_SCOPE_FORK : CAIRN_SCOPE_WITHHELD;
        out->origin = fork.data != NULL ? fork : withheld;
        return cairn_origin_parse(out->origin, &parts);
    }
    return CAIRN_BUNDLE;
}

static cairn_err bundle_read_head(struct cairn_fields *fields, struct cairn_bundle_head *out)
{
    struct cairn_pack_reader *reader = fields->reader;
    CAIRN_TRY(cairn_fields_need(fields, 1));
    size_t at = reader->at;
    CAIRN_TRY(cairn_pack_get_text(reader, CAIRN_LIMIT_NETWORK_BYTES, &out->network));
    if (!cairn_country_is_name(out->network)) {
        return cairn_fields_fail(reader, at, CAIRN_ORIGIN);
    }
    CAIRN_TRY(bundle_need_origin(fields, 2, &out->origin));
    CAIRN_TRY(bundle_need_uint(fields, 3, &out->time_ms));
    CAIRN_TRY(cairn_fields_need(fields, 4));
    at = reader->at;
    struct cairn_bytes scope;
    CAIRN_TRY(cairn_pack_get_text(reader, BUNDLE_SCOPE_BYTES, &scope));
    cairn_err err = bundle_parse_scope(scope, &out->scope);
    return err == CAIRN_OK ? CAIRN_OK : cairn_fields_fail(reader, at, err);
}

static cairn_err bundle_read_feed(struct cairn_fields *fields, struct cairn_arena *arena,
                                  struct cairn_bundle_feed *out)
{
    struct cairn_pack_reader *reader = fields->reader;
    CAIRN_TRY(bundle_need_fixed(fields, 1, sizeof out->feed, out->feed));
    CAIRN_TRY(bundle_need_origin(fields, 2, &out->origin));
    CAIRN_TRY(cairn_fields_need(fields, 3));
    size_t start = reader->at;
    CAIRN_TRY(cairn_fields_get_list(reader, UINT32_MAX, &out->epoch_count));
    struct cairn_epoch_keys *epochs = cairn_arena_take(arena, out->epoch_count * sizeof *epochs);
    if (epochs == NULL) {
        return cairn_fields_fail(reader, start, CAIRN_NO_ROOM);
    }
    for (uint32_t i = 0; i < out->epoch_count; i++) {
        size_t at = reader->at;
        uint32_t count;
        CAIRN_TRY(cairn_pack_get_array(reader, &count));
        if (count != 2) {
            return cairn_fields_fail(reader, at, CAIRN_BUNDLE);
        }
        CAIRN_TRY(cairn_pack_get_fixed(reader, sizeof epochs[i].tag, epochs[i].tag));
        CAIRN_TRY(cairn_pack_get_fixed(reader, sizeof epochs[i].salt, epochs[i].salt));
    }
    out->epochs = epochs;
    return CAIRN_OK;
}

static cairn_err bundle_read_leaves(struct cairn_fields *fields, struct cairn_bundle_leaves *out)
{
    CAIRN_TRY(cairn_fields_need(fields, 1));
    size_t at = fields->reader->at;
    CAIRN_TRY(cairn_fields_get_bin(fields->reader, CAIRN_BUNDLE_LEAVES_MAX * CAIRN_LEAF_BYTES,
                                   &out->leaves));
    bool is_whole = out->leaves.size % CAIRN_LEAF_BYTES == 0;
    return is_whole ? CAIRN_OK : cairn_fields_fail(fields->reader, at, CAIRN_BUNDLE);
}

static cairn_err bundle_get_key(struct cairn_pack_reader *reader, struct cairn_content_key *out)
{
    out->is_given = cairn_pack_peek(reader) != CAIRN_PACK_NIL;
    if (!out->is_given) {
        return cairn_pack_get_nil(reader);
    }
    return cairn_pack_get_fixed(reader, sizeof out->key, out->key);
}

static cairn_err bundle_read_commit(struct cairn_fields *fields, struct cairn_arena *arena,
                                    struct cairn_bundle_commit *out)
{
    struct cairn_pack_reader *reader = fields->reader;
    CAIRN_TRY(bundle_need_bin(fields, 1, CAIRN_COMMIT_MAX_BYTES, &out->commit));
    CAIRN_TRY(bundle_need_fixed(fields, 2, sizeof out->salt, out->salt));
    CAIRN_TRY(cairn_fields_need(fields, 3));
    size_t at = reader->at;
    CAIRN_TRY(cairn_pack_get_array(reader, &out->key_count));
    struct cairn_content_key *keys = cairn_arena_take(arena, out->key_count * sizeof *keys);
    if (keys == NULL) {
        return cairn_fields_fail(reader, at, CAIRN_NO_ROOM);
    }
    for (uint32_t i = 0; i < out->key_count; i++) {
        CAIRN_TRY(bundle_get_key(reader, &keys[i]));
    }
    out->keys = keys;
    return CAIRN_OK;
}

static cairn_err bundle_need_proof(struct cairn_fields *fields, uint64_t key,
                                   struct cairn_arena *arena, struct cairn_bytes *out)
{
    CAIRN_TRY(cairn_fields_need(fields, key));
    size_t at = fields->reader->at;
    uint32_t count;
    uint8_t *hashes;
    CAIRN_TRY(cairn_fields_get_blocks(fields->reader, arena, BUNDLE_HASH_BYTES, &count, &hashes));
    if (count > CAIRN_BUNDLE_PROOF_MAX) {
        return cairn_fields_fail(fields->reader, at, CAIRN_TOO_LONG);
    }
    *out = (struct cairn_bytes){.data = hashes, .size = count * (size_t)BUNDLE_HASH_BYTES};
    return CAIRN_OK;
}

static cairn_err bundle_need_opening(struct cairn_fields *fields, struct cairn_opening *out)
{
    uint8_t bytes[CAIRN_OPENING_BYTES];
    CAIRN_TRY(cairn_fields_need(fields, 5));
    size_t at = fields->reader->at;
    CAIRN_TRY(cairn_pack_get_fixed(fields->reader, sizeof bytes, bytes));
    cairn_err err = cairn_opening_decode(bytes, out);
    return err == CAIRN_OK ? CAIRN_OK : cairn_fields_fail(fields->reader, at, err);
}

/* Index and prefix: what makes the stub, together with the body's hash. */
static cairn_err bundle_need_place(struct cairn_fields *fields, struct cairn_bundle_entry *out)
{
    struct cairn_pack_reader *reader = fields->reader;
    CAIRN_TRY(cairn_fields_need(fields, 7));
    size_t at = reader->at;
    CAIRN_TRY(cairn_pack_get_uint(reader, UINT64_MAX, &out->index));
    if (out->index >= out->opening.size) {
        return cairn_fields_fail(reader, at, CAIRN_NUMBER);
    }
    CAIRN_TRY(cairn_fields_need(fields, 8));
    at = reader->at;
    CAIRN_TRY(cairn_pack_get_fixed(reader, sizeof out->prefix_bytes, out->prefix_bytes));
    cairn_err err = cairn_prefix_decode(out->prefix_bytes, &out->prefix);
    return err == CAIRN_OK ? CAIRN_OK : cairn_fields_fail(reader, at, err);
}

static cairn_err bundle_read_entry(struct cairn_fields *fields, struct cairn_arena *arena,
                                   struct cairn_bundle_entry *out)
{
    CAIRN_TRY(bundle_need_origin(fields, 1, &out->origin));
    CAIRN_TRY(bundle_need_bin(fields, 2, CAIRN_LIMIT_NOTE_BYTES, &out->checkpoint));
    CAIRN_TRY(bundle_need_fixed(fields, 3, sizeof out->leaf, out->leaf));
    CAIRN_TRY(bundle_need_proof(fields, 4, arena, &out->leaf_proof));
    CAIRN_TRY(bundle_need_opening(fields, &out->opening));
    CAIRN_TRY(bundle_need_fixed(fields, 6, sizeof out->salt, out->salt));
    CAIRN_TRY(bundle_need_place(fields, out));
    CAIRN_TRY(bundle_need_bin(fields, 9, CAIRN_LIMIT_BODY_BYTES, &out->body));
    CAIRN_TRY(bundle_need_proof(fields, 10, arena, &out->entry_proof));
    CAIRN_TRY(cairn_fields_need(fields, 11));
    return bundle_get_key(fields->reader, &out->key);
}

static cairn_err bundle_read_end(struct cairn_fields *fields, struct cairn_bundle_end *out)
{
    CAIRN_TRY(bundle_need_uint(fields, 1, &out->record_count));
    return bundle_need_fixed(fields, 2, sizeof out->digest, out->digest);
}

static cairn_err bundle_read_type(struct cairn_fields *fields, enum cairn_bundle_type *out)
{
    CAIRN_TRY(cairn_fields_need(fields, 0));
    size_t at = fields->reader->at;
    uint64_t type;
    CAIRN_TRY(cairn_pack_get_uint(fields->reader, UINT64_MAX, &type));
    if (type < CAIRN_BUNDLE_HEAD || type > CAIRN_BUNDLE_WITHHELD) {
        return cairn_fields_fail(fields->reader, at, CAIRN_BUNDLE);
    }
    *out = (enum cairn_bundle_type)type;
    return CAIRN_OK;
}

static cairn_err bundle_read_fields(struct cairn_fields *fields, struct cairn_arena *arena,
                                    struct cairn_bundle_record *out)
{
    switch (out->type) {
    case CAIRN_BUNDLE_HEAD:
        return bundle_read_head(fields, &out->as.head);
    case CAIRN_BUNDLE_DOCUMENT:
        return bundle_need_bin(fields, 1, CAIRN_LIMIT_NOTE_BYTES, &out->as.document.note);
    case CAIRN_BUNDLE_JOURNAL:
        return bundle_need_origin(fields, 1, &out->as.journal.origin);
    case CAIRN_BUNDLE_FEED:
        return bundle_read_feed(fields, arena, &out->as.feed);
    case CAIRN_BUNDLE_LEAVES:
        return bundle_read_leaves(fields, &out->as.leaves);
    case CAIRN_BUNDLE_COMMIT:
        return bundle_read_commit(fields, arena, &out->as.commit);
    case CAIRN_BUNDLE_CHECKPOINT:
        return bundle_need_bin(fields, 1, CAIRN_LIMIT_NOTE_BYTES, &out->as.checkpoint.note);
    case CAIRN_BUNDLE_ENTRY:
        return bundle_read_entry(fields, arena, &out->as.entry);
    case CAIRN_BUNDLE_END:
        return bundle_read_end(fields, &out->as.end);
    case CAIRN_BUNDLE_FORK:
        return cairn_fork_read(fields, arena, &out->as.fork);
    case CAIRN_BUNDLE_WITHHELD:
        return cairn_withheld_read(fields, arena, &out->as.withheld);
    }
    cairn_panic("a type of the enum", __FILE__, __LINE__);
}

static cairn_err bundle_read(struct cairn_pack_reader *reader, struct cairn_arena *arena,
                             struct cairn_bundle_record *out)
{
    struct cairn_fields fields;
    CAIRN_TRY(cairn_fields_open(&fields, reader));
    CAIRN_TRY(bundle_read_type(&fields, &out->type));
    CAIRN_TRY(bundle_read_fields(&fields, arena, out));
    return cairn_fields_close(&fields);
}

cairn_err cairn_bundle_decode(struct cairn_bytes payload, struct cairn_arena *arena,
                              struct cairn_bundle_record *out, size_t *out_fault_at)
{
    if (payload.size > CAIRN_BUNDLE_RECORD_BYTES) {
        *out_fault_at = 0;
        return CAIRN_BUNDLE;
    }
    CAIRN_TRY(cairn_pack_check(payload, out_fault_at));

    struct cairn_arena mark = *arena;
    struct cairn_bundle_record record = {.type = CAIRN_BUNDLE_END};
    struct cairn_pack_reader reader;
    cairn_pack_reader_init(&reader, payload);
    cairn_err err = bundle_read(&reader, arena, &record);
    if (err != CAIRN_OK) {
        *arena = mark;
        *out_fault_at = reader.at;
        return err;
    }
    *out = record;
    return CAIRN_OK;
}

cairn_err cairn_bundle_record_size(const uint8_t in[static CAIRN_BUNDLE_LENGTH_BYTES],
                                   uint32_t *out_size)
{
    uint32_t size = cairn_bytes_get_u32(in);
    if (size == 0 || size > CAIRN_BUNDLE_RECORD_BYTES) {
        return CAIRN_BUNDLE;
    }
    *out_size = size;
    return CAIRN_OK;
}

static void bundle_put_uint(struct cairn_pack_writer *writer, uint64_t key, uint64_t value)
{
    cairn_pack_put_uint(writer, key);
    cairn_pack_put_uint(writer, value);
}

static void bundle_put_text(struct cairn_pack_writer *writer, uint64_t key, struct cairn_bytes text)
{
    cairn_pack_put_uint(writer, key);
    cairn_pack_put_text(writer, text);
}

static void bundle_put_bin(struct cairn_pack_writer *writer, uint64_t key, struct cairn_bytes bin)
{
    cairn_pack_put_uint(writer, key);
    cairn_pack_put_bin(writer, bin);
}

static void bundle_put_fixed(struct cairn_pack_writer *writer, uint64_t key, const uint8_t *data,
                             size_t size)
{
    bundle_put_bin(writer, key, (struct cairn_bytes){.data = data, .size = size});
}

/* The map and its type; count: fields that follow. */
static void bundle_put_head(struct cairn_pack_writer *writer, enum cairn_bundle_type type,
                            uint32_t count)
{
    cairn_pack_put_map(writer, 1 + count);
    bundle_put_uint(writer, 0, (uint64_t)type);
}

static void bundle_put_scope(struct cairn_pack_writer *writer, const struct cairn_scope *scope)
{
    static const char *const words[] = {"all", "feed ", "object ", "fork ", "withheld"};
    uint8_t text[BUNDLE_SCOPE_BYTES];
    struct cairn_bytes word = cairn_bytes_of(words[scope->type]);
    struct cairn_bytes feed = {.data = scope->feed, .size = sizeof scope->feed};
    size_t size = word.size;
    memset(text, ' ', sizeof text);
    memcpy(text, word.data, word.size);
    if (scope->type == CAIRN_SCOPE_FEED) {
        char hex[2 * CAIRN_FEED_BYTES];
        cairn_text_hex_encode(feed, hex);
        memcpy(text + size, hex, sizeof hex);
        size += sizeof hex;
    } else if (scope->type == CAIRN_SCOPE_OBJECT) {
        memcpy(text + size, scope->object.text, CAIRN_ID_OBJECT_BYTES);
        size += CAIRN_ID_OBJECT_BYTES;
    } else if (scope->type != CAIRN_SCOPE_ALL && scope->origin.size > 0) {
        CAIRN_REQUIRE(scope->origin.size <= CAIRN_LIMIT_ORIGIN_BYTES);
        size += scope->type == CAIRN_SCOPE_WITHHELD ? 1 : 0; /* behind a space */
        memcpy(text + size, scope->origin.data, scope->origin.size);
        size += scope->origin.size;
    }
    bundle_put_text(writer, 4, (struct cairn_bytes){.data = text, .size = size});
}

static void bundle_write_head(struct cairn_pack_writer *writer,
                              const struct cairn_bundle_head *head)
{
    bundle_put_head(writer, CAIRN_BUNDLE_HEAD, 4);
    bundle_put_text(writer, 1, head->network);
    bundle_put_text(writer, 2, head->origin);
    bundle_put_uint(writer, 3, head->time_ms);
    bundle_put_scope(writer, &head->scope);
}

static void bundle_write_feed(struct cairn_pack_writer *writer,
                              const struct cairn_bundle_feed *feed)
{
    CAIRN_REQUIRE(feed->epoch_count > 0);
    bundle_put_head(writer, CAIRN_BUNDLE_FEED, 3);
    bundle_put_fixed(writer, 1, feed->feed, sizeof feed->feed);
    bundle_put_text(writer, 2, feed->origin);
    cairn_pack_put_uint(writer, 3);
    cairn_pack_put_array(writer, feed->epoch_count);
    for (uint32_t i = 0; i < feed->epoch_count; i++) {
        const struct cairn_epoch_keys *keys = &feed->epochs[i];
        cairn_pack_put_array(writer, 2);
        cairn_pack_put_bin(writer,
                           (struct cairn_bytes){.data = keys->tag, .size = sizeof keys->tag});
        cairn_pack_put_bin(writer,
                           (struct cairn_bytes){.data = keys->salt, .size = sizeof keys->salt});
    }
}

static void bundle_put_key(struct cairn_pack_writer *writer, const struct cairn_content_key *key)
{
    if (key->is_given) {
        cairn_pack_put_bin(writer, (struct cairn_bytes){.data = key->key, .size = sizeof key->key});
    } else {
        cairn_pack_put_nil(writer);
    }
}

static void bundle_write_leaves(struct cairn_pack_writer *writer,
                                const struct cairn_bundle_leaves *leaves)
{
    CAIRN_REQUIRE(leaves->leaves.size > 0);
    CAIRN_REQUIRE(leaves->leaves.size % CAIRN_LEAF_BYTES == 0);
    CAIRN_REQUIRE(leaves->leaves.size <= CAIRN_BUNDLE_LEAVES_MAX * CAIRN_LEAF_BYTES);
    bundle_put_head(writer, CAIRN_BUNDLE_LEAVES, 1);
    bundle_put_bin(writer, 1, leaves->leaves);
}

static void bundle_write_commit(struct cairn_pack_writer *writer,
                                const struct cairn_bundle_commit *commit)
{
    bundle_put_head(writer, CAIRN_BUNDLE_COMMIT, 3);
    bundle_put_bin(writer, 1, commit->commit);
    bundle_put_fixed(writer, 2, commit->salt, sizeof commit->salt);
    cairn_pack_put_uint(writer, 3);
    cairn_pack_put_array(writer, commit->key_count);
    for (uint32_t i = 0; i < commit->key_count; i++) {
        bundle_put_key(writer, &commit->keys[i]);
    }
}

static void bundle_put_proof(struct cairn_pack_writer *writer, uint64_t key,
                             struct cairn_bytes proof)
{
    CAIRN_REQUIRE(proof.size % BUNDLE_HASH_BYTES == 0);
    CAIRN_REQUIRE(proof.size <= CAIRN_BUNDLE_PROOF_MAX * BUNDLE_HASH_BYTES);
    cairn_pack_put_uint(writer, key);
    cairn_pack_put_array(writer, (uint32_t)(proof.size / BUNDLE_HASH_BYTES));
    for (size_t at = 0; at < proof.size; at += BUNDLE_HASH_BYTES) {
        cairn_pack_put_bin(
            writer, (struct cairn_bytes){.data = proof.data + at, .size = BUNDLE_HASH_BYTES});
    }
}

static void bundle_write_entry(struct cairn_pack_writer *writer,
                               const struct cairn_bundle_entry *entry)
{
    CAIRN_REQUIRE(entry->index < entry->opening.size);
    uint8_t opening[CAIRN_OPENING_BYTES];
    cairn_opening_encode(&entry->opening, opening);
    bundle_put_head(writer, CAIRN_BUNDLE_ENTRY, 11);
    bundle_put_text(writer, 1, entry->origin);
    bundle_put_bin(writer, 2, entry->checkpoint);
    bundle_put_fixed(writer, 3, entry->leaf, sizeof entry->leaf);
    bundle_put_proof(writer, 4, entry->leaf_proof);
    bundle_put_fixed(writer, 5, opening, sizeof opening);
    bundle_put_fixed(writer, 6, entry->salt, sizeof entry->salt);
    bundle_put_uint(writer, 7, entry->index);
    bundle_put_fixed(writer, 8, entry->prefix_bytes, sizeof entry->prefix_bytes);
    bundle_put_bin(writer, 9, entry->body);
    bundle_put_proof(writer, 10, entry->entry_proof);
    cairn_pack_put_uint(writer, 11);
    bundle_put_key(writer, &entry->key);
}

static void bundle_write_note(struct cairn_pack_writer *writer, enum cairn_bundle_type type,
                              const struct cairn_bundle_note *note)
{
    CAIRN_REQUIRE(note->note.size > 0);
    CAIRN_REQUIRE(note->note.size <= CAIRN_LIMIT_NOTE_BYTES);
    bundle_put_head(writer, type, 1);
    bundle_put_bin(writer, 1, note->note);
}

static void bundle_write(struct cairn_pack_writer *writer, const struct cairn_bundle_record *record)
{
    switch (record->type) {
    case CAIRN_BUNDLE_HEAD:
        bundle_write_head(writer, &record->as.head);
        return;
    case CAIRN_BUNDLE_DOCUMENT:
        bundle_write_note(writer, record->type, &record->as.document);
        return;
    case CAIRN_BUNDLE_JOURNAL:
        bundle_put_head(writer, CAIRN_BUNDLE_JOURNAL, 1);
        bundle_put_text(writer, 1, record->as.journal.origin);
        return;
    case CAIRN_BUNDLE_FEED:
        bundle_write_feed(writer, &record->as.feed);
        return;
    case CAIRN_BUNDLE_LEAVES:
        bundle_write_leaves(writer, &record->as.leaves);
        return;
    case CAIRN_BUNDLE_COMMIT:
        bundle_write_commit(writer, &record->as.commit);
        return;
    case CAIRN_BUNDLE_CHECKPOINT:
        bundle_write_note(writer, record->type, &record->as.checkpoint);
        return;
    case CAIRN_BUNDLE_ENTRY:
        bundle_write_entry(writer, &record->as.entry);
        return;
    case CAIRN_BUNDLE_END:
        bundle_put_head(writer, CAIRN_BUNDLE_END, 2);
        bundle_put_uint(writer, 1, record->as.end.record_count);
        bundle_put_fixed(writer, 2, record->as.end.digest, sizeof record->as.end.digest);
        return;
    case CAIRN_BUNDLE_FORK:
        bundle_put_head(writer, CAIRN_BUNDLE_FORK, CAIRN_FORK_FIELDS);
        cairn_fork_write(writer, &record->as.fork);
        return;
    case CAIRN_BUNDLE_WITHHELD:
        bundle_put_head(writer, record->type, cairn_withheld_fields(&record->as.withheld));
        cairn_withheld_write(writer, &record->as.withheld);
        return;
    }
    cairn_panic("a type of the enum", __FILE__, __LINE__);
}

cairn_err cairn_bundle_encode(const struct cairn_bundle_record *record, void *buffer,
                              size_t capacity, struct cairn_bytes *out)
{
    struct cairn_pack_writer writer;
    struct cairn_bytes payload;
    cairn_pack_writer_init(&writer, buffer, capacity);
    bundle_write(&writer, record);
    CAIRN_TRY(cairn_pack_end(&writer, &payload));
    if (payload.size > CAIRN_BUNDLE_RECORD_BYTES) {
        return CAIRN_TOO_LONG;
    }
    *out = payload;
    return CAIRN_OK;
}

cairn_err cairn_bundle_frame(const struct cairn_bundle_record *record, void *buffer,
                             size_t capacity, struct cairn_bytes *out)
{
    uint8_t *data = buffer;
    struct cairn_bytes payload;
    if (capacity < CAIRN_BUNDLE_LENGTH_BYTES) {
        return CAIRN_NO_ROOM;
    }
    CAIRN_TRY(cairn_bundle_encode(record, data + CAIRN_BUNDLE_LENGTH_BYTES,
                                  capacity - CAIRN_BUNDLE_LENGTH_BYTES, &payload));
    cairn_bytes_put_u32(data, (uint32_t)payload.size);
    *out = (struct cairn_bytes){.data = data, .size = CAIRN_BUNDLE_LENGTH_BYTES + payload.size};
    return CAIRN_OK;
}
