#include "tests/sim/renewal.h"

#include "schema/commit.h"
#include "schema/feedop.h"
#include "tests/sim/world_state.h"

#include <string.h>

/* ---- documents ---- */

void world_next_root(struct world *world, uint32_t number, uint8_t out[static 32])
{
    uint8_t next[32];
    cairn_suite_sign_public(&world->suite, world->nodes[number].next_root_seed, next);
    cairn_sha256_of((struct cairn_bytes){.data = next, .size = sizeof next}, out);
}

static bool renew_sealing(struct world *world, uint32_t number)
{
    struct node *node = &world->nodes[number];
    uint32_t at = node->doc.sealing_count;
    if (at == CAIRN_COUNTRY_SEALING_MAX) {
        return false;
    }
    world_random(world, node->sealing_secrets[at], 32);
    node->doc.sealing[at].number = node->doc.sealing[at - 1].number + 1;
    cairn_suite_dh_public(&world->suite, node->sealing_secrets[at], node->doc.sealing[at].key);
    node->doc.sealing_count++;
    return true;
}

/* As node/ownnote.c: the last document under a root key, and the first one. */
static void renew_keep(struct node *node, bool is_last)
{
    const struct node_kept *before = &node->kept[node->kept_count - (node->kept_count > 0)];
    bool is_first = node->kept_count > 0 && before->serial + 1 == node->doc.serial &&
                    memcmp(before->root, node->doc.root, 32) != 0;
    if (!is_last && !is_first) {
        return;
    }
    assert_true(node->kept_count < NODE_KEPT_MAX);
    struct node_kept *kept = &node->kept[node->kept_count++];
    kept->serial = node->doc.serial;
    kept->size = node->note_size;
    memcpy(kept->root, node->doc.root, 32);
    memcpy(kept->note, node->note, node->note_size);
}

bool world_renew(struct world *world, uint32_t number, uint32_t what)
{
    struct node *node = &world->nodes[number];
    if ((what & WORLD_RENEW_SEALING) != 0 && !renew_sealing(world, number)) {
        return false;
    }
    renew_keep(node, (what & WORLD_RENEW_ROOT) != 0);
    if ((what & WORLD_RENEW_ROOT) != 0) {
        memcpy(node->root_seed, node->next_root_seed, 32);
        world_random(world, node->next_root_seed, 32);
        world_next_root(world, number, node->doc.next_root);
    }
    node->doc.serial++;
    node->doc.valid_until_ms += 1000;
    node->doc.has_previous = true;
    cairn_sha256_of((struct cairn_bytes){.data = node->note, .size = node->note_size},
                    node->doc.previous);
    world_sign_document(world, number, &node->doc);
    world_say(world, number, "renews its document", node->doc.serial);
    return true;
}

bool world_has_document(const struct world *world, uint32_t node, uint32_t country)
{
    const struct node *shown = &world->nodes[country];
    struct cairn_core_document held;
    uint8_t hash[32];
    cairn_sha256_of((struct cairn_bytes){.data = shown->note, .size = shown->note_size}, hash);
    return cairn_core_document(world->nodes[node].core, shown->doc.country.data, &held) &&
           memcmp(held.note_hash, hash, 32) == 0;
}

static bool renew_is_due(const struct world *world, uint32_t number)
{
    const struct node *node = &world->nodes[number];
    struct cairn_core_document held = {.serial = 0};
    (void)cairn_core_document(node->core, node->doc.country.data, &held);
    return held.serial < node->doc.serial;
}

static void renew_show(struct world *world, uint32_t number, struct cairn_bytes note)
{
    struct cairn_event event = {.type = CAIRN_EVENT_DOCUMENT};
    event.as.document.token = world->token++;
    event.as.document.note = note;
    world_step(world, number, &event);
}

/* What leads to the document in force, from the one that the log of `to` has. */
static void renew_show_kept(struct world *world, uint32_t number, uint32_t to)
{
    const struct node *node = &world->nodes[number];
    struct cairn_core_document held = {.serial = 0};
    (void)cairn_core_document(world->nodes[to].core, node->doc.country.data, &held);
    for (uint32_t i = 0; i < node->kept_count; i++) {
        const struct node_kept *kept = &node->kept[i];
        if (kept->serial > held.serial) {
            renew_show(world, to, (struct cairn_bytes){.data = kept->note, .size = kept->size});
        }
    }
}

/* The keys go before it: what partners write from then on is sealed to the newest of them. The
 * document itself may have come from a partner. */
void world_give_own(struct world *world, uint32_t number)
{
    struct node *node = &world->nodes[number];
    bool has_keys = node->sealing_told == node->doc.sealing_count;
    if (node->is_down || (has_keys && !renew_is_due(world, number))) {
        return;
    }
    node->sealing_told = node->doc.sealing_count;
    for (uint32_t i = 0; i < node->doc.sealing_count; i++) {
        struct cairn_event event = {.type = CAIRN_EVENT_SEALING};
        memcpy(event.as.sealing_secret, node->sealing_secrets[i], 32);
        world_step(world, number, &event);
    }
    renew_show_kept(world, number, number);
    (void)world_begin(world, number,
                      &(struct world_command){.type = CAIRN_EVENT_DOCUMENT, .country = number});
}

void world_hand_over(struct world *world, uint32_t number, uint32_t peer)
{
    renew_show_kept(world, number, peer);
    (void)world_begin(world, peer,
                      &(struct world_command){.type = CAIRN_EVENT_DOCUMENT, .country = number});
}

void world_tell_own(struct world *world, uint32_t number)
{
    const struct node *node = &world->nodes[number];
    if (node->is_down || !renew_is_due(world, number)) {
        return;
    }
    renew_show_kept(world, number, number);
    renew_show(world, number, (struct cairn_bytes){.data = node->note, .size = node->note_size});
}

/* ---- what feeds are sealed to ---- */

/* The members of a feed, and to which key of each its newest epoch is sealed. */
struct renew_seal {
    uint32_t count;
    char countries[CAIRN_LIMIT_MEMBERS][4];
    uint8_t keys[CAIRN_LIMIT_MEMBERS][32];
};

static void seal_set(struct renew_seal *seal, const char *country, const uint8_t key[static 32])
{
    uint32_t at = 0;
    while (at < seal->count && strcmp(seal->countries[at], country) != 0) {
        at++;
    }
    assert_true(at < CAIRN_LIMIT_MEMBERS);
    seal->count += at == seal->count;
    memcpy(seal->countries[at], country, 4);
    memcpy(seal->keys[at], key, 32);
}

static void seal_take(struct renew_seal *seal, const struct cairn_commit_entry *entry)
{
    static uint8_t memory[2u << 20];
    struct cairn_arena arena;
    struct cairn_operation operation;
    struct cairn_feedop op;
    size_t fault_at;
    cairn_arena_init(&arena, memory, sizeof memory);
    if (entry->prefix.algorithms != CAIRN_ENTRY_CLEAR) {
        return;
    }
    assert_err(cairn_operation_decode(entry->body, &operation, &fault_at), CAIRN_OK);
    assert_err(cairn_feedop_decode(&operation, &arena, &op, &fault_at), CAIRN_OK);
    if (op.kind == CAIRN_KIND_FEED_ADMIT) {
        seal_set(seal, op.as.admit.country, op.as.admit.sealing);
    }
    for (uint32_t i = 0; op.kind == CAIRN_KIND_FEED_OPEN && i < op.as.open.wrap_count; i++) {
        seal_set(seal, op.as.open.wraps[i].country, op.as.open.wraps[i].sealing);
    }
    for (uint32_t i = 0; op.kind == CAIRN_KIND_FEED_REKEY && i < op.as.rekey.wrap_count; i++) {
        seal_set(seal, op.as.rekey.wraps[i].country, op.as.rekey.wraps[i].sealing);
    }
}

/* gives false when a commit cannot be read now */
static bool seal_read(const struct node *node, const struct cairn_core_feed *feed,
                      struct renew_seal *seal)
{
    struct cairn_key key = {.table = CAIRN_TABLE_COMMIT};
    memcpy(key.id, feed->id, 16);
    *seal = (struct renew_seal){.count = 0};
    for (key.index = 0; key.index < feed->commits; key.index++) {
        struct cairn_commit commit;
        struct cairn_commit_cursor at;
        struct cairn_commit_entry entry;
        struct cairn_row row;
        size_t fault_at;
        if (disk_range(&node->disk, &key, key.index + 1, &row, 1) == 0 ||
            cairn_commit_decode(row.value, &commit, &fault_at) != CAIRN_OK) {
            return false;
        }
        cairn_commit_cursor_init(&at, &commit);
        while (cairn_commit_next(&at, &entry)) {
            seal_take(seal, &entry);
        }
    }
    return true;
}

/* As its newest document says; where that has not come yet, as the node knows it. */
static bool seal_newest(const struct world *world, uint32_t number, const char *country,
                        uint8_t out[static 32])
{
    struct cairn_core_document held;
    bool is_held = cairn_core_document(world->nodes[number].core, (const uint8_t *)country, &held);
    memcpy(out, held.sealing, is_held ? 32 : 0);
    for (uint32_t i = 0; i < world->options.nodes; i++) {
        const struct cairn_country_doc *doc = &world->nodes[i].doc;
        if (strcmp(world_code(world, i), country) == 0 && world_has_document(world, number, i)) {
            memcpy(out, doc->sealing[doc->sealing_count - 1].key, 32);
        }
    }
    return is_held;
}

bool world_is_stale(const struct world *world, uint32_t number, const uint8_t id[static 16])
{
    static struct renew_seal seal;
    static struct cairn_core_feed feed;
    const struct node *node = &world->nodes[number];
    uint32_t found;
    if (!cairn_core_feed_find(node->core, id, &found)) {
        return false;
    }
    cairn_core_feed(node->core, found, &feed);
    if (feed.kind != CAIRN_FEED_AUDIENCE || !seal_read(node, &feed, &seal)) {
        return false;
    }
    for (uint32_t i = 0; i < seal.count; i++) {
        uint8_t key[32];
        if (seal_newest(world, number, seal.countries[i], key) &&
            memcmp(key, seal.keys[i], 32) != 0) {
            return true;
        }
    }
    return false;
}
