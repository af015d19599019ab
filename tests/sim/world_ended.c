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

bool world_repudiates(const struct world *world, uint32_t node, const char *word)
{
    uint32_t found = world_find_word(world, node, word);
    return found < world->nodes[node].views.word_count && world->nodes[node].views.are_gone[found];
}
