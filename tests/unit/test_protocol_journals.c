/* Feeds and journals of tests/data/vectors/protocol.json, made again with our code. The other
 * values: test_protocol_vectors.c. */
#include "tests/lib/test.h"

#include <string.h>

#include "crypto/hash.h"
#include "crypto/merkle.h"
#include "crypto/note.h"
#include "replication/log/body.h"
#include "replication/log/keys.h"
#include "replication/merge/open.h"
#include "schema/feedop.h"
#include "schema/origin.h"
#include "tests/lib/protocol.h"

/* ---- feeds ---- */

/* Body of entry 0 of a feed. */
static struct cairn_bytes first_body(json_t *journal, const char *feed_id)
{
    size_t i, j;
    json_t *flush, *commit;
    json_array_foreach(vectors_get(journal, "flushes"), i, flush)
    {
        json_array_foreach(vectors_get(flush, "commits"), j, commit)
        {
            if (vectors_is(commit, "feed_id", feed_id)) {
                return vectors_hex(json_array_get(vectors_get(commit, "entries"), 0), "body");
            }
        }
    }
    fail_msg("no commit of feed %s", feed_id);
    return (struct cairn_bytes){.size = 0};
}

static void check_pairwise(json_t *journal, json_t *feed)
{
    static const char *const codes[] = {"AUT", "GEO", "SRB", "KEN"};
    struct cairn_bytes origin = protocol_text(journal, "origin");
    struct cairn_origin parts;
    char author[4] = "";
    unsigned found = 0;
    assert_err(cairn_origin_parse(origin, &parts), CAIRN_OK);
    memcpy(author, parts.country.data, 3);
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        uint8_t id[16], secret[32], other_id[16], other_secret[32];
        json_t *own = protocol_sealing(protocol_country(author)),
               *other = protocol_sealing(protocol_country(codes[i]));
        struct cairn_keys_pair pair = {
            .origin = origin,
            .partner = (const uint8_t *)codes[i],
            .sealing_secret = protocol_key(own, "private"),
            .sealing_public = protocol_key(other, "public"),
        };
        assert_err(cairn_keys_pairwise(&protocol.suite, &pair, id, secret), CAIRN_OK);
        pair.sealing_secret = protocol_key(other, "private");
        pair.sealing_public = protocol_key(own, "public");
        assert_err(cairn_keys_pairwise(&protocol.suite, &pair, other_id, other_secret), CAIRN_OK);
        assert_memory_equal(id, other_id, 16);
        assert_memory_equal(secret, other_secret, 32);
        if (memcmp(id, vectors_fixed(feed, "feed_id", 16), 16) == 0) {
            protocol_assert_field(secret, 32, json_array_get(vectors_get(feed, "epochs"), 0),
                                  "secret");
            found++;
        }
    }
    assert_int_equal(found, 1);
}

static void check_feed_id(json_t *journal, json_t *feed)
{
    struct cairn_bytes origin = protocol_text(journal, "origin");
    uint8_t id[16], secret[32];
    if (vectors_is(feed, "kind", "pairwise")) {
        check_pairwise(journal, feed);
        return;
    }
    if (vectors_is(feed, "kind", "control")) {
        cairn_keys_control(origin, id, secret);
        protocol_assert_field(secret, 32, json_array_get(vectors_get(feed, "epochs"), 0), "secret");
    } else {
        const char *wanted = json_string_value(vectors_get(feed, "feed_id"));
        cairn_keys_feed_id(origin, first_body(journal, wanted), id);
    }
    protocol_assert_field(id, 16, feed, "feed_id");
}

static void check_wrap(struct cairn_bytes origin, json_t *feed, json_t *row)
{
    uint64_t epoch = vectors_number(row, "epoch");
    json_t *keys = json_array_get(vectors_get(feed, "epochs"), epoch);
    json_t *member = protocol_country(json_string_value(vectors_get(row, "country")));
    struct cairn_keys_wrap wrap = {
        .origin = origin,
        .nonce = protocol_key(keys, "nonce"),
        .epoch = (uint32_t)epoch,
        .country = protocol_text(row, "country").data,
        .sealing_public = protocol_key(row, "sealing_public"),
    };
    uint8_t made[CAIRN_SUITE_WRAP_BYTES], secret[32];
    assert_err(cairn_keys_wrap_make(&protocol.suite, &wrap, protocol_key(keys, "secret"), made),
               CAIRN_OK);
    protocol_assert_field(made, sizeof made, row, "wrap");
    assert_err(cairn_keys_wrap_open(&protocol.suite, &wrap,
                                    protocol_key(protocol_sealing(member), "private"), made,
                                    secret),
               CAIRN_OK);
    protocol_assert_field(secret, 32, keys, "secret");
    struct cairn_suite_wrap_to to = {
        .ikm_e = protocol_key(row, "ikm_e"),
        .recipient = wrap.sealing_public,
        .info = vectors_hex(row, "info"),
    };
    assert_err(cairn_suite_wrap(&protocol.suite, &to, secret, made), CAIRN_OK);
    protocol_assert_field(made, sizeof made, row, "wrap");
}

TEST(feeds_have_the_same_ids_keys_tags_and_wraps)
{
    size_t i, j, k;
    json_t *journal, *feed, *row;
    size_t wraps = 0;
    json_array_foreach(vectors_get(protocol.root, "journals"), i, journal)
    {
        struct cairn_bytes origin = protocol_text(journal, "origin");
        json_array_foreach(vectors_get(journal, "feeds"), j, feed)
        {
            struct cairn_keys_epoch keys = {.tag = {0}};
            uint8_t digest[32], tag[16];
            check_feed_id(journal, feed);
            json_array_foreach(vectors_get(feed, "epochs"), k, row)
            {
                cairn_sha256_of(vectors_hex(row, "secret"), digest);
                protocol_assert_field(digest, 32, row, "secret_hash");
                cairn_keys_of_epoch(&protocol.suite, origin, protocol_key(row, "secret"), &keys);
                protocol_assert_field(keys.tag, 32, row, "tag_key");
                protocol_assert_field(keys.salt, 32, row, "salt_key");
                protocol_assert_field(keys.slot, 32, row, "slot_key");
            }
            cairn_keys_tag(&protocol.suite, keys.tag, vectors_number(feed, "next_number"), tag);
            protocol_assert_field(tag, 16, feed, "next_tag");
            json_array_foreach(json_object_get(feed, "wraps"), k, row)
            {
                check_wrap(origin, feed, row);
                wraps++;
            }
        }
    }
    assert_true(wraps >= 9);
}

/* ---- journals ---- */

struct commit_place {
    struct cairn_bytes origin;
    const uint8_t *feed;
    json_t *feed_row;
};

static void check_sealed(const struct commit_place *at, json_t *row)
{
    static uint8_t body[CAIRN_LIMIT_BODY_BYTES];
    struct cairn_bytes operation = vectors_hex(row, "operation"), wanted = vectors_hex(row, "body");
    struct cairn_prefix prefix;
    assert_err(cairn_prefix_decode(vectors_fixed(row, "prefix", 8), &prefix), CAIRN_OK);
    json_t *epoch = json_array_get(vectors_get(at->feed_row, "epochs"), prefix.epoch);
    struct cairn_body_place place = {
        .suite = &protocol.suite,
        .origin = at->origin,
        .feed = at->feed,
        .epoch = prefix.epoch,
        .index = vectors_number(row, "index"),
    };
    struct cairn_body_keys keys = {.slot = protocol_key(epoch, "slot_key"),
                                   .fresh = protocol_key(row, "fresh")};
    struct cairn_stub stub;
    uint8_t stub_bytes[CAIRN_STUB_BYTES];
    assert_int_equal(cairn_body_sealed_bytes(operation.size), wanted.size);
    cairn_body_seal(&place, &keys, operation, body, &stub);
    protocol_assert_same((struct cairn_bytes){body, wanted.size}, wanted);
    cairn_stub_encode(&stub, stub_bytes);
    protocol_assert_field(stub_bytes, sizeof stub_bytes, row, "stub");
    struct cairn_sealed sealed;
    assert_err(cairn_sealed_split(wanted, &sealed), CAIRN_OK);
    protocol_assert_same(sealed.slot, vectors_hex(row, "slot"));
    protocol_assert_same(sealed.commitment, vectors_hex(row, "commitment"));
    protocol_assert_same(sealed.ciphertext, vectors_hex(row, "ciphertext"));
    struct cairn_bytes plaintext;
    assert_err(cairn_plaintext_encode(operation, body, sizeof body, &plaintext), CAIRN_OK);
    protocol_assert_same(plaintext, vectors_hex(row, "plaintext"));
}

static void check_operation(json_t *row, struct cairn_bytes bytes)
{
    struct cairn_operation operation;
    struct cairn_feedop feedop;
    uint8_t again[8192];
    struct cairn_bytes out;
    size_t fault_at;
    protocol_assert_same(bytes, vectors_hex(row, "operation"));
    assert_err(cairn_operation_decode(bytes, &operation, &fault_at), CAIRN_OK);
    assert_int_equal(operation.kind, vectors_number(row, "kind"));
    assert_err(cairn_operation_encode(&operation, again, sizeof again, &out), CAIRN_OK);
    protocol_assert_same(out, bytes);
    bool has_body = (unsigned)operation.kind < 32 && operation.kind != CAIRN_KIND_ACCESS_LOOKUP;
    if (has_body) { /* look-ups are not of the protocol: their bodies are made up here */
        assert_err(cairn_feedop_decode(&operation, &protocol.arena, &feedop, &fault_at), CAIRN_OK);
        assert_err(cairn_feedop_encode(&feedop, again, sizeof again, &out), CAIRN_OK);
        protocol_assert_same(out, operation.body);
    }
}

static void check_entry(const struct commit_place *at, json_t *row,
                        const struct cairn_commit_entry *entry)
{
    static uint8_t scratch[CAIRN_LIMIT_BODY_BYTES];
    uint8_t slot_keys[4][32], key[32], id[32], leaf[32], digest[32];
    size_t i;
    json_t *epoch, *epochs = vectors_get(at->feed_row, "epochs");
    json_array_foreach(epochs, i, epoch)
    {
        memcpy(slot_keys[i], protocol_key(epoch, "slot_key"), 32);
    }
    void *all_keys = slot_keys; /* no cast: gcc takes rows of const for another type */
    struct cairn_open_reader reader = {
        .suite = &protocol.suite,
        .origin = at->origin,
        .slot_keys = all_keys,
        .epoch_count = (uint32_t)json_array_size(epochs),
    };
    memcpy(reader.feed, at->feed, 16);
    assert_int_equal(entry->index, vectors_number(row, "index"));
    assert_int_equal(entry->prefix.algorithms, vectors_number(row, "algorithms"));
    struct cairn_bytes operation;
    assert_err(cairn_open_entry(&reader, entry, scratch, &operation, key), CAIRN_OK);
    check_operation(row, operation);
    cairn_open_entry_id(&reader, entry, id);
    protocol_assert_field(id, 32, row, "entry_id");
    cairn_sha256_of(entry->body, digest);
    protocol_assert_field(digest, 32, row, "body_hash");
    cairn_merkle_leaf(vectors_hex(row, "stub"), leaf);
    protocol_assert_field(leaf, 32, row, "feed_leaf");
    if (entry->prefix.algorithms == CAIRN_ENTRY_SEALED) {
        protocol_assert_field(key, 32, row, "content_key");
        check_sealed(at, row);
    }
}

/* Opening and entries written again; the salt and tag from the keys of the entries' epoch. */
static void check_commit(const struct commit_place *at, json_t *row)
{
    static uint8_t buffer[CAIRN_COMMIT_MAX_BYTES];
    struct cairn_opening opening = {
        .number = vectors_number(row, "number"),
        .leaf_index = vectors_number(row, "leaf_index"),
        .previous_leaf_plus1 = vectors_number(row, "previous_leaf_plus_1"),
        .previous_size = vectors_number(row, "previous_size"),
        .size = vectors_number(row, "size"),
    };
    struct cairn_commit_writer writer;
    struct cairn_commit commit;
    struct cairn_commit_cursor cursor;
    struct cairn_commit_entry entry;
    size_t fault_at, i = 0;
    memcpy(opening.feed, at->feed, 16);
    memcpy(opening.root, protocol_key(row, "root"), 32);
    memcpy(opening.policy, protocol_key(row, "policy"), 32);
    uint8_t opening_bytes[CAIRN_OPENING_BYTES];
    cairn_opening_encode(&opening, opening_bytes);
    protocol_assert_field(opening_bytes, sizeof opening_bytes, row, "opening");
    assert_err(cairn_commit_decode(vectors_hex(row, "commit"), &commit, &fault_at), CAIRN_OK);
    cairn_commit_cursor_init(&cursor, &commit);
    cairn_commit_writer_init(&writer, buffer, sizeof buffer);
    uint32_t epoch = 0;
    while (cairn_commit_next(&cursor, &entry)) {
        check_entry(at, json_array_get(vectors_get(row, "entries"), i++), &entry);
        assert_err(cairn_commit_append(&writer, &entry.prefix, entry.body), CAIRN_OK);
        epoch = entry.prefix.epoch;
    }
    assert_int_equal(i, json_array_size(vectors_get(row, "entries")));
    protocol_assert_same(cairn_commit_end(&writer, &opening), vectors_hex(row, "commit"));

    json_t *keys = json_array_get(vectors_get(at->feed_row, "epochs"), epoch);
    uint8_t salt[32], leaf[CAIRN_LEAF_BYTES], leaf_hash[32];
    cairn_keys_salt(&protocol.suite, protocol_key(keys, "salt_key"), opening.number, salt);
    protocol_assert_field(salt, 32, row, "salt");
    cairn_keys_tag(&protocol.suite, protocol_key(keys, "tag_key"), opening.number, leaf);
    cairn_keys_commit_hash(&opening, salt, leaf + CAIRN_TAG_BYTES);
    protocol_assert_field(leaf, sizeof leaf, row, "leaf");
    protocol_assert_field(leaf, CAIRN_TAG_BYTES, row, "tag");
    protocol_assert_field(leaf + CAIRN_TAG_BYTES, 32, row, "commit_hash");
    cairn_merkle_leaf((struct cairn_bytes){leaf, sizeof leaf}, leaf_hash);
    protocol_assert_field(leaf_hash, 32, row, "leaf_hash");
}

static json_t *feed_of(json_t *journal, json_t *commit)
{
    size_t i;
    json_t *feed;
    json_array_foreach(vectors_get(journal, "feeds"), i, feed)
    {
        if (json_equal(vectors_get(feed, "feed_id"), vectors_get(commit, "feed_id"))) {
            return feed;
        }
    }
    fail_msg("commit of an unknown feed");
    return NULL;
}

/* A checkpoint or cosigned note again from its parts. */
static void check_checkpoint(json_t *journal, json_t *flush, const struct cairn_merkle_range *range)
{
    struct cairn_checkpoint checkpoint = {.origin = protocol_text(journal, "origin"),
                                          .size = range->size};
    uint8_t text[CAIRN_CHECKPOINT_MAX], note[1024], signature[64];
    json_t *node = protocol_node(json_string_value(vectors_get(journal, "origin")));
    struct cairn_note_key key = {.name = checkpoint.origin, .type = CAIRN_NOTE_ED25519};
    struct cairn_note_writer writer;
    memcpy(key.public_key, protocol_key(node, "log_public"), 32);
    assert_int_equal(range->size, vectors_number(flush, "size"));
    cairn_merkle_range_root(range, checkpoint.root);
    protocol_assert_field(checkpoint.root, 32, flush, "root");
    struct cairn_bytes whole = {text, cairn_note_encode_checkpoint(&checkpoint, text)};
    protocol_assert_same(whole, protocol_text(flush, "checkpoint_text"));
    cairn_suite_sign(&protocol.suite, protocol_key(node, "log_seed"), whole, signature);
    cairn_note_writer_init(&writer, note, sizeof note);
    assert_err(cairn_note_put_text(&writer, whole), CAIRN_OK);
    assert_err(cairn_note_append_signature(&writer, &key, 0, signature), CAIRN_OK);
    protocol_assert_same((struct cairn_bytes){note, writer.size},
                         protocol_text(flush, "checkpoint"));
}

TEST(journals_have_the_same_commits_entries_and_checkpoints)
{
    size_t i, j, k;
    json_t *journal, *flush, *commit;
    json_array_foreach(vectors_get(protocol.root, "journals"), i, journal)
    {
        struct cairn_merkle_range range;
        cairn_merkle_range_init(&range);
        json_array_foreach(vectors_get(journal, "flushes"), j, flush)
        {
            json_array_foreach(vectors_get(flush, "commits"), k, commit)
            {
                struct commit_place at = {
                    .origin = protocol_text(journal, "origin"),
                    .feed = vectors_fixed(commit, "feed_id", 16),
                    .feed_row = feed_of(journal, commit),
                };
                cairn_arena_reset(&protocol.arena);
                assert_int_equal(vectors_number(commit, "leaf_index"), range.size);
                check_commit(&at, commit);
                cairn_merkle_range_append(&range, protocol_key(commit, "leaf_hash"));
            }
            check_checkpoint(journal, flush, &range);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(feeds_have_the_same_ids_keys_tags_and_wraps, protocol_reset),
        cmocka_unit_test_setup(journals_have_the_same_commits_entries_and_checkpoints,
                               protocol_reset),
    };
    return cmocka_run_group_tests_name("protocol_journals", tests, protocol_open, protocol_close);
}
