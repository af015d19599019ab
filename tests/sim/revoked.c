#include "tests/sim/revoked.h"

#include <stdio.h>
#include <string.h>

#include "tests/sim/officer.h"
#include "tests/sim/renewal.h"
#include "tests/sim/world_state.h"

enum { AUT };

#define MINUTE_MS  60000u
#define THEFTS     2u /* of one country, one after the other */
#define STOLEN_MAX 64u

struct revoked {
    struct world *world;
    struct test_rng rng;
    uint64_t seed;
    uint32_t nodes;
    uint32_t away; /* hears nothing of the thief; 0: nobody is away */
    struct cairn_core_restore good[THEFTS];
    char origins[THEFTS][CAIRN_LIMIT_ORIGIN_BYTES + 1];
    uint8_t stolen[STOLEN_MAX][32]; /* operations by the thief: entry ids */
    uint32_t stolen_count;
    uint32_t marked_count; /* of all nodes: operations that counted, and do not any more */
};

static uint32_t revoked_below(struct revoked *play, uint32_t bound)
{
    return test_rng_below(&play->rng, bound);
}

static void revoked_write(struct revoked *play, uint32_t node)
{
    struct world_command write = {.type = CAIRN_EVENT_APPEND, .write = officer_write};
    test_rng_bytes(&play->rng, &write.dice, sizeof write.dice);
    (void)world_begin(play->world, node, &write);
}

/* Officers of all countries, most of them of AUT, one after the other. */
static void revoked_officers(struct revoked *play, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        bool is_first = revoked_below(play, 3) < 2;
        revoked_write(play, is_first ? (uint32_t)AUT : revoked_below(play, play->nodes));
        world_run(play->world, 1 + revoked_below(play, 3000));
    }
}

/* Into one more feed of AUT, for all. */
static void revoked_say(struct revoked *play, const char *what, uint32_t theft)
{
    char members[WORLD_NODES_MAX * 3 + 1], word[32];
    uint8_t feed[16];
    cairn_err err = CAIRN_TIMEOUT;
    world_members(play->world, (1u << play->nodes) - 1, members);
    for (uint32_t i = 0; i < 20 && err != CAIRN_OK; i++) {
        err = world_feed_open(play->world, AUT, members, feed);
        world_run(play->world, 2000);
    }
    assert_err(err, CAIRN_OK);
    (void)snprintf(word, sizeof word, "%s %u", what, theft);
    for (uint32_t i = 0; i < 20 && !world_knows(play->world, AUT, word); i++) { /* it may fall */
        (void)world_append(play->world, AUT, feed, word);
        world_run(play->world, 2000);
    }
    assert_true(world_knows(play->world, AUT, word));
}

static void revoked_trouble(struct revoked *play)
{
    uint32_t node = revoked_below(play, play->nodes);
    uint32_t other = (node + 1 + revoked_below(play, play->nodes - 1)) % play->nodes;
    enum world_fall fall = revoked_below(play, 2) == 0 ? WORLD_KILLED : WORLD_POWER_CUT;
    world_fuse(play->world, node, 1 + revoked_below(play, 60), fall, revoked_below(play, 20000));
    world_break(play->world, other, node, revoked_below(play, 5000));
}

static void revoked_bar(struct revoked *play, bool is_allowed)
{
    for (uint32_t node = 0; node < play->nodes && play->away != 0; node++) {
        if (node != play->away) {
            world_cut(play->world, play->away, node, is_allowed);
        }
    }
}

/* ---- the thief ---- */

static bool revoked_has(const struct states *states, const uint8_t id[static 32])
{
    for (uint32_t i = 0; i < states->entry_count; i++) {
        if (memcmp(states->entries[i].entry_id, id, 32) == 0) {
            return true;
        }
    }
    return false;
}

static bool revoked_is_stolen(const struct revoked *play, const uint8_t id[static 32])
{
    for (uint32_t i = 0; i < play->stolen_count; i++) {
        if (memcmp(play->stolen[i], id, 32) == 0) {
            return true;
        }
    }
    return false;
}

/* What AUT has of its own by now and had not before. */
static void revoked_note(struct revoked *play, const struct states *before)
{
    const struct states *now = world_states(play->world, AUT);
    for (uint32_t i = 0; i < now->entry_count; i++) {
        const struct states_entry *entry = &now->entries[i];
        if (strcmp(entry->country, "AUT") == 0 && !revoked_has(before, entry->entry_id)) {
            assert_true(play->stolen_count < STOLEN_MAX);
            memcpy(play->stolen[play->stolen_count++], entry->entry_id, 32);
        }
    }
}

static void revoked_steal(struct revoked *play, uint32_t theft)
{
    struct states *before = states_open();
    play->away = revoked_below(play, 2) * (1 + revoked_below(play, play->nodes - 1));
    (void)snprintf(play->origins[theft], sizeof play->origins[theft], "%s",
                   play->world->nodes[AUT].origin);
    cairn_core_restore(world_core(play->world, AUT), &play->good[theft]);
    states_copy(before, world_states(play->world, AUT));
    revoked_bar(play, false);
    revoked_say(play, "thief", theft);
    revoked_officers(play, 12);
    world_run(play->world, MINUTE_MS);
    revoked_note(play, before);
    states_close(before);
}

/* ---- the root key ---- */

static void revoked_end(struct revoked *play, uint32_t theft)
{
    struct world *world = play->world;
    bool is_gone = revoked_below(play, 2) == 0;
    uint32_t told = 1 + revoked_below(play, play->nodes - 1);
    while (!world_revoke(world, AUT, is_gone, &play->good[theft])) {
        world_run(world, 100);
    }
    revoked_bar(play, true);
    for (uint32_t node = 1; node < play->nodes; node++) { /* with its disk, it lost whom it knew */
        for (uint32_t i = 0; i < 20 && !world_recognises(world, AUT, node); i++) {
            (void)world_show(world, AUT, node);
            world_run(world, 500);
        }
    }
    for (uint32_t i = 0; i < 100 && !world_has_document(world, told, AUT); i++) {
        if (!world->nodes[told].is_down) {
            world_hand_over(world, AUT, told);
        }
        world_run(world, 1000);
    }
    revoked_trouble(play);
    revoked_officers(play, 4);
    world_run(world, MINUTE_MS);
}

/* ---- what must be true ---- */

static void check_origin(const struct revoked *play, uint32_t node, uint32_t theft)
{
    const struct cairn_core *core = play->world->nodes[node].core;
    struct cairn_core_peer held = {.origin = ""};
    for (uint32_t i = 1; i < cairn_core_peer_count(core); i++) {
        cairn_core_peer(core, i, &held);
        if (strcmp(held.origin, play->origins[theft]) == 0) {
            break;
        }
    }
    if (strcmp(held.origin, play->origins[theft]) != 0 || !held.is_ended || held.is_repudiated ||
        held.is_forked || held.journal_size != play->good[theft].durable_size ||
        memcmp(held.journal_root, play->good[theft].durable_root, 32) != 0) {
        fail_msg("%s is not at the end of %s", world_countries[node], play->origins[theft]);
    }
}

static void check_words(const struct revoked *play, uint32_t node, uint32_t theft)
{
    static const char *const said[] = {"before", "after"};
    const struct world *world = play->world;
    char word[32];
    for (uint32_t i = 0; i < 2; i++) {
        (void)snprintf(word, sizeof word, "%s %u", said[i], theft);
        if (!world_knows(world, node, word) || world_repudiates(world, node, word)) {
            fail_msg("%s does not stand by \"%s\"", world_countries[node], word);
        }
    }
    (void)snprintf(word, sizeof word, "thief %u", theft);
    if (world_knows(world, node, word) && !world_repudiates(world, node, word)) {
        fail_msg("%s stands by \"%s\"", world_countries[node], word);
    }
}

/* S9: what the thief wrote is marked, and has no effect; nothing else is. */
static void check_marks(struct revoked *play, uint32_t node)
{
    const struct states *states = world_states(play->world, node);
    for (uint32_t i = 0; i < states->entry_count; i++) {
        const struct states_entry *entry = &states->entries[i];
        bool is_stolen = revoked_is_stolen(play, entry->entry_id);
        if (entry->is_repudiated != is_stolen) {
            fail_msg("%s %s an operation of %s", world_countries[node],
                     is_stolen ? "stands by" : "repudiates", entry->country);
        }
        play->marked_count += is_stolen;
    }
}

/* M14: an alert that the thief alone founded is a line of the list, and withdrawn. */
static bool check_is_withdrawn(const struct states_object *object)
{
    struct cairn_arena arena = states_scratch();
    struct cairn_alert_view view;
    assert_err(cairn_merge_evaluate_alert(object->state, &arena, &view), CAIRN_OK);
    return object->row_count == 1 && view.is_repudiated &&
           view.status == CAIRN_ALERT_STATUS_WITHDRAWN;
}

/* K7: a case with a step of the thief is for people to decide; there is none without a request. */
static bool check_is_conflict(const struct states_object *object)
{
    struct cairn_arena arena = states_scratch();
    struct cairn_case_view view;
    enum cairn_case_status wanted = CAIRN_CASE_STATUS_CONFLICT;
    assert_err(cairn_merge_evaluate_case(object->state, &arena, &view), CAIRN_OK);
    wanted = view.withdraw.size > 0 ? CAIRN_CASE_STATUS_WITHDRAWN : wanted;
    wanted = view.request.size == 0 ? CAIRN_CASE_STATUS_NONE : wanted;
    return view.is_repudiated && view.status == wanted;
}

/* Whoever asks for a document or a name finds what would be there without the thief. Where somebody
 * wrote upon it, that stands, and would wait without it. */
static bool check_is_as_without(const struct states *states, uint32_t number,
                                const struct states_object *standing)
{
    const struct states_object *object = &states->objects[number];
    bool is_stolen = standing->row_count == 0 && object->row_count > 0;
    bool has_stolen = false;
    for (uint32_t i = 0; i < states->entry_count; i++) {
        const struct states_entry *entry = &states->entries[i];
        has_stolen = has_stolen ||
                     (entry->object == number && entry->is_repudiated && entry->err == CAIRN_OK);
    }
    if (object->key.data[0] != CAIRN_OPSET_ALERT) {
        return !has_stolen || check_is_conflict(object);
    }
    return states_is_built_on_gone(states, number) ||
           (is_stolen ? check_is_withdrawn(object) : states_has_same_rows(object, standing));
}

static void check_found(const struct revoked *play, uint32_t node)
{
    const struct states *states = world_states(play->world, node);
    struct states *standing = states_open();
    states_refold_standing(states, standing);
    for (uint32_t i = 0; i < states->object_count; i++) {
        if (!check_is_as_without(states, i, &standing->objects[i])) {
            fail_msg("%s shows %.23s otherwise than without the thief", world_countries[node],
                     (const char *)states->objects[i].key.data);
        }
    }
    states_close(standing);
}

static void check_all(struct revoked *play)
{
    for (uint32_t node = 0; node < play->nodes; node++) {
        assert_false(play->world->nodes[node].is_down);
        assert_int_equal(play->world->nodes[node].accused, 0);
        for (uint32_t theft = 0; theft < THEFTS; theft++) {
            check_origin(play, node, theft);
            check_words(play, node, theft);
        }
        check_marks(play, node);
        check_found(play, node);
    }
}

/* AUT was put back: what it has of before, it has from others. */
static void revoked_show(const struct revoked *play, storm_teller *tell)
{
    struct storm storm = {.seed = play->seed,
                          .world = play->world,
                          .nodes = play->nodes,
                          .put_backs = {[AUT] = THEFTS},
                          .has_states = true};
    storm_check_states(&storm);
    if (tell != NULL) {
        tell(&storm);
    }
}

/* ---- the play ---- */

uint32_t revoked_play(uint64_t seed, storm_teller *tell)
{
    struct revoked play = {.seed = seed, .rng.state = seed};
    play.nodes = 3 + revoked_below(&play, 3);
    struct world_options options = {.seed = seed,
                                    .nodes = play.nodes,
                                    .latency_ms_max = 5 + revoked_below(&play, 300),
                                    .retry_ms_max = 3000,
                                    .disk_ms_max = revoked_below(&play, 30),
                                    .has_states = true};
    play.world = world_open(&options);
    world_meet_all(play.world);
    for (uint32_t theft = 0; theft < THEFTS; theft++) {
        revoked_say(&play, "before", theft);
        revoked_officers(&play, 10);
        world_run(play.world, 2 * MINUTE_MS);
        revoked_steal(&play, theft);
        revoked_end(&play, theft);
        revoked_say(&play, "after", theft);
        revoked_officers(&play, 4);
        world_run(play.world, 3 * MINUTE_MS);
    }
    world_calm(play.world);
    world_run(play.world, 10 * MINUTE_MS);
    check_all(&play);
    revoked_show(&play, tell);
    world_close(play.world);
    return play.marked_count;
}
