#include "tests/sim/world_state.h"

#include <string.h>

/* What a country does when one of its nodes is not to be believed any more. */

void world_end(struct world *world, uint32_t number, uint64_t size, const uint8_t root[static 32])
{
    uint32_t last = world->options.nodes - 1;
    struct cairn_country_doc doc = world_document(world, last);
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

bool world_repudiates(const struct world *world, uint32_t node, const char *word)
{
    uint32_t found = world_find_word(world, node, word);
    return found < world->nodes[node].views.word_count && world->nodes[node].views.are_gone[found];
}
