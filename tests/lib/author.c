#include "tests/lib/author.h"

#include <stdlib.h>
#include <string.h>

#include "crypto/hash.h"
#include "crypto/note.h"
#include "replication/log/body.h"
#include "schema/country.h"
#include "tests/lib/test.h"

#define NETWORK "test-demo"

/* Blocks that live as long as the program, in one chain that a leak checker can follow. */
struct author_block {
    struct author_block *next;
    _Alignas(16) uint8_t data[];
};

static void *author_take(size_t size)
{
    static struct author_block *first;
    struct author_block *block = calloc(1, sizeof *block + size);
    assert_non_null(block);
    block->next = first;
    first = block;
    return block->data;
}

/* 32 bytes that follow from two names and a number. */
static void author_bytes(const char *who, const char *what, uint64_t number, uint8_t out[static 32])
{
    struct cairn_sha256 hash;
    uint8_t bytes[8];
    cairn_bytes_put_u64(bytes, number);
    cairn_sha256_init(&hash);
    cairn_sha256_update(&hash, cairn_bytes_of(who));
    cairn_sha256_update(&hash, cairn_bytes_of(what));
    cairn_sha256_update(&hash, (struct cairn_bytes){bytes, sizeof bytes});
    cairn_sha256_final(&hash, out);
}

static struct cairn_bytes author_sign_note(const struct author *author, struct cairn_bytes text,
                                           const uint8_t seed[static 32], const char *name)
{
    struct cairn_note_key key = {.name = cairn_bytes_of(name), .type = CAIRN_NOTE_ED25519};
    struct cairn_note_writer writer;
    uint8_t signature[64];
    size_t capacity = text.size + 512;
    cairn_suite_sign_public(author->suite, seed, key.public_key);
    cairn_suite_sign(author->suite, seed, text, signature);
    cairn_note_writer_init(&writer, author_take(capacity), capacity);
    assert_err(cairn_note_put_text(&writer, text), CAIRN_OK);
    assert_err(cairn_note_append_signature(&writer, &key, 0, signature), CAIRN_OK);
    return (struct cairn_bytes){writer.data, writer.size};
}

static void author_document(struct author *author)
{
    struct cairn_country_doc doc = {
        .network = cairn_bytes_of(NETWORK),
        .country = cairn_bytes_of(author->country),
        .serial = 1,
        .sealing_count = 1,
        .sealing = {{.number = 1}},
        .node_count = 1,
        .nodes = {{.name = cairn_bytes_of("one"), .incarnation = 1}},
        .kinds = 1,
        .valid_until_ms = 1000,
    };
    uint8_t text[4096], secret[32];
    char name[sizeof NETWORK + 4] = NETWORK "/";
    struct cairn_bytes bytes;
    cairn_suite_sign_public(author->suite, author->root_seed, doc.root);
    author_bytes(author->country, "sealing", 1, secret);
    cairn_suite_dh_public(author->suite, secret, doc.sealing[0].key);
    cairn_suite_sign_public(author->suite, author->log_seed, doc.nodes[0].log);
    cairn_suite_sign_public(author->suite, author->witness_seed, doc.nodes[0].witness);
    if (author->is_ended) {
        struct cairn_country_ended *ended = &doc.ended[doc.ended_count++];
        *ended = (struct cairn_country_ended){
            .name = doc.nodes[0].name, .incarnation = 1, .size = author->ended_size};
        memcpy(ended->log, doc.nodes[0].log, 32);
        memcpy(ended->witness, doc.nodes[0].witness, 32);
        memcpy(ended->root, author->ended_root, 32);
        doc.serial = 2;
        doc.nodes[0].incarnation = 2;
        doc.nodes[0].log[0] ^= 1; /* nobody signs with them */
        doc.nodes[0].witness[0] ^= 1;
    }
    assert_err(cairn_country_encode(&doc, text, sizeof text, &bytes), CAIRN_OK);
    memcpy(name + sizeof NETWORK, author->country, 4);
    author->document = author_sign_note(author, bytes, author->root_seed, name);
}

void author_end(struct author *author, uint64_t size, const uint8_t *root)
{
    struct cairn_merkle_range range;
    cairn_merkle_range_init(&range);
    for (uint64_t i = 0; i < size && root == NULL; i++) {
        uint8_t hash[32];
        cairn_merkle_leaf((struct cairn_bytes){author->leaves[i], CAIRN_LEAF_BYTES}, hash);
        cairn_merkle_range_append(&range, hash);
    }
    author->is_ended = true;
    author->ended_size = size;
    cairn_merkle_range_root(&range, author->ended_root);
    if (root != NULL) {
        memcpy(author->ended_root, root, 32);
    }
    author_document(author);
}

void author_open(struct author *author, const struct cairn_suite *suite, const char *country)
{
    *author = (struct author){.suite = suite};
    memcpy(author->country, country, 4);
    author_bytes(country, "root", 1, author->root_seed);
    author_bytes(country, "log", 1, author->log_seed);
    author_bytes(country, "witness", 1, author->witness_seed);
    assert_err(cairn_origin_make(cairn_bytes_of(NETWORK), cairn_bytes_of(country),
                                 cairn_bytes_of("one"), 1, author->origin),
               CAIRN_OK);
    author->leaves = author_take((size_t)AUTHOR_LEAVES_MAX * CAIRN_LEAF_BYTES);
    author->commits = author_take(AUTHOR_COMMITS_MAX * sizeof *author->commits);
    author_document(author);
}

/* ---- feeds ---- */

static void author_feed_begin(struct author_feed *feed, const uint8_t id[static 16])
{
    *feed = (struct author_feed){.epoch_count = 1};
    memcpy(feed->id, id, 16);
    cairn_merkle_range_init(&feed->range);
    cairn_commit_writer_init(&feed->writer, author_take(CAIRN_COMMIT_MAX_BYTES),
                             CAIRN_COMMIT_MAX_BYTES);
}

void author_feed_control(const struct author *author, struct author_feed *out)
{
    uint8_t id[16], secret[32];
    cairn_keys_control(cairn_bytes_of(author->origin), id, secret);
    author_feed_begin(out, id);
    cairn_keys_of_epoch(author->suite, cairn_bytes_of(author->origin), secret, &out->keys[0]);
    out->is_control = true;
}

void author_feed_pairwise(const struct author *author, uint8_t number, struct author_feed *out)
{
    uint8_t id[32], secret[32];
    author_bytes(author->country, "pairwise id", number, id);
    author_bytes(author->country, "pairwise secret", number, secret);
    author_feed_begin(out, id);
    cairn_keys_of_epoch(author->suite, cairn_bytes_of(author->origin), secret, &out->keys[0]);
}

/* Wraps that nobody can open: only members check them. */
static const struct cairn_wrap *author_wraps(const struct author_feed *feed)
{
    struct cairn_wrap *wraps = author_take(feed->member_count * sizeof *wraps);
    for (uint32_t i = 0; i < feed->member_count; i++) {
        memcpy(wraps[i].country, feed->members[i], 4);
    }
    return wraps;
}

void author_feed_audience(const struct author *author, const char *members, struct author_feed *out)
{
    static uint64_t opened;
    uint8_t secret[32], id[16];
    struct cairn_feedop op = {.kind = CAIRN_KIND_FEED_OPEN};
    struct author_feed listed = {.member_count = 0};
    for (const char *at = members; listed.member_count < 4; at += 4) {
        memcpy(listed.members[listed.member_count++], at, 3);
        if (at[3] == '\0') {
            break;
        }
    }
    author_bytes(author->country, members, ++opened, secret);
    author_bytes(author->country, "nonce", opened, op.as.open.nonce);
    op.as.open.wraps = author_wraps(&listed);
    op.as.open.wrap_count = listed.member_count;
    struct cairn_bytes record = author_feedop(&op);
    cairn_keys_feed_id(cairn_bytes_of(author->origin), record, id);
    author_feed_begin(out, id);
    memcpy(out->members, listed.members, sizeof listed.members);
    out->member_count = listed.member_count;
    cairn_keys_of_epoch(author->suite, cairn_bytes_of(author->origin), secret, &out->keys[0]);
    author_append(author, out, record, false);
}

struct cairn_feed_rekey author_rekey(const struct author *author, struct author_feed *feed)
{
    struct cairn_feed_rekey rekey = {
        .epoch = feed->epoch_count, .wraps = author_wraps(feed), .wrap_count = feed->member_count};
    uint8_t secret[32];
    author_bytes(author->country, "rekey", feed->epoch_count + 100u * feed->id[0], secret);
    assert_true(feed->epoch_count < AUTHOR_EPOCHS_MAX);
    cairn_keys_of_epoch(author->suite, cairn_bytes_of(author->origin), secret,
                        &feed->keys[feed->epoch_count++]);
    return rekey;
}

/* ---- entries ---- */

struct cairn_bytes author_operation(enum cairn_kind kind, struct cairn_bytes body)
{
    struct cairn_operation operation = {.kind = kind, .hlc = 1, .body = body};
    struct cairn_bytes bytes;
    size_t capacity = body.size + 512;
    if ((unsigned)kind >= 16) {
        operation.purpose = cairn_bytes_of("test");
        operation.role = cairn_bytes_of("test");
        operation.actors[0] = cairn_bytes_of("test");
        operation.actor_count = 1;
    }
    operation.has_object = (unsigned)kind >= 32;
    cairn_id_make(cairn_bytes_of("AUT"), (const uint8_t[CAIRN_ID_RANDOM_BYTES]){7},
                  &operation.object);
    assert_err(cairn_operation_encode(&operation, author_take(capacity), capacity, &bytes),
               CAIRN_OK);
    return bytes;
}

struct cairn_bytes author_feedop(const struct cairn_feedop *op)
{
    static uint8_t buffer[CAIRN_LIMIT_OPERATION_BYTES];
    struct cairn_bytes body;
    assert_err(cairn_feedop_encode(op, buffer, sizeof buffer, &body), CAIRN_OK);
    return author_operation(op->kind, body);
}

void author_append(const struct author *author, struct author_feed *feed,
                   struct cairn_bytes operation, bool is_sealed)
{
    static uint8_t sealed[CAIRN_LIMIT_BODY_BYTES];
    struct cairn_body_place place = {
        .suite = author->suite,
        .origin = cairn_bytes_of(author->origin),
        .feed = feed->id,
        .epoch = feed->epoch,
        .index = feed->range.size,
    };
    struct cairn_content_key *given = &feed->keys_given[feed->waiting];
    struct cairn_stub stub;
    struct cairn_bytes body = operation;
    uint8_t fresh[32], stub_bytes[CAIRN_STUB_BYTES], leaf[32];
    assert_true(feed->waiting < AUTHOR_ENTRIES_MAX);
    *given = (struct cairn_content_key){.is_given = is_sealed};
    if (is_sealed) {
        struct cairn_body_keys keys = {.slot = feed->keys[feed->epoch].slot, .fresh = fresh};
        author_bytes(author->country, "fresh", place.index + 1000u * feed->id[0], fresh);
        cairn_body_seal(&place, &keys, operation, sealed, &stub);
        body = (struct cairn_bytes){sealed, cairn_body_sealed_bytes(operation.size)};
        assert_err(cairn_body_content_key(&place, keys.slot, body, given->key), CAIRN_OK);
    } else {
        cairn_body_stub(&place, CAIRN_ENTRY_CLEAR, body, &stub);
    }
    struct cairn_prefix prefix = {
        .version = 1, .algorithms = stub.algorithms, .epoch = feed->epoch};
    assert_err(cairn_commit_append(&feed->writer, &prefix, body), CAIRN_OK);
    cairn_stub_encode(&stub, stub_bytes);
    cairn_merkle_leaf((struct cairn_bytes){stub_bytes, sizeof stub_bytes}, leaf);
    cairn_merkle_range_append(&feed->range, leaf);
    feed->waiting++;
}

void author_append_op(const struct author *author, struct author_feed *feed,
                      const struct cairn_feedop *op)
{
    author_append(author, feed, author_feedop(op),
                  !feed->is_control && !cairn_kind_is_clear(op->kind));
}

void author_append_alert(const struct author *author, struct author_feed *feed,
                         const struct cairn_id *object, size_t size)
{
    struct cairn_operation operation = {
        .kind = CAIRN_KIND_ALERT_ISSUE,
        .has_object = true,
        .object = *object,
        .hlc = 1,
        .purpose = cairn_bytes_of("test"),
        .role = cairn_bytes_of("test"),
        .actors = {cairn_bytes_of("test")},
        .actor_count = 1,
    };
    struct cairn_pack_writer writer;
    struct cairn_bytes bytes;
    uint8_t *body = author_take(size);
    cairn_pack_writer_init(&writer, body, size);
    cairn_pack_put_map(&writer, 1);
    cairn_pack_put_uint(&writer, 1);
    cairn_pack_put_bin(&writer, (struct cairn_bytes){author_take(size), size - 128});
    assert_err(cairn_pack_end(&writer, &operation.body), CAIRN_OK);
    assert_err(cairn_operation_encode(&operation, author_take(size), size, &bytes), CAIRN_OK);
    author_append(author, feed, bytes, true);
}

/* ---- the journal ---- */

void author_noise(struct author *author)
{
    uint8_t *leaf = author->leaves[author->leaf_count];
    assert_true(author->leaf_count < AUTHOR_LEAVES_MAX);
    author_bytes(author->country, "noise", author->leaf_count++, leaf);
    memcpy(leaf + 32, leaf, 16);
}

void author_commit(struct author *author, struct author_feed *feed)
{
    struct cairn_opening opening = {
        .number = feed->number,
        .leaf_index = author->leaf_count,
        .previous_leaf_plus1 = feed->last_leaf_plus1,
        .previous_size = feed->committed_size,
        .size = feed->range.size,
    };
    assert_true(author->leaf_count < AUTHOR_LEAVES_MAX);
    assert_true(author->commit_count < AUTHOR_COMMITS_MAX);
    struct author_commit *commit = &author->commits[author->commit_count++];
    uint8_t *leaf = author->leaves[author->leaf_count++];
    const struct cairn_keys_epoch *keys = &feed->keys[feed->epoch];
    memcpy(opening.feed, feed->id, 16);
    cairn_merkle_range_root(&feed->range, opening.root);
    *commit = (struct author_commit){
        .number = opening.number, .leaf_index = opening.leaf_index, .key_count = feed->waiting};
    memcpy(commit->feed, feed->id, 16);
    cairn_keys_salt(author->suite, keys->salt, opening.number, commit->salt);
    cairn_keys_tag(author->suite, keys->tag, opening.number, leaf);
    cairn_keys_commit_hash(&opening, commit->salt, leaf + CAIRN_TAG_BYTES);
    struct cairn_bytes bytes = cairn_commit_end(&feed->writer, &opening);
    uint8_t *kept = author_take(bytes.size);
    memcpy(kept, bytes.data, bytes.size);
    commit->bytes = (struct cairn_bytes){kept, bytes.size};
    struct cairn_content_key *given = author_take(sizeof feed->keys_given);
    memcpy(given, feed->keys_given, sizeof feed->keys_given);
    commit->keys = given;

    feed->number++;
    feed->last_leaf_plus1 = opening.leaf_index + 1;
    feed->committed_size = opening.size;
    feed->epoch = feed->epoch_count - 1;
    feed->waiting = 0;
    cairn_commit_writer_init(&feed->writer, feed->writer.data, CAIRN_COMMIT_MAX_BYTES);
}

struct cairn_bytes author_checkpoint(const struct author *author, uint64_t size,
                                     const struct author *witness, uint64_t time_s)
{
    struct cairn_checkpoint checkpoint = {.origin = cairn_bytes_of(author->origin), .size = size};
    struct cairn_merkle_range range;
    uint8_t text[CAIRN_CHECKPOINT_MAX];
    cairn_merkle_range_init(&range);
    for (uint64_t i = 0; i < size; i++) {
        uint8_t hash[32];
        cairn_merkle_leaf((struct cairn_bytes){author->leaves[i], CAIRN_LEAF_BYTES}, hash);
        cairn_merkle_range_append(&range, hash);
    }
    cairn_merkle_range_root(&range, checkpoint.root);
    struct cairn_bytes whole = {text, cairn_note_encode_checkpoint(&checkpoint, text)};
    struct cairn_bytes note = author_sign_note(author, whole, author->log_seed, author->origin);
    if (witness == NULL) {
        return note;
    }
    struct cairn_note_key key = {.name = cairn_bytes_of(witness->origin),
                                 .type = CAIRN_NOTE_COSIGNATURE};
    struct cairn_note_writer writer = {(uint8_t *)author_take(note.size + 512), 0, note.size + 512};
    struct cairn_arena arena;
    struct cairn_bytes message;
    uint8_t memory[1024], signature[64];
    cairn_arena_init(&arena, memory, sizeof memory);
    cairn_suite_sign_public(author->suite, witness->witness_seed, key.public_key);
    assert_err(cairn_note_sign_input(key.type, time_s, whole, &arena, &message), CAIRN_OK);
    cairn_suite_sign(author->suite, witness->witness_seed, message, signature);
    assert_err(cairn_note_put_raw(&writer, note), CAIRN_OK);
    assert_err(cairn_note_append_signature(&writer, &key, time_s, signature), CAIRN_OK);
    return (struct cairn_bytes){writer.data, writer.size};
}

/* ---- bundles ---- */

struct author_file {
    uint8_t *data;
    size_t size, capacity;
    uint64_t count;
};

static void author_put(struct author_file *file, const struct cairn_bundle_record *record)
{
    struct cairn_bytes frame;
    assert_err(
        cairn_bundle_frame(record, file->data + file->size, file->capacity - file->size, &frame),
        CAIRN_OK);
    file->size += frame.size;
    file->count++;
}

static void author_put_note(struct author_file *file, enum cairn_bundle_type type,
                            struct cairn_bytes note)
{
    struct cairn_bundle_record record = {.type = type, .as.document = {.note = note}};
    author_put(file, &record);
}

static void author_put_feed(struct author_file *file, const struct author *author,
                            const struct author_feed *feed)
{
    struct cairn_epoch_keys keys[AUTHOR_EPOCHS_MAX];
    struct cairn_bundle_record record = {
        .type = CAIRN_BUNDLE_FEED,
        .as.feed = {.origin = cairn_bytes_of(author->origin),
                    .epoch_count = feed->epoch_count,
                    .epochs = keys},
    };
    memcpy(record.as.feed.feed, feed->id, 16);
    for (uint32_t i = 0; i < feed->epoch_count; i++) {
        memcpy(keys[i].tag, feed->keys[i].tag, 32);
        memcpy(keys[i].salt, feed->keys[i].salt, 32);
    }
    author_put(file, &record);
}

static void author_put_commit(struct author_file *file, const struct author_commit *commit,
                              bool has_keys)
{
    static const struct cairn_content_key none[AUTHOR_ENTRIES_MAX];
    struct cairn_bundle_record record = {
        .type = CAIRN_BUNDLE_COMMIT,
        .as.commit = {.commit = commit->bytes,
                      .key_count = commit->key_count,
                      .keys = has_keys ? commit->keys : none},
    };
    memcpy(record.as.commit.salt, commit->salt, 32);
    author_put(file, &record);
}

/* All leaves and commits, in records of at most 4,096 leaves. */
static void author_put_journal(struct author_file *file, const struct author *author, bool has_keys)
{
    uint32_t commit = 0;
    for (uint64_t from = 0; from < author->leaf_count; from += CAIRN_BUNDLE_LEAVES_MAX) {
        uint64_t left = author->leaf_count - from;
        uint64_t count = left < CAIRN_BUNDLE_LEAVES_MAX ? left : CAIRN_BUNDLE_LEAVES_MAX;
        struct cairn_bundle_record record = {
            .type = CAIRN_BUNDLE_LEAVES,
            .as.leaves.leaves = {author->leaves[from], (size_t)count * CAIRN_LEAF_BYTES},
        };
        author_put(file, &record);
        for (; commit < author->commit_count && author->commits[commit].leaf_index < from + count;
             commit++) {
            author_put_commit(file, &author->commits[commit], has_keys);
        }
    }
}

struct cairn_bytes author_bundle(const struct author *author, const struct author_bundle *what)
{
    struct author_file file = {.capacity = 16u << 20};
    struct cairn_bundle_record record = {
        .type = CAIRN_BUNDLE_HEAD,
        .as.head = {.network = cairn_bytes_of(NETWORK), .origin = cairn_bytes_of(author->origin)},
    };
    file.data = author_take(file.capacity);
    memcpy(file.data, CAIRN_BUNDLE_MAGIC, CAIRN_BUNDLE_MAGIC_BYTES);
    file.size = CAIRN_BUNDLE_MAGIC_BYTES;
    author_put(&file, &record);
    author_put_note(&file, CAIRN_BUNDLE_DOCUMENT, author->document);
    if (what->other != NULL) {
        author_put_note(&file, CAIRN_BUNDLE_DOCUMENT, what->other->document);
    }
    record = (struct cairn_bundle_record){.type = CAIRN_BUNDLE_JOURNAL,
                                          .as.journal = {cairn_bytes_of(author->origin)}};
    author_put(&file, &record);
    for (uint32_t i = 0; i < what->feed_count; i++) {
        author_put_feed(&file, author, what->feeds[i]);
    }
    author_put_journal(&file, author, what->has_keys);
    author_put_note(&file, CAIRN_BUNDLE_CHECKPOINT, what->checkpoint);
    record = (struct cairn_bundle_record){.type = CAIRN_BUNDLE_END,
                                          .as.end = {.record_count = file.count}};
    cairn_sha256_of((struct cairn_bytes){file.data, file.size}, record.as.end.digest);
    author_put(&file, &record);
    return (struct cairn_bytes){file.data, file.size};
}
