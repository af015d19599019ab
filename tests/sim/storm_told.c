/* Plays storms, and networks in which keys are stolen, and tells what every honest node has and
 * shows in the end: for test_storm_states.py, which judges it by models of its own.
 *
 *     storm_told storm FIRST COUNT      so many seeds from there on in which officers write
 *     storm_told revoked FIRST COUNT
 *
 *     seed N                                           a storm; then of each node:
 *     node COUNTRY NOW_MS IS_RESTORING WAS_PUT_BACK
 *     partner COUNTRY
 *     feed ID MEMBERS                                  an own one that it has not lost
 *     op ID FEED INDEX COUNTRY FLOOR_MS BYTES ERR IS_PARKED IS_REPUDIATED
 *     state KEY STATE
 *     row KEY ROW VALUE                                of its index
 *     document ISSUER NUMBER                           asked of the product's look-up
 *     name SURNAME GIVEN BIRTH
 *     hit OBJECT ROW CATEGORY ACTION STATUS COERCION IS_MINOR     an answer to the last question
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/views/lookup.h"
#include "node/views/stage.h"
#include "tests/lib/tempdir.h"
#include "tests/sim/revoked.h"
#include "tests/sim/states.h"
#include "tests/sim/storm.h"

static void told_hex(const void *data, size_t size)
{
    (void)printf(size == 0 ? " -" : " ");
    for (size_t at = 0; at < size; at++) {
        (void)printf("%02x", ((const uint8_t *)data)[at]);
    }
}

static void told_bytes(struct cairn_bytes bytes)
{
    told_hex(bytes.data, bytes.size);
}

/* ---- what it has ---- */

static void tell_feeds(const struct cairn_core *core)
{
    for (uint32_t i = 0; i < cairn_core_feed_count(core); i++) {
        struct cairn_core_feed feed;
        cairn_core_feed(core, i, &feed);
        if (!feed.is_own || feed.is_lost || feed.kind == CAIRN_FEED_CONTROL) {
            continue;
        }
        (void)printf("feed");
        told_hex(feed.id, sizeof feed.id);
        (void)printf(" ");
        for (uint32_t at = 0; at < feed.member_count; at++) {
            (void)printf("%.3s,", (const char *)feed.members[at]);
        }
        (void)printf("\n");
    }
}

static void tell_states(const struct states *states)
{
    for (uint32_t i = 0; i < states->entry_count; i++) {
        const struct states_entry *entry = &states->entries[i];
        (void)printf("op");
        told_hex(entry->entry_id, sizeof entry->entry_id);
        told_hex(entry->feed, sizeof entry->feed);
        (void)printf(" %" PRIu64 " %s %" PRIu64, entry->index, entry->country, entry->floor_ms);
        told_bytes(entry->bytes);
        (void)printf(" %d %d %d\n", (int)entry->err, entry->is_parked, entry->is_repudiated);
    }
    for (uint32_t i = 0; i < states->object_count; i++) {
        const struct states_object *object = &states->objects[i];
        if (object->state.size > 0) {
            (void)printf("state");
            told_hex(object->key.data, sizeof object->key.data);
            told_bytes(object->state);
            (void)printf("\n");
        }
        for (uint32_t row = 0; row < object->row_count; row++) {
            (void)printf("row");
            told_hex(object->key.data, sizeof object->key.data);
            told_bytes(object->rows[row].key);
            told_bytes(object->rows[row].value);
            (void)printf("\n");
        }
    }
}

/* ---- what it answers ---- */

static void tell_hits(const struct cairn_lookup_hits *hits)
{
    assert_false(hits->is_cut);
    assert_int_equal(hits->count, hits->found);
    for (uint32_t i = 0; i < hits->count; i++) {
        const struct cairn_lookup_hit *hit = &hits->hits[i];
        (void)printf("hit %s %" PRId64 " %d %d %d %u %d\n", hit->object.text,
                     hit->row == CAIRN_LOOKUP_NO_ROW ? -1 : (int64_t)hit->row, (int)hit->category,
                     (int)hit->action, hit->status, hit->coercion, hit->is_minor);
    }
}

/* Of everybody, all kinds. */
static struct cairn_lookup_moment ask_at(uint64_t now_ms)
{
    static const struct cairn_acceptance everything = {.own = "AUT",
                                                       .otherwise = CAIRN_POLICY_FOUNDS_ALL};
    return (struct cairn_lookup_moment){.now_ms = now_ms, .accepted = &everything};
}

static void ask_documents(struct cairn_lookup *lookup, const char *issuer, uint64_t now_ms)
{
    static const char *const numbers[] = {"P1234567", "P7654321", "ID77", "G1", "P0001989",
                                          "P0001990", "P0002003", "B0",   "B1", "B3"};
    static struct cairn_lookup_hits hits;
    struct cairn_lookup_moment moment = ask_at(now_ms);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        struct cairn_lookup_document document = {.issuer = cairn_bytes_of(issuer),
                                                 .number = cairn_bytes_of(numbers[i])};
        (void)printf("document %s %s\n", issuer, numbers[i]);
        assert_err(cairn_lookup_by_document(lookup, &document, &moment, &hits), CAIRN_OK);
        tell_hits(&hits);
    }
}

static void ask_names(struct cairn_lookup *lookup, uint64_t now_ms)
{
    static const char *const names[][2] = {{"Doe", "Jane"}, {"Petrovic", "Ana"}, {"Roe", "Maria"}};
    static const char *const births[] = {"1980-05-17", "1975-01-02"};
    static struct cairn_lookup_hits hits;
    struct cairn_lookup_moment moment = ask_at(now_ms);
    for (size_t i = 0; i < 6; i++) {
        struct cairn_lookup_name name = {.surname = cairn_bytes_of(names[i / 2][0]),
                                         .given = cairn_bytes_of(names[i / 2][1])};
        assert_err(cairn_civil_parse_birth(cairn_bytes_of(births[i % 2]), &name.birth), CAIRN_OK);
        (void)printf("name %s %s %s\n", names[i / 2][0], names[i / 2][1], births[i % 2]);
        assert_err(cairn_lookup_by_name(lookup, &name, &moment, &hits), CAIRN_OK);
        tell_hits(&hits);
    }
}

/* The node's views in the product's store. */
static void fill_store(struct cairn_store *store, const struct states *states)
{
    struct cairn_stage *stage;
    assert_err(cairn_stage_open(store, &stage), CAIRN_OK);
    for (uint32_t i = 0; i < states->object_count; i++) {
        const struct states_object *object = &states->objects[i];
        for (uint32_t row = 0; row < object->row_count; row++) {
            struct cairn_view_key key;
            cairn_view_key_init(&key, CAIRN_VIEW_INDEX);
            cairn_view_key_add(&key, object->rows[row].key);
            cairn_stage_put(stage, &key, object->rows[row].value);
        }
        if (object->state.size > 0) {
            cairn_stage_put_state(stage, &object->key, object->state, object->row_count > 0);
        }
        assert_err(cairn_stage_flush(stage), CAIRN_OK);
    }
    assert_err(cairn_stage_settle(stage), CAIRN_OK);
    cairn_stage_close(stage);
}

static void tell_answers(const struct storm *storm, const struct states *states)
{
    char dir[TEST_PATH_MAX], path[TEST_PATH_MAX], members[WORLD_NODES_MAX * 3 + 1], issuer[4] = "";
    struct cairn_store *store;
    struct cairn_lookup *lookup;
    test_tempdir_open(dir);
    test_tempdir_path(dir, "views", path);
    struct cairn_store_options options = {.path = path, .kind = CAIRN_STORE_VIEWS, .is_new = true};
    assert_err(cairn_store_open(&options, &store), CAIRN_OK);
    fill_store(store, states);
    assert_err(cairn_lookup_open(store, &lookup), CAIRN_OK);
    world_members(storm->world, (1u << storm->nodes) - 1, members);
    for (size_t at = 0; members[at] != '\0'; at += 3) {
        memcpy(issuer, members + at, 3);
        ask_documents(lookup, issuer, world_now(storm->world));
    }
    ask_names(lookup, world_now(storm->world));
    cairn_lookup_close(lookup);
    cairn_store_close(store);
    test_tempdir_close(dir);
}

static void tell(const struct storm *storm)
{
    (void)printf("seed %" PRIu64 "\n", storm->seed);
    for (uint32_t node = 0; node < storm->nodes; node++) {
        struct cairn_core *core = world_core(storm->world, node);
        const struct states *states = world_states(storm->world, node);
        struct cairn_core_restore restore;
        char code[WORLD_NODES_MAX * 3 + 1] = "";
        if ((storm->villains >> node & 1u) != 0) {
            continue;
        }
        cairn_core_restore(core, &restore);
        world_members(storm->world, 1u << node, code);
        (void)printf("node %s %" PRIu64 " %d %d\n", code, world_now(storm->world),
                     restore.is_restoring, storm->put_backs[node] > 0);
        for (uint32_t peer = 0; peer < storm->nodes; peer++) {
            if (peer != node && world_recognises(storm->world, node, peer)) {
                world_members(storm->world, 1u << peer, code);
                (void)printf("partner %s\n", code);
            }
        }
        tell_feeds(core);
        tell_states(states);
        tell_answers(storm, states);
    }
    (void)printf("end\n");
}

int main(int argc, char **argv)
{
    uint8_t trace[32];
    assert_int_equal(argc, 4);
    bool is_revoked = strcmp(argv[1], "revoked") == 0;
    uint64_t seed = strtoull(argv[2], NULL, 10);
    for (uint64_t left = strtoull(argv[3], NULL, 10); left > 0; seed++) {
        if (is_revoked) {
            (void)revoked_play(seed, tell);
            left--;
        } else if (storm_has_officers(seed)) {
            storm_play_told(seed, tell, trace);
            left--;
        }
    }
    return 0;
}
