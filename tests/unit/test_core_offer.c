/* One core, driven by hand-made frames: what an OFFER says, true or not, and how much of it. */
#include "tests/lib/test.h"

#include <string.h>

#include "replication/core.h"
#include "tests/lib/core_scene.h"

static void offer_size(uint32_t link, const struct author *author, uint64_t size)
{
    struct cairn_offer_journal journal = {.origin = cairn_bytes_of(author->origin),
                                          .size = size,
                                          .checkpoint = author_checkpoint(author)};
    scene_frame(link,
                (struct cairn_message){.type = CAIRN_MESSAGE_OFFER,
                                       .as.offer = {.journals = &journal, .journal_count = 1}});
    host_settle(scene.host);
}

TEST(an_offer_says_the_size_of_its_checkpoint)
{
    static const uint64_t sizes[] = {9, 11, 20};
    scene_write_noise(&scene.srb, 12, 1);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        scene_link_up(SRB, &scene.srb);
        offer_size(SRB, &scene.srb, sizes[i]);
        assert_err(scene.host->dropped[SRB], CAIRN_PEER_CHECKPOINT);
        host_link_down(scene.host, SRB);
    }
    scene_link_up(SRB, &scene.srb);
    scene_offer_own(SRB, &scene.srb);
    scene_frame(SRB, author_range(&scene.srb, 0, 12, true));
    host_settle(scene.host);
    struct author later = scene.srb;
    scene_write_noise(&later, 3, 1);
    scene_frame(SRB, author_range(&later, 12, 15, true));
    host_settle(scene.host);
    offer_size(SRB, &scene.srb, 12); /* a true one of before */
    assert_err(scene.host->dropped[SRB], CAIRN_OK);
    offer_size(SRB, &scene.srb, 11);
    assert_err(scene.host->dropped[SRB], CAIRN_PEER_CHECKPOINT);
    host_link_down(scene.host, SRB);
    scene_link_up(SRB, &scene.srb);
    author_sign_as(&scene.srb, 12, (const uint8_t[32]){1}); /* another root than what we hold */
    offer_size(SRB, &scene.srb, 7);
    assert_err(scene.host->dropped[SRB], CAIRN_PEER_CHECKPOINT);
    assert_false(scene_peer_of(&scene.srb).is_forked);
}

TEST(an_offer_of_a_checkpoint_that_its_author_did_not_sign_ends_the_link)
{
    scene_write_noise(&scene.srb, 12, 1);
    struct author forger = scene.srb;
    memset(forger.log_seed, 3, 32);
    author_sign(&forger);
    scene_link_up(GEO, &scene.geo);
    offer_size(GEO, &forger, 12);
    assert_err(scene.host->dropped[GEO], CAIRN_NOTE_SIGNATURE);
}

TEST(an_offer_of_ten_thousand_feeds_and_one_to_everybody_fit_a_step)
{
    static struct cairn_offer_feed feeds[CAIRN_LIMIT_FEEDS];
    scene_write_noise(&scene.srb, 3, 1);
    scene_link_up(SRB, &scene.srb);
    scene_offer_own(SRB, &scene.srb);
    for (uint32_t i = 0; i < CAIRN_LIMIT_FEEDS; i++) {
        feeds[i] = (struct cairn_offer_feed){.origin = cairn_bytes_of(scene.srb.origin)};
        cairn_bytes_put_u32(feeds[i].feed, i + 1);
    }
    host_forget_sent(scene.host);
    scene_frame(
        SRB, (struct cairn_message){.type = CAIRN_MESSAGE_OFFER,
                                    .as.offer = {.feeds = feeds, .feed_count = CAIRN_LIMIT_FEEDS}});
    assert_err(scene.host->dropped[SRB], CAIRN_OK);
    assert_int_equal(scene.host->sent_count, CAIRN_LIMIT_FEEDS);
    host_settle(scene.host);
}

TEST(one_checkpoint_shown_thousands_of_times_ends_the_link_and_not_the_node)
{
    static struct cairn_offer_journal journals[4000];
    uint8_t root[32] = {1};
    scene_write_noise(&scene.srb, 10, 1);
    scene_link_up(SRB, &scene.srb);
    scene_offer_own(SRB, &scene.srb);
    scene_frame(SRB, author_range(&scene.srb, 0, 10, true));
    host_settle(scene.host);
    author_sign_as(&scene.srb, 10, root);
    for (uint32_t i = 0; i < 4000; i++) {
        journals[i] = (struct cairn_offer_journal){
            .origin = cairn_bytes_of(scene.srb.origin),
            .size = 10,
            .checkpoint = {.data = scene.srb.checkpoint, .size = scene.srb.checkpoint_size},
        };
    }
    scene_frame(SRB,
                (struct cairn_message){.type = CAIRN_MESSAGE_OFFER,
                                       .as.offer = {.journals = journals, .journal_count = 4000}});
    assert_err(scene.host->dropped[SRB], CAIRN_PEER_FRAME);
    assert_int_equal(scene.host->notices[CAIRN_NOTICE_FORK_PROVEN], 1);
    author_sign_as(&scene.srb, 11, root);
    host_settle(scene.host);
}

/* A document of GEO's with as many nodes as there may be, and a sealing key of its own: it brings a
 * new pairwise feed for each of them. gives the size of the note */
static size_t write_crowd(uint64_t serial, uint8_t *out, size_t capacity)
{
    static char names[16][8];
    static uint8_t text[8192];
    uint8_t signature[64];
    struct cairn_bytes bytes;
    struct cairn_note_writer writer;
    struct cairn_note_key key = {.name = cairn_bytes_of("test-sim/GEO"),
                                 .type = CAIRN_NOTE_ED25519};
    struct cairn_country_doc doc = {.network = cairn_bytes_of("test-sim"),
                                    .country = cairn_bytes_of("GEO"),
                                    .serial = serial,
                                    .sealing_count = 1,
                                    .node_count = 16,
                                    .kinds = 1,
                                    .valid_from_ms = 1000,
                                    .valid_until_ms = 4000000000000u};
    cairn_suite_sign_public(&scene.suite, scene.geo.root_seed, doc.root);
    doc.sealing[0].number = 1;
    memset(doc.sealing[0].key, 7, 32);
    cairn_bytes_put_u64(doc.sealing[0].key, serial);
    for (uint32_t i = 0; i < 16; i++) {
        names[i][0] = (char)('a' + i);
        doc.nodes[i] =
            (struct cairn_country_node){.name = cairn_bytes_of(names[i]), .incarnation = 1};
        memset(doc.nodes[i].log, (int)i + 1, 32);
        memset(doc.nodes[i].witness, (int)i + 33, 32);
        memset(doc.nodes[i].tls_spki, (int)i + 65, 32);
    }
    assert_err(cairn_country_encode(&doc, text, sizeof text, &bytes), CAIRN_OK);
    memcpy(key.public_key, doc.root, 32);
    cairn_suite_sign(&scene.suite, scene.geo.root_seed, bytes, signature);
    cairn_note_writer_init(&writer, out, capacity);
    assert_err(cairn_note_put_text(&writer, bytes), CAIRN_OK);
    assert_err(cairn_note_append_signature(&writer, &key, 0, signature), CAIRN_OK);
    return writer.size;
}

/* The most that one frame can make of a step: documents, each newer than the one before, and
 * old ones; checkpoints that must be looked at; more feeds than anybody has heard of. It fits: too
 * small an arena would end the process. */
TEST(an_offer_of_everything_at_once_fits_a_step)
{
    static struct cairn_offer_feed feeds[CAIRN_LIMIT_FEEDS];
    static struct cairn_offer_journal journals[250];
    static uint8_t texts[50][4096];
    struct cairn_bytes notes[200];
    scene_write_noise(&scene.srb, 10, 1);
    scene_link_up(SRB, &scene.srb);
    scene_offer_own(SRB, &scene.srb);
    scene_frame(SRB, author_range(&scene.srb, 0, 10, true));
    host_settle(scene.host);
    author_sign_as(&scene.srb, 10, (const uint8_t[32]){1});
    for (uint32_t i = 0; i < 200; i++) {
        notes[i] = (struct cairn_bytes){.data = scene.srb.note, .size = scene.srb.note_size};
    }
    for (uint32_t i = 0; i < 50; i++) { /* more of them are too much under way: 402 */
        notes[i].size = write_crowd(scene.geo.serial + 1 + i, texts[i], sizeof texts[i]);
        notes[i].data = texts[i];
    }
    for (uint32_t i = 0; i < 250; i++) {
        journals[i] = (struct cairn_offer_journal){.origin = cairn_bytes_of(scene.srb.origin),
                                                   .size = 10,
                                                   .checkpoint = author_checkpoint(&scene.srb)};
    }
    for (uint32_t i = 0; i < CAIRN_LIMIT_FEEDS; i++) {
        feeds[i] = (struct cairn_offer_feed){.origin = cairn_bytes_of(scene.srb.origin)};
        cairn_bytes_put_u32(feeds[i].feed, i + 1);
    }
    host_forget_sent(scene.host);
    scene_frame(SRB, (struct cairn_message){.type = CAIRN_MESSAGE_OFFER,
                                            .as.offer = {.notes = notes,
                                                         .note_count = 200,
                                                         .journals = journals,
                                                         .journal_count = 250,
                                                         .feeds = feeds,
                                                         .feed_count = CAIRN_LIMIT_FEEDS}});
    assert_err(scene.host->dropped[SRB], CAIRN_OK);
    assert_true(scene.host->sent_count >= CAIRN_LIMIT_FEEDS); /* each of them is asked for */
    host_settle(scene.host);
    assert_true(scene_peer_of(&scene.srb).is_forked);
}

int main(void)
{
#define CASE(name)  cmocka_unit_test_setup_teardown(name, scene_begin, scene_end)
#define LARGE(name) cmocka_unit_test_setup_teardown(name, scene_begin_large, scene_end)
    const struct CMUnitTest tests[] = {
        CASE(an_offer_says_the_size_of_its_checkpoint),
        CASE(an_offer_of_a_checkpoint_that_its_author_did_not_sign_ends_the_link),
        LARGE(an_offer_of_ten_thousand_feeds_and_one_to_everybody_fit_a_step),
        LARGE(one_checkpoint_shown_thousands_of_times_ends_the_link_and_not_the_node),
        LARGE(an_offer_of_everything_at_once_fits_a_step),
    };
    return cmocka_run_group_tests_name("core_offer", tests, NULL, NULL);
}
