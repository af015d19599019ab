#include "tests/sim/renewal.h"
#include "tests/sim/world_state.h"

#include <string.h>

/* What a country does when one of its nodes is not to be believed any more. */

/* The next document of the first node's country: its origin counts up to there, and the last node,
 * or one that is still to be made, is listed instead. */
static struct cairn_country_doc ended_document(struct world *world, uint64_t size,
                                               const uint8_t root[static 32])
{
    struct cairn_country_doc doc = world_document(world, world->options.nodes - 1);
    struct cairn_country_doc old = world_document(world, 0);
    struct cairn_country_ended *ended = &doc.ended[doc.ended_count++];
    ended->name = old.nodes[0].name;
    ended->incarnation = 1;
    memcpy(ended->log, old.nodes[0].log, 32);
    memcpy(ended->witness, old.nodes[0].witness, 32);
    ended->size = size;
    memcpy(ended->root, root, 32);
    doc.serial = 2;
    doc.nodes[0].incarnation = 2;
    return doc;
}

void world_end(struct world *world, uint32_t number, uint64_t size, const uint8_t root[static 32])
{
    uint32_t last = world->options.nodes - 1;
    struct cairn_country_doc doc = ended_document(world, size, root);
    if (!world->options.has_next) { /* a node that is still to be made */
        doc.nodes[0].log[0] ^= 1;
        doc.nodes[0].witness[0] ^= 1;
        doc.nodes[0].tls_spki[0] ^= 1;
    }
    world_sign_document(world, last, &doc);
    cairn_err err = world_show(world, number, last);
    for (uint32_t i = 0; i < 3 && err != CAIRN_OK; i++) { /* its disk may have failed meanwhile */
        world_run(world, 2000);
        err = world_show(world, number, last);
        err = err == CAIRN_EXISTS ? CAIRN_OK : err;
    }
    assert_err(err, CAIRN_OK);
}

void world_lose(struct world *world, uint64_t size, const uint8_t root[static 32])
{
    uint32_t last = world->options.nodes - 1;
    struct node *node = &world->nodes[last];
    struct cairn_country_doc doc = ended_document(world, size, root);
    assert_true(world->options.has_next);
    memset(node->sealing_secrets[0], 0, 32);
    world_random(world, node->sealing_secrets[1], 32);
    doc.sealing[0].is_lost = true;
    doc.sealing[1].number = 2;
    cairn_suite_dh_public(&world->suite, node->sealing_secrets[1], doc.sealing[1].key);
    doc.sealing_count = 2;
    node->doc = doc;
    world_sign_document(world, last, &node->doc);
    world_say(world, last, "lost all but its root key", size);
    world_crash(world, last);
}

/* ---- the same node goes on ---- */

static void ended_position(const struct world *world, uint32_t number, bool is_disk_gone,
                           struct cairn_country_ended *out)
{
    struct cairn_core_restore own;
    cairn_core_restore(world->nodes[number].core, &own);
    cairn_sha256_of((struct cairn_bytes){.size = 0}, out->root);
    if (!is_disk_gone) {
        out->size = own.durable_size;
        memcpy(out->root, own.durable_root, 32);
    }
    for (uint32_t other = 0; other < world->options.nodes; other++) {
        const struct node *holder = &world->nodes[other];
        for (uint32_t i = 1; !holder->is_liar && i < cairn_core_peer_count(holder->core); i++) {
            struct cairn_core_peer peer;
            cairn_core_peer(holder->core, i, &peer);
            if (strcmp(peer.origin, world->nodes[number].origin) == 0 &&
                peer.journal_size > out->size) {
                out->size = peer.journal_size;
                memcpy(out->root, peer.journal_root, 32);
            }
        }
    }
}

/* The document that says so, and the keys of what begins. */
static void ended_begin_next(struct world *world, struct node *node,
                             const struct cairn_country_ended *position)
{
    struct cairn_country_doc *doc = &node->doc;
    struct cairn_country_ended *ended = &doc->ended[doc->ended_count++];
    *ended = *position;
    ended->name = doc->nodes[0].name;
    ended->incarnation = doc->nodes[0].incarnation++;
    memcpy(ended->log, doc->nodes[0].log, 32);
    memcpy(ended->witness, doc->nodes[0].witness, 32);
    world_random(world, node->log_seed, 32);
    world_random(world, node->witness_seed, 32);
    world_random(world, node->spki_hash, 32);
    cairn_suite_sign_public(&world->suite, node->log_seed, doc->nodes[0].log);
    cairn_suite_sign_public(&world->suite, node->witness_seed, doc->nodes[0].witness);
    memcpy(doc->nodes[0].tls_spki, node->spki_hash, 32);
    memcpy(node->past_origin, node->origin, sizeof node->origin);
    assert_err(cairn_origin_make(doc->network, doc->country, doc->nodes[0].name,
                                 doc->nodes[0].incarnation, node->origin),
               CAIRN_OK);
    node->start = (struct cairn_event){.as.start = {.guard = CAIRN_GUARD_PRESENT}};
    cairn_sha256_of((struct cairn_bytes){.size = 0}, node->start.as.start.root);
    node->start_older = node->start;
}

static void ended_go_on(struct world *world, uint32_t number, bool is_disk_gone,
                        const struct cairn_country_ended *position)
{
    struct node *node = &world->nodes[number];
    world_fall(world, number, WORLD_KILLED, 0);
    world_say(world, number, is_disk_gone ? "recovers, disk gone" : "recovers", position->size);
    ended_begin_next(world, node, position);
    bool is_written = world_renew(world, number, WORLD_RENEW_PLAIN);
    assert_true(is_written);
    if (is_disk_gone) {
        disk_close(&node->disk);
        node->disk = (struct disk){.count = 0};
        views_clear(&node->views);
        world_fold_forget(world, number);
    }
    node->life++; /* the start that the fall has asked for */
    node_start(world, number);
}

bool world_recover(struct world *world, uint32_t number, bool is_disk_gone)
{
    struct node *node = &world->nodes[number];
    struct cairn_country_ended position = {.size = 0};
    if (node->is_down || node->task_count > 0) {
        return false;
    }
    ended_position(world, number, is_disk_gone, &position);
    ended_go_on(world, number, is_disk_gone, &position);
    return true;
}

bool world_revoke(struct world *world, uint32_t number, bool is_disk_gone,
                  const struct cairn_core_restore *good)
{
    struct cairn_country_ended position = {.size = good->durable_size};
    memcpy(position.root, good->durable_root, 32);
    if (world->nodes[number].is_down || world->nodes[number].task_count > 0) {
        return false;
    }
    ended_go_on(world, number, is_disk_gone, &position);
    return true;
}

bool world_repudiates(const struct world *world, uint32_t node, const char *word)
{
    uint32_t found = world_find_word(world, node, word);
    return found < world->nodes[node].views.word_count && world->nodes[node].views.are_gone[found];
}
