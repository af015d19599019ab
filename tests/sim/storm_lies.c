#include "tests/sim/storm.h"

#include "replication/log/keys.h"
#include "tests/sim/liar.h"
#include "tests/sim/world_state.h"

#include <string.h>

/* Countries that lie in their own name: when they do, and what must be true all the same. */

#define LIES_LAST_MS  30000u
#define LIES_PROOF_MS (5u * 60000u) /* a fork is proved everywhere so long after all is calm */

void storm_lie(struct storm *storm)
{
    if (storm->liar != NULL && storm_below(storm, 3) == 0) {
        liar_play(storm->liar, liar_pick(storm->liar));
    }
}

/* ---- forks ---- */

/* What a node holds of the journal of a liar. gives false when it does not follow it, or not any
 * more: of a partner that was removed it keeps what it had */
static bool lies_peer(const struct storm *storm, uint32_t node, uint32_t author,
                      struct cairn_core_peer *out)
{
    const struct cairn_core *core = storm->world->nodes[node].core;
    for (uint32_t i = 1; i < cairn_core_peer_count(core); i++) {
        cairn_core_peer(core, i, out);
        if (strcmp(out->origin, storm->world->nodes[author].origin) == 0) {
            return out->is_recognised;
        }
    }
    return false;
}

/* Do two nodes hold leaves of one journal that cannot be of one history? */
static bool lies_differ(const struct storm *storm, uint32_t a, uint32_t b, uint32_t author)
{
    struct cairn_core_peer held[2];
    struct cairn_key key = {.table = CAIRN_TABLE_LEAF};
    struct cairn_row left, right;
    if (!lies_peer(storm, a, author, &held[0]) || !lies_peer(storm, b, author, &held[1])) {
        return false;
    }
    cairn_keys_journal_id(cairn_bytes_of(storm->world->nodes[author].origin), key.id);
    for (; key.index < held[0].journal_size && key.index < held[1].journal_size; key.index++) {
        if (disk_range(&storm->world->nodes[a].disk, &key, key.index + 1, &left, 1) == 1 &&
            disk_range(&storm->world->nodes[b].disk, &key, key.index + 1, &right, 1) == 1 &&
            !cairn_bytes_is_equal(left.value, right.value)) {
            return true;
        }
    }
    return false;
}

/* Those who are honest, follow this author, and reach each other over such. */
static uint32_t lies_reach(const struct storm *storm, uint32_t from, uint32_t author)
{
    uint32_t reached = 1u << from, before = 0;
    struct cairn_core_peer unused;
    while (reached != before) {
        before = reached;
        for (uint32_t a = 0; a < storm->nodes; a++) {
            for (uint32_t b = 0; (reached >> a & 1u) != 0 && b < storm->nodes; b++) {
                bool is_linked = a != b && world_recognises(storm->world, a, b) &&
                                 world_recognises(storm->world, b, a);
                reached |= is_linked && !storm->world->nodes[b].is_liar &&
                                   lies_peer(storm, b, author, &unused)
                               ? 1u << b
                               : 0;
            }
        }
    }
    return reached;
}

static bool lies_has_proof(const struct storm *storm, uint32_t node, uint32_t author)
{
    struct cairn_key key = {.table = CAIRN_TABLE_FORK};
    struct cairn_core_peer held;
    struct cairn_row row;
    cairn_keys_journal_id(cairn_bytes_of(storm->world->nodes[author].origin), key.id);
    return lies_peer(storm, node, author, &held) && held.is_forked &&
           disk_range(&storm->world->nodes[node].disk, &key, 1, &row, 1) == 1;
}

/* Who is honest, and in the reach of two that hold two histories, or of one that has the proof. */
static void lies_check_fork(const struct storm *storm, uint32_t author)
{
    for (uint32_t a = 0; a < storm->nodes; a++) {
        struct cairn_core_peer held;
        if (storm->world->nodes[a].is_liar || !lies_peer(storm, a, author, &held)) {
            continue;
        }
        uint32_t reach = lies_reach(storm, a, author);
        bool is_shown = lies_has_proof(storm, a, author);
        for (uint32_t b = 0; b < storm->nodes; b++) {
            is_shown = is_shown || ((reach >> b & 1u) != 0 && lies_differ(storm, a, b, author));
        }
        for (uint32_t b = 0; is_shown && b < storm->nodes; b++) {
            if ((reach >> b & 1u) != 0 && !lies_has_proof(storm, b, author)) {
                fail_msg("%s has no proof of the fork of %s, which %s sees", world_countries[b],
                         world_countries[author], world_countries[a]);
            }
        }
    }
}

/* ---- what was withheld ---- */

/* Each leaf of a liar that is for a node was opened, or is reported; of others none is. */
static void lies_check_missing(const struct storm *storm, uint32_t node, uint32_t author)
{
    const struct cairn_core *core = storm->world->nodes[node].core;
    struct cairn_core_peer peer;
    uint64_t unopened = 0;
    uint32_t number = 1;
    for (; number < cairn_core_peer_count(core); number++) {
        cairn_core_peer(core, number, &peer);
        if (strcmp(peer.origin, storm->world->nodes[author].origin) == 0) {
            break;
        }
    }
    if (number == cairn_core_peer_count(core) || peer.is_forked) {
        return; /* it advances no more */
    }
    for (uint32_t i = 0; i < cairn_core_feed_count(core); i++) {
        struct cairn_core_feed feed;
        cairn_core_feed(core, i, &feed);
        bool is_it = feed.author == number && storm->world->nodes[author].is_liar;
        unopened += is_it ? feed.tagged - feed.commits : 0;
    }
    if (cairn_core_withheld(core, number) != unopened) {
        fail_msg("%s has not opened %llu commits of %s, and reported %llu", world_countries[node],
                 (unsigned long long)unopened, world_countries[author],
                 (unsigned long long)cairn_core_withheld(core, number));
    }
}

/* ---- in the end ---- */

void storm_check_lies(const struct storm *storm)
{
    for (uint32_t author = 0; author < storm->nodes; author++) {
        bool is_liar = storm->world->nodes[author].is_liar;
        for (uint32_t node = 0; node < storm->nodes; node++) {
            /* What a node wrote to a liar before it was put back may be lost: no way to report. */
            bool is_due = is_liar ? storm->put_backs[node] == 0
                                  : storm->put_backs[author] == 0 &&
                                        world_recognises(storm->world, author, node);
            if (is_due && node != author && !storm->world->nodes[node].is_liar &&
                world_recognises(storm->world, node, author)) {
                lies_check_missing(storm, node, author);
            }
        }
        if (is_liar) {
            lies_check_fork(storm, author);
        }
    }
}

/* All speak with each other, and a last time the liar has its say; then it is silent, and what is
 * known of it goes around. */
void storm_settle_lies(struct storm *storm)
{
    if (storm->liar != NULL) {
        liar_play(storm->liar, LIAR_TRUTH);
    }
    if (storm->villains == 0) {
        return;
    }
    world_run(storm->world, LIES_LAST_MS);
    for (uint32_t a = 0; a < storm->nodes; a++) {
        for (uint32_t b = 0; b < storm->nodes; b++) {
            if (a != b && (storm->villains >> a & 1u) != 0) {
                world_cut(storm->world, a, b, false);
            }
        }
    }
    world_run(storm->world, LIES_PROOF_MS);
}
