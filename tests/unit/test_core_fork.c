/* One core, driven by hand-made frames: two histories that SRB signs, found, proved and told. P-68,
 * P-70 */
#include "tests/lib/test.h"

#include <string.h>

#include "replication/core.h"
#include "replication/trust/forkproof.h"
#include "tests/lib/core_scene.h"

#define MINUTE_MS 61000u

/* SRB and its double write `same` leaves that are the same, and then differ. */
static void write_both(uint32_t same, uint32_t count, uint32_t other_count)
{
    scene_write_noise(&scene.srb, same, 1);
    scene_write_noise(&scene.twin, same, 1);
    if (count > same) {
        scene_write_noise(&scene.srb, count - same, 1);
    }
    if (other_count > same) {
        scene_write_noise(&scene.twin, other_count - same, 7);
    }
    author_sign(&scene.srb);
    author_sign(&scene.twin);
}

/* The core holds SRB's journal, and GEO is linked. */
static void take_srb(void)
{
    scene_link_up(SRB, &scene.srb);
    scene_offer_own(SRB, &scene.srb);
    scene_frame(SRB, author_range(&scene.srb, 0, scene.srb.journal.size, true));
    host_settle(scene.host);
    assert_int_equal(scene_peer_of(&scene.srb).journal_size, scene.srb.journal.size);
    scene_link_up(GEO, &scene.geo);
}

/* GEO shows a checkpoint of SRB's. */
static void show(struct author *author)
{
    scene_offer_own(GEO, author);
}

static bool is_forked(void)
{
    return scene_peer_of(&scene.srb).is_forked;
}

/* The proof that was sent to a link, checked as a peer would. */
static void assert_told(uint32_t link, uint64_t size_a, uint64_t size_b)
{
    static uint8_t bytes[64u << 10];
    struct cairn_message message;
    struct cairn_forkproof proof;
    struct cairn_arena arena;
    uint8_t key[1][32];
    cairn_suite_sign_public(&scene.suite, scene.srb.log_seed, key[0]);
    cairn_arena_init(&arena, bytes, sizeof bytes);
    struct cairn_forkproof_reader reader = {.suite = &scene.suite,
                                            .arena = &arena,
                                            .origin = cairn_bytes_of(scene.srb.origin),
                                            .log_keys = (const uint8_t(*)[32])key,
                                            .key_count = 1};
    assert_true(host_sent(scene.host, link, CAIRN_MESSAGE_PROOF, 0, &message));
    assert_err(cairn_forkproof_check(&reader, &message.as.proof, &proof), CAIRN_OK);
    assert_int_equal(proof.size_a, size_a);
    assert_int_equal(proof.size_b, size_b);
    assert_int_equal(host_sent_count(scene.host, link, CAIRN_MESSAGE_PROOF), 1);
}

/* ---- what is found ---- */

TEST(two_roots_of_one_size_are_proved_and_end_the_journal_here)
{
    write_both(4, 10, 10);
    take_srb();
    show(&scene.twin); /* whoever shows it: its author signed it */
    host_settle(scene.host);
    assert_true(is_forked());
    assert_err(scene.host->dropped[GEO], CAIRN_OK);
    assert_int_equal(scene.host->notices[CAIRN_NOTICE_FORK_PROVEN], 1);
    assert_int_equal(scene_rows_in(CAIRN_TABLE_FORK), 1);
    assert_told(SRB, 10, 10);
    assert_told(GEO, 10, 10);
    scene_write_noise(&scene.srb, 5, 1);
    scene_frame(SRB, author_range(&scene.srb, 10, 15, true));
    host_settle(scene.host);
    assert_int_equal(scene_peer_of(&scene.srb).journal_size, 10);
    host_crash(scene.host);
    assert_true(is_forked());
}

TEST(a_shorter_history_that_is_not_the_beginning_is_proved_from_our_own_leaves)
{
    write_both(4, 21, 6);
    take_srb();
    show(&scene.twin);
    host_settle(scene.host);
    assert_true(is_forked());
    assert_told(GEO, 6, 21);
}

TEST(a_longer_history_is_no_fork_before_our_leaves_reach_it)
{
    write_both(4, 10, 16);
    take_srb();
    host_link_down(scene.host, SRB);
    show(&scene.twin);
    struct author mixed = scene.twin;
    memset(mixed.leaves[12], 3, CAIRN_LEAF_BYTES);
    scene_frame(GEO, author_range(&mixed, 10, 16, true)); /* GEO may be lying */
    host_settle(scene.host);
    assert_err(scene.host->dropped[GEO], CAIRN_OK);
    assert_false(is_forked());
    scene_write_noise(&scene.srb, 3, 1); /* not yet as far as what was shown */
    scene_link_up(SRB, &scene.srb);
    scene_offer_own(SRB, &scene.srb);
    scene_frame(SRB, author_range(&scene.srb, 10, 13, true));
    host_settle(scene.host);
    assert_false(is_forked());
    scene_write_noise(&scene.srb, 17, 1);
    scene_frame(SRB, author_range(&scene.srb, 13, 30, true));
    host_settle(scene.host);
    assert_true(is_forked());
    assert_told(GEO, 16, 30);
}

/* Who holds another history shows a longer and longer one: always ahead of our leaves. */
TEST(a_liar_that_stays_ahead_is_proved_by_what_it_showed_first)
{
    write_both(4, 10, 16);
    take_srb();
    host_link_down(scene.host, SRB);
    for (uint32_t round = 0; round < 2; round++) {
        struct author mixed = scene.twin;
        memset(mixed.leaves[12], 3, CAIRN_LEAF_BYTES);
        show(&scene.twin);
        scene_frame(GEO, author_range(&mixed, 10, scene.twin.journal.size, true));
        host_settle(scene.host);
        assert_false(is_forked());
        scene_write_noise(&scene.twin, 4, 7);
        host_link_down(scene.host, GEO);
        scene_link_up(GEO, &scene.geo);
    }
    scene_write_noise(&scene.srb, 7, 1); /* beyond the first one, not the second one */
    scene_link_up(SRB, &scene.srb);
    scene_offer_own(SRB, &scene.srb);
    scene_frame(SRB, author_range(&scene.srb, 10, 17, true));
    host_settle(scene.host);
    assert_true(is_forked());
    assert_told(GEO, 16, 17);
}

TEST(true_leaves_acquit_a_checkpoint_that_false_ones_came_with)
{
    write_both(10, 10, 10);
    take_srb();
    host_link_down(scene.host, SRB);
    scene_write_noise(&scene.srb, 6, 1);
    show(&scene.srb);
    struct author mixed = scene.srb;
    memset(mixed.leaves[12], 3, CAIRN_LEAF_BYTES);
    scene_frame(GEO, author_range(&mixed, 10, 16, true));
    host_settle(scene.host);
    assert_int_equal(scene_peer_of(&scene.srb).journal_size, 10);
    scene_link_up(SRB, &scene.srb);
    scene_offer_own(SRB, &scene.srb);
    scene_frame(SRB, author_range(&scene.srb, 10, 16, true));
    host_settle(scene.host);
    assert_int_equal(scene_peer_of(&scene.srb).journal_size, 16);
    assert_false(is_forked());
    assert_int_equal(scene.host->notices[CAIRN_NOTICE_FORK], 0);
}

TEST(no_leaves_at_all_under_another_root_are_proved)
{
    write_both(4, 10, 10);
    take_srb();
    scene_frame(SRB,
                author_range(&scene.twin, 10, 10, true)); /* the author itself contradicts it */
    host_settle(scene.host);
    assert_err(scene.host->dropped[SRB], CAIRN_PEER_LEAF);
    assert_true(is_forked());
    assert_told(GEO, 10, 10);
}

TEST(a_long_journal_is_looked_through_in_pieces_with_pauses)
{
    write_both(4999, 12000, 5000);
    take_srb();
    show(&scene.twin);
    host_settle(scene.host);
    assert_false(is_forked()); /* the second load is still to come */
    host_run(scene.host, 500);
    assert_true(is_forked());
    assert_told(GEO, 5000, 12000);
}

/* ---- what is not ---- */

TEST(an_old_checkpoint_of_the_same_history_accuses_nobody_and_costs_one_look)
{
    write_both(9, 10, 9);
    take_srb();
    show(&scene.twin);
    host_settle(scene.host);
    assert_false(is_forked());
    uint32_t stores = scene.host->store_count;
    for (uint32_t size = 1; size < 9; size++) { /* older and older ones, by the same peer */
        uint8_t root[32];
        struct cairn_merkle_range range;
        cairn_merkle_range_init(&range);
        for (uint32_t i = 0; i < size; i++) {
            uint8_t hash[32];
            cairn_merkle_leaf((struct cairn_bytes){scene.twin.leaves[i], CAIRN_LEAF_BYTES}, hash);
            cairn_merkle_range_append(&range, hash);
        }
        cairn_merkle_range_root(&range, root);
        author_sign_as(&scene.twin, size, root);
        struct cairn_offer_journal journal = {
            .origin = cairn_bytes_of(scene.twin.origin),
            .size = size,
            .checkpoint = {.data = scene.twin.checkpoint, .size = scene.twin.checkpoint_size}};
        scene_frame(GEO,
                    (struct cairn_message){.type = CAIRN_MESSAGE_OFFER,
                                           .as.offer = {.journals = &journal, .journal_count = 1}});
        assert_int_equal(host_find_task(scene.host, CAIRN_ACTION_LOAD), UINT32_MAX);
    }
    assert_false(is_forked());
    assert_int_equal(scene.host->store_count, stores);
    assert_int_equal(scene.host->notices[CAIRN_NOTICE_FORK_PROVEN], 0);
}

TEST(a_checkpoint_that_the_author_did_not_sign_is_its_bearers_fault)
{
    write_both(4, 10, 6);
    take_srb();
    scene.twin.checkpoint[scene.twin.checkpoint_size - 10] ^= 1;
    show(&scene.twin);
    host_settle(scene.host);
    assert_false(is_forked());
    assert_int_not_equal(scene.host->dropped[GEO], CAIRN_OK);
}

/* ---- what others prove ---- */

static uint8_t third_nodes[CAIRN_MERKLE_WANTS_MAX * 32];

/* A proof that GEO sends: the double's 6 leaves against SRB's 10. */
static struct cairn_message third_proof(void)
{
    static uint8_t note_b[1024];
    struct cairn_merkle_range range;
    struct cairn_merkle_split split;
    uint8_t hash[32];
    cairn_merkle_range_init(&range);
    for (uint32_t i = 0; i < 10; i++) {
        cairn_merkle_leaf((struct cairn_bytes){scene.srb.leaves[i], CAIRN_LEAF_BYTES}, hash);
        if (i < 6) {
            cairn_merkle_range_append(&range, hash);
        } else {
            if (i == 6) {
                cairn_merkle_split_init(&split, &range, 10);
            }
            cairn_merkle_split_append(&split, hash);
        }
    }
    memcpy(third_nodes, split.hashes, split.count * (size_t)32);
    memcpy(note_b, scene.srb.checkpoint, scene.srb.checkpoint_size);
    return (struct cairn_message){
        .type = CAIRN_MESSAGE_PROOF,
        .as.proof = {.origin = cairn_bytes_of(scene.srb.origin),
                     .note_a = {scene.twin.checkpoint, scene.twin.checkpoint_size},
                     .note_b = {note_b, scene.srb.checkpoint_size},
                     .nodes = {third_nodes, split.count * (size_t)32}}};
}

TEST(a_proof_by_a_third_party_counts_and_is_forwarded_once)
{
    write_both(4, 10, 6);
    scene_link_up(SRB, &scene.srb); /* nothing of the journal is held here */
    scene_link_up(GEO, &scene.geo);
    scene_frame(GEO, third_proof());
    host_settle(scene.host);
    assert_true(is_forked());
    assert_told(SRB, 6, 10);
    assert_int_equal(scene_rows_in(CAIRN_TABLE_FORK), 1);
    scene_frame(GEO, third_proof());
    scene_frame(SRB, third_proof());
    host_settle(scene.host);
    assert_told(SRB, 6, 10);
    assert_int_equal(scene.host->notices[CAIRN_NOTICE_FORK_PROVEN], 1);
    assert_err(scene.host->dropped[GEO], CAIRN_OK);
}

TEST(a_proof_that_does_not_hold_is_the_senders_fault)
{
    write_both(4, 10, 6);
    scene_link_up(GEO, &scene.geo);
    struct cairn_message proof = third_proof();
    third_nodes[3] ^= 1;
    scene_frame(GEO, proof);
    host_settle(scene.host);
    assert_err(scene.host->dropped[GEO], CAIRN_CRYPTO_PROOF);
    assert_false(is_forked());
    host_link_down(scene.host, GEO);
    scene_link_up(GEO, &scene.geo);
    proof = third_proof();
    proof.as.proof.note_a = proof.as.proof.note_b;
    proof.as.proof.nodes.size = 0;
    scene_frame(GEO, proof);
    host_settle(scene.host);
    assert_err(scene.host->dropped[GEO], CAIRN_PEER_PROOF);
    assert_false(is_forked());
    assert_int_equal(scene_rows_in(CAIRN_TABLE_FORK), 0);
}

TEST(a_proof_under_a_key_or_of_an_origin_that_nobody_knows_says_nothing)
{
    write_both(4, 10, 6);
    scene_link_up(GEO, &scene.geo);
    scene.srb.log_seed[0] ^= 1; /* an earlier key of that node, it may be */
    author_sign(&scene.srb);
    scene_frame(GEO, third_proof());
    struct cairn_message strange = third_proof();
    strange.as.proof.origin = cairn_bytes_of("test-sim/BIH/sim-1/1");
    scene_frame(GEO, strange);
    host_settle(scene.host);
    assert_err(scene.host->dropped[GEO], CAIRN_OK);
    assert_false(is_forked());
}

TEST(a_proof_is_told_to_links_that_come_later_also_after_a_restart)
{
    write_both(4, 10, 6);
    take_srb();
    show(&scene.twin);
    host_settle(scene.host);
    for (uint32_t round = 0; round < 2; round++) {
        host_forget_sent(scene.host);
        if (round == 0) {
            host_link_down(scene.host, GEO);
        } else {
            host_crash(scene.host);
        }
        scene_link_up(GEO, &scene.geo);
        assert_told(GEO, 6, 10);
    }
}

TEST(a_proof_against_ourselves_stops_all_signing_for_good)
{
    struct author *self = &scene.host->self;
    uint8_t root[32] = {1};
    uint8_t notes[2][1024];
    struct cairn_bytes note[2];
    scene_link_up(GEO, &scene.geo);
    for (uint32_t i = 0; i < 2; i++) {
        root[0]++;
        author_sign_as(self, 7, root);
        memcpy(notes[i], self->checkpoint, self->checkpoint_size);
        note[i] = (struct cairn_bytes){notes[i], self->checkpoint_size};
    }
    scene_frame(GEO, (struct cairn_message){.type = CAIRN_MESSAGE_PROOF,
                                            .as.proof = {.origin = cairn_bytes_of(self->origin),
                                                         .note_a = note[0],
                                                         .note_b = note[1]}});
    host_settle(scene.host);
    struct cairn_core_peer own;
    cairn_core_peer(scene.host->core, 0, &own);
    assert_true(own.is_forked);
    uint64_t size = scene_journal_size();
    host_run(scene.host, 3 * MINUTE_MS);
    assert_int_equal(scene_journal_size(), size);
    host_crash(scene.host);
    cairn_core_peer(scene.host->core, 0, &own);
    assert_true(own.is_forked);
    host_run(scene.host, 3 * MINUTE_MS);
    assert_int_equal(scene_journal_size(), size);
}

/* ---- what peers are told, so that they can compare ---- */

/* In how many OFFERs to this link does SRB's journal stand with so many leaves? */
static uint32_t told(uint32_t link, uint64_t size)
{
    struct cairn_message offer;
    uint32_t count = 0;
    for (uint32_t i = 0; host_sent(scene.host, link, CAIRN_MESSAGE_OFFER, i, &offer); i++) {
        for (size_t j = 0; j < offer.as.offer.journal_count; j++) {
            const struct cairn_offer_journal *journal = &offer.as.offer.journals[j];
            bool is_it = cairn_bytes_is_equal(journal->origin, cairn_bytes_of(scene.srb.origin));
            count += is_it && journal->size == size ? 1 : 0;
        }
    }
    return count;
}

TEST(a_peer_is_told_within_a_minute_how_far_a_journal_has_grown)
{
    write_both(10, 10, 10);
    take_srb();
    host_forget_sent(scene.host);
    scene_write_noise(&scene.srb, 5, 1);
    scene_frame(SRB, author_range(&scene.srb, 10, 15, true));
    host_settle(scene.host);
    host_run(scene.host, MINUTE_MS + 5000);
    assert_int_equal(told(GEO, 15), 1);
    assert_int_equal(host_sent_count(scene.host, SRB, CAIRN_MESSAGE_OFFER), 0); /* the author */
}

/* Whoever is told may be checking something else, and whoever listens in between may hold it up:
 * so it is told again. */
TEST(a_peer_is_told_again_of_what_has_not_grown)
{
    write_both(10, 10, 10);
    take_srb();
    host_run(scene.host, MINUTE_MS + 5000);
    host_forget_sent(scene.host);
    host_run(scene.host, 2 * MINUTE_MS);
    assert_in_range(told(GEO, 10), 1, 2);
    assert_int_equal(host_sent_count(scene.host, SRB, CAIRN_MESSAGE_OFFER), 0);
}

/* It asked for it, and has it from elsewhere by the time that it comes: then what the stream brings
 * is compared with nothing. */
TEST(a_peer_that_asked_for_a_journal_is_told_how_far_it_has_grown_all_the_same)
{
    struct cairn_message want = {.type = CAIRN_MESSAGE_WANT,
                                 .as.want = {.has_from = true, .credit_bytes = 1u << 20}};
    write_both(10, 10, 10);
    take_srb();
    cairn_keys_journal_id(cairn_bytes_of(scene.srb.origin), want.as.want.log);
    scene_frame(GEO, want);
    host_settle(scene.host);
    assert_int_equal(host_sent_count(scene.host, GEO, CAIRN_MESSAGE_JOURNAL), 1);
    host_forget_sent(scene.host);
    scene_write_noise(&scene.srb, 5, 1);
    scene_frame(SRB, author_range(&scene.srb, 10, 15, true));
    host_settle(scene.host);
    host_run(scene.host, MINUTE_MS + 5000);
    assert_int_equal(told(GEO, 15), 1);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, scene_begin, scene_end)
    const struct CMUnitTest tests[] = {
        CASE(two_roots_of_one_size_are_proved_and_end_the_journal_here),
        CASE(a_shorter_history_that_is_not_the_beginning_is_proved_from_our_own_leaves),
        CASE(a_longer_history_is_no_fork_before_our_leaves_reach_it),
        cmocka_unit_test_setup_teardown(a_liar_that_stays_ahead_is_proved_by_what_it_showed_first,
                                        scene_begin, scene_end),
        CASE(true_leaves_acquit_a_checkpoint_that_false_ones_came_with),
        CASE(no_leaves_at_all_under_another_root_are_proved),
        CASE(a_long_journal_is_looked_through_in_pieces_with_pauses),
        CASE(an_old_checkpoint_of_the_same_history_accuses_nobody_and_costs_one_look),
        CASE(a_checkpoint_that_the_author_did_not_sign_is_its_bearers_fault),
        CASE(a_proof_by_a_third_party_counts_and_is_forwarded_once),
        CASE(a_proof_that_does_not_hold_is_the_senders_fault),
        CASE(a_proof_under_a_key_or_of_an_origin_that_nobody_knows_says_nothing),
        CASE(a_proof_is_told_to_links_that_come_later_also_after_a_restart),
        CASE(a_proof_against_ourselves_stops_all_signing_for_good),
        CASE(a_peer_is_told_within_a_minute_how_far_a_journal_has_grown),
        CASE(a_peer_is_told_again_of_what_has_not_grown),
        CASE(a_peer_that_asked_for_a_journal_is_told_how_far_it_has_grown_all_the_same),
    };
    return cmocka_run_group_tests_name("core_fork", tests, NULL, NULL);
}
