/* One core, driven by hand-made frames: links, documents, what is asked of it, floods. */
#include "tests/lib/test.h"

#include <string.h>

#include "replication/core.h"
#include "tests/lib/core_scene.h"

TEST(a_peer_of_another_network_is_dropped)
{
    host_link_up(scene.host, SRB, &scene.srb);
    struct cairn_message hello = author_hello(&scene.srb);
    hello.as.hello.network = cairn_bytes_of("test-other");
    scene_frame(SRB, hello);
    assert_err(scene.host->dropped[SRB], CAIRN_PEER_NETWORK);
    assert_false(scene_peer_of(&scene.srb).is_linked);
}

TEST(a_peer_under_the_name_of_another_is_dropped)
{
    host_link_up(scene.host, SRB, &scene.srb);
    scene_frame(SRB, author_hello(&scene.geo));
    assert_err(scene.host->dropped[SRB], CAIRN_PEER_NETWORK);
}

TEST(a_key_that_nobody_has_is_dropped_at_once)
{
    struct author pol;
    author_open(&pol, &scene.suite, "POL");
    host_link_up(scene.host, SRB, &pol);
    assert_err(scene.host->dropped[SRB], CAIRN_PEER_UNKNOWN);
    author_close(&pol);
}

TEST(frames_before_hello_and_a_second_hello_are_out_of_order)
{
    struct cairn_message messages[] = {
        {.type = CAIRN_MESSAGE_OFFER},
        {.type = CAIRN_MESSAGE_WANT},
        author_range(&scene.srb, 0, 0, false),
        {.type = CAIRN_MESSAGE_COSIGN,
         .as.cosign = {.line = {.data = (const uint8_t *)"x\n", .size = 2}}},
    };
    for (size_t i = 0; i < sizeof messages / sizeof *messages; i++) {
        host_link_up(scene.host, SRB, &scene.srb);
        scene_frame(SRB, messages[i]);
        assert_err(scene.host->dropped[SRB], CAIRN_PEER_ORDER);
    }
    scene_link_up(SRB, &scene.srb);
    assert_err(scene.host->dropped[SRB], CAIRN_OK);
    scene_frame(SRB, author_hello(&scene.srb));
    assert_err(scene.host->dropped[SRB], CAIRN_PEER_ORDER);
}

TEST(a_dropped_peer_hears_why_and_what_it_sends_later_is_let_pass)
{
    struct cairn_message bye;
    host_link_up(scene.host, SRB, &scene.srb);
    scene_frame(SRB, author_range(&scene.srb, 0, 0, false));
    assert_true(host_sent(scene.host, SRB, CAIRN_MESSAGE_BYE, 0, &bye));
    assert_int_equal(bye.as.bye.error, CAIRN_PEER_ORDER);
    uint32_t drops = scene.host->drop_count;
    scene_frame(SRB, author_hello(&scene.srb));
    host_frame_bytes(scene.host, SRB, cairn_bytes_of("rubbish"));
    assert_int_equal(scene.host->drop_count, drops);
    host_link_down(scene.host, SRB);
    scene_link_up(SRB, &scene.srb);
    assert_true(scene_peer_of(&scene.srb).is_linked);
}

TEST(a_peer_that_takes_its_leave_is_no_longer_linked)
{
    scene_link_up(SRB, &scene.srb);
    scene_frame(SRB, (struct cairn_message){.type = CAIRN_MESSAGE_BYE,
                                            .as.bye = {.error = CAIRN_PEER_LEAF}});
    assert_int_equal(scene.host->drop_count, 1);
    assert_err(scene.host->dropped[SRB], CAIRN_OK);
    assert_int_equal(scene.host->notices[CAIRN_NOTICE_LINK_BYE], 1);
    assert_int_equal(host_sent_count(scene.host, SRB, CAIRN_MESSAGE_BYE), 0);
    assert_false(scene_peer_of(&scene.srb).is_linked);
}

TEST(bytes_that_are_no_message_drop_the_link)
{
    scene_link_up(SRB, &scene.srb);
    host_frame_bytes(scene.host, SRB, cairn_bytes_of("\xc1"));
    assert_err(scene.host->dropped[SRB], CAIRN_PACK_FORBIDDEN);
}

TEST(a_peer_that_shows_a_longer_own_journal_halts_signing)
{
    uint8_t pairwise[16];
    struct host_answer answer;
    assert_true(cairn_core_pairwise(scene.host->core, (const uint8_t *)"SRB", pairwise));
    host_link_up(scene.host, SRB, &scene.srb);
    struct cairn_message hello = author_hello(&scene.srb);
    author_sign_as(&scene.host->self, 1000, (const uint8_t[32]){7});
    hello.as.hello.checkpoint = author_checkpoint(&scene.host->self);
    scene_frame(SRB, hello);
    assert_int_equal(scene.host->notices[CAIRN_NOTICE_ROLLBACK], 1);
    assert_true(cairn_core_is_halted(scene.host->core));
    uint64_t flushed = scene.host->notices[CAIRN_NOTICE_FLUSHED];
    uint64_t token = host_append(scene.host, pairwise, "word", scene.host->now_ms);
    assert_true(host_answered(scene.host, token, &answer));
    assert_err(answer.err, CAIRN_STATE);
    host_run(scene.host, 200000);
    assert_int_equal(host_find_task(scene.host, CAIRN_ACTION_SIGN), UINT32_MAX);
    assert_int_equal(scene.host->notices[CAIRN_NOTICE_FLUSHED], flushed);
}

TEST(a_longer_own_journal_that_we_did_not_sign_costs_its_teller_the_link)
{
    host_link_up(scene.host, SRB, &scene.srb);
    struct cairn_message hello = author_hello(&scene.srb);
    author_sign_as(&scene.srb, 1000, (const uint8_t[32]){7});
    hello.as.hello.checkpoint = author_checkpoint(&scene.srb);
    scene_frame(SRB, hello);
    assert_err(scene.host->dropped[SRB], CAIRN_PEER_CHECKPOINT);
    assert_false(cairn_core_is_halted(scene.host->core));
    assert_int_equal(scene.host->notices[CAIRN_NOTICE_ROLLBACK], 0);
}

/* ... also of a size that says nothing of what this node has lost. */
TEST(a_shorter_own_journal_that_we_did_not_sign_costs_its_teller_the_link)
{
    host_link_up(scene.host, SRB, &scene.srb);
    struct cairn_message hello = author_hello(&scene.srb);
    author_sign_as(&scene.srb, 1, (const uint8_t[32]){7});
    hello.as.hello.checkpoint = author_checkpoint(&scene.srb);
    scene_frame(SRB, hello);
    assert_err(scene.host->dropped[SRB], CAIRN_PEER_CHECKPOINT);
}

/* Signed under our name by somebody else's key. */
TEST(our_own_signature_is_checked_and_not_our_name)
{
    struct author forger = scene.host->self;
    host_link_up(scene.host, SRB, &scene.srb);
    struct cairn_message hello = author_hello(&scene.srb);
    memset(forger.log_seed, 3, 32);
    author_sign_as(&forger, 1000, (const uint8_t[32]){7});
    hello.as.hello.checkpoint = author_checkpoint(&forger);
    scene_frame(SRB, hello);
    assert_err(scene.host->dropped[SRB], CAIRN_NOTE_SIGNATURE);
    assert_false(cairn_core_is_halted(scene.host->core));
}

TEST(only_a_partner_can_be_forgotten)
{
    scene_forget("POL", 1);
    assert_err(scene_answer_of(1), CAIRN_DENIED_PARTNER);
    scene_forget("AUT", 2);
    assert_err(scene_answer_of(2), CAIRN_DENIED_PARTNER);
    scene_forget("SRB", 3);
    host_settle(scene.host);
    assert_err(scene_answer_of(3), CAIRN_OK);
    scene_forget("SRB", 4);
    assert_err(scene_answer_of(4), CAIRN_DENIED_PARTNER);
}

TEST(a_partner_that_is_forgotten_is_dropped_and_not_let_in_again)
{
    scene_link_up(SRB, &scene.srb);
    scene_forget("SRB", 1);
    assert_err(scene.host->dropped[SRB], CAIRN_DENIED_PARTNER);
    host_settle(scene.host);
    host_link_down(scene.host, SRB);
    host_link_up(scene.host, SRB, &scene.srb);
    assert_err(scene.host->dropped[SRB], CAIRN_PEER_UNKNOWN);
    host_crash(scene.host);
    host_link_up(scene.host, SRB, &scene.srb);
    assert_err(scene.host->dropped[SRB], CAIRN_PEER_UNKNOWN);
}

/* A WANT for SRB's journal went to this link. */
static bool is_wanted_of(uint32_t link, bool has_credit)
{
    struct cairn_message want;
    uint8_t id[16];
    cairn_keys_journal_id(cairn_bytes_of(scene.srb.origin), id);
    for (uint32_t i = 0; host_sent(scene.host, link, CAIRN_MESSAGE_WANT, i, &want); i++) {
        if (memcmp(want.as.want.log, id, 16) == 0 && want.as.want.has_from &&
            (want.as.want.credit_bytes > 0) == has_credit) {
            return true;
        }
    }
    return false;
}

TEST(the_journal_of_who_was_forgotten_is_asked_of_nobody)
{
    scene_write_noise(&scene.srb, 5, 1);
    scene_link_up(GEO, &scene.geo);
    scene_offer_own(GEO, &scene.srb);
    assert_true(is_wanted_of(GEO, true));
    host_forget_sent(scene.host);
    scene_forget("SRB", 1);
    host_settle(scene.host);
    assert_true(is_wanted_of(GEO, false)); /* what was asked for is called off */
    host_forget_sent(scene.host);
    scene_write_noise(&scene.srb, 5, 1);
    scene_offer_own(GEO, &scene.srb);
    host_run(scene.host, 200000);
    assert_false(is_wanted_of(GEO, true));
    assert_int_equal(scene_peer_of(&scene.srb).journal_size, 0);
}

TEST(a_document_of_a_country_that_was_forgotten_is_not_taken_from_a_peer)
{
    struct cairn_bytes note;
    scene_link_up(GEO, &scene.geo);
    scene_forget("SRB", 1);
    host_settle(scene.host);
    author_document(&scene.srb);
    note = (struct cairn_bytes){.data = scene.srb.note, .size = scene.srb.note_size};
    uint32_t notes = scene_rows_in(CAIRN_TABLE_NOTE);
    scene_frame(GEO, (struct cairn_message){.type = CAIRN_MESSAGE_OFFER,
                                            .as.offer = {.notes = &note, .note_count = 1}});
    host_settle(scene.host);
    assert_int_equal(scene_rows_in(CAIRN_TABLE_NOTE), notes);
    assert_false(cairn_core_is_partner(scene.host->core, (const uint8_t *)"SRB"));
}

static void offer_note(uint32_t link, const struct author *author)
{
    struct cairn_bytes note = {.data = author->note, .size = author->note_size};
    scene_frame(link, (struct cairn_message){.type = CAIRN_MESSAGE_OFFER,
                                             .as.offer = {.notes = &note, .note_count = 1}});
}

TEST(a_peer_brings_new_documents_of_partners_and_of_nobody_else)
{
    struct author pol;
    author_open(&pol, &scene.suite, "POL");
    scene_link_up(SRB, &scene.srb);
    uint32_t notes = scene_rows_in(CAIRN_TABLE_NOTE);
    offer_note(SRB, &pol);
    host_settle(scene.host);
    assert_int_equal(scene_rows_in(CAIRN_TABLE_NOTE), notes);
    author_document(&scene.geo);
    offer_note(SRB, &scene.geo);
    host_settle(scene.host);
    assert_int_equal(scene_rows_in(CAIRN_TABLE_NOTE), notes + 1);
    assert_err(scene.host->dropped[SRB], CAIRN_OK);
    author_close(&pol);
}

TEST(a_flood_of_documents_ends_the_link_and_not_the_node)
{
    scene_link_up(SRB, &scene.srb);
    for (uint32_t i = 0; i < 3000 && scene.host->dropped[SRB] == CAIRN_OK; i++) {
        author_document(&scene.srb); /* each one newer than the last; nothing is stored meanwhile */
        offer_note(SRB, &scene.srb);
    }
    assert_err(scene.host->dropped[SRB], CAIRN_BUSY);
    host_settle(scene.host);
}

/* Rows with the text of this note, at any serial. */
static uint32_t notes_like(const struct author *author)
{
    uint32_t count = 0;
    for (size_t i = 0; i < scene.host->disk.count; i++) {
        const struct disk_row *row = scene.host->disk.rows[i];
        count += row->key[0] == CAIRN_TABLE_NOTE && row->size == author->note_size &&
                 memcmp(row->value, author->note, row->size) == 0;
    }
    return count;
}

/* The longest frame full of documents, each of them newer than all before. */
TEST(a_frame_full_of_documents_fits_a_step)
{
    static uint8_t texts[200][4096];
    struct cairn_bytes notes[200];
    scene_link_up(SRB, &scene.srb);
    for (uint32_t i = 0; i < 200; i++) {
        author_document(&scene.srb);
        memcpy(texts[i], scene.srb.note, scene.srb.note_size);
        notes[i] = (struct cairn_bytes){.data = texts[i], .size = scene.srb.note_size};
    }
    scene_frame(SRB, (struct cairn_message){.type = CAIRN_MESSAGE_OFFER,
                                            .as.offer = {.notes = notes, .note_count = 200}});
    host_settle(scene.host);
    assert_int_equal(notes_like(&scene.srb), 1); /* the last one */
    scene_frame(SRB, (struct cairn_message){.type = CAIRN_MESSAGE_OFFER,
                                            .as.offer = {.notes = notes, .note_count = 200}});
    host_settle(scene.host); /* all of them are old by now */
    assert_err(scene.host->dropped[SRB], CAIRN_OK);
}

TEST(what_is_new_of_a_country_is_shown_to_who_is_linked)
{
    scene_link_up(SRB, &scene.srb);
    host_forget_sent(scene.host);
    author_document(&scene.geo);
    host_show(scene.host, &scene.geo);
    host_settle(scene.host);
    struct cairn_message offer;
    assert_true(host_sent(scene.host, SRB, CAIRN_MESSAGE_OFFER, 0, &offer));
    assert_int_equal(offer.as.offer.note_count, 1);
    assert_int_equal(offer.as.offer.notes[0].size, scene.geo.note_size);
}

TEST(an_older_document_never_takes_the_place_of_the_one_in_force)
{
    struct author old = scene.geo;
    author_document(&scene.geo);
    host_show(scene.host, &scene.geo);
    host_settle(scene.host);
    host_show(scene.host, &old); /* its operator finds the older file again */
    host_settle(scene.host);
    assert_int_equal(notes_like(&scene.geo), 1);
    assert_int_equal(notes_like(&old), 1); /* at its own serial, from before */
    memset(old.spki_hash, 9, 32);          /* who would be let in if it counted */
    host_crash(scene.host);
    host_settle(scene.host);
    scene_link_up(GEO, &scene.geo);
    assert_true(scene_peer_of(&scene.geo).is_linked);
    author_document(&old); /* the same serial as the one in force: another text */
    struct host_answer answer;
    uint64_t token = host_show(scene.host, &old);
    host_settle(scene.host);
    assert_true(host_answered(scene.host, token, &answer));
    assert_true(scene_peer_of(&scene.geo).is_linked);
}

TEST(the_longest_endpoint_is_told_whole)
{
    memset(scene.geo.endpoint, 'h', 255);
    memcpy(scene.geo.endpoint + 255, ":65535", 7);
    author_document(&scene.geo);
    host_show(scene.host, &scene.geo);
    host_settle(scene.host);
    assert_string_equal(scene_peer_of(&scene.geo).endpoint, scene.geo.endpoint);
    assert_string_equal(scene_srb_peer().endpoint, "");
}

TEST(a_node_that_left_its_countrys_document_is_dropped)
{
    scene_link_up(SRB, &scene.srb);
    struct author changed = scene.srb;
    memset(changed.spki_hash, 5, 32);
    author_document(&changed);
    host_show(scene.host, &changed);
    host_settle(scene.host);
    assert_err(scene.host->dropped[SRB], CAIRN_DENIED_PARTNER);
}

TEST(a_node_whose_time_is_over_is_not_let_in_again)
{
    struct author later = scene.srb;
    later.incarnation = 2;
    memset(later.spki_hash, 5, 32);
    author_document(&later);
    host_show(scene.host, &later);
    host_settle(scene.host);
    host_link_up(scene.host, SRB, &scene.srb); /* the key of the one before */
    assert_err(scene.host->dropped[SRB], CAIRN_PEER_UNKNOWN);
    host_link_down(scene.host, SRB);
    host_link_up(scene.host, SRB, &later);
    assert_err(scene.host->dropped[SRB], CAIRN_OK);
}

/* So many documents of SRB's, each with another incarnation of its node, are taken. */
static uint32_t incarnations_taken(cairn_err *out_err)
{
    struct author later = scene.srb;
    *out_err = CAIRN_OK;
    for (uint32_t count = 0; count < 300; count++) {
        later.incarnation++;
        author_document(&later);
        uint64_t token = host_show(scene.host, &later);
        host_settle(scene.host);
        *out_err = scene_answer_of(token);
        if (*out_err != CAIRN_OK) {
            return count;
        }
    }
    return UINT32_MAX;
}

TEST(no_country_has_more_than_thirty_two_journals)
{
    cairn_err err;
    assert_int_equal(incarnations_taken(&err), 31); /* and the first one */
    assert_err(err, CAIRN_FULL);
}

TEST(a_document_for_which_there_is_no_room_is_refused_whole)
{
    cairn_err err;
    assert_in_range(incarnations_taken(&err), 8, 13); /* journals: 16, with three that were there */
    assert_err(err, CAIRN_FULL);
    host_crash(scene.host);
    scene_link_up(GEO, &scene.geo);
    assert_true(scene_peer_of(&scene.geo).is_linked);
}

TEST(a_document_under_another_root_key_is_no_document_of_that_country)
{
    struct author other = scene.geo;
    memset(other.root_seed, 9, 32);
    other.spki_hash[31] ^= 1;
    for (uint32_t turn = 0; turn < 2; turn++) { /* of the same serial, and of a later one */
        other.serial = scene.geo.serial - 1 + turn;
        author_document(&other);
        uint64_t token = host_show(scene.host, &other);
        host_settle(scene.host);
        assert_err(scene_answer_of(token), CAIRN_DENIED_FINGERPRINT);
        host_link_up(scene.host, GEO, &other);
        assert_err(scene.host->dropped[GEO], CAIRN_PEER_UNKNOWN);
        host_link_down(scene.host, GEO);
    }
}

TEST(a_want_of_an_unknown_log_is_let_pass)
{
    scene_link_up(SRB, &scene.srb);
    struct cairn_message want = {.type = CAIRN_MESSAGE_WANT,
                                 .as.want = {.has_from = true, .credit_bytes = 1000}};
    memset(want.as.want.log, 0xee, 16);
    scene_frame(SRB, want);
    assert_err(scene.host->dropped[SRB], CAIRN_OK);
}

TEST(a_want_of_what_the_peer_may_not_read_is_refused)
{
    struct cairn_message want = {.type = CAIRN_MESSAGE_WANT,
                                 .as.want = {.has_from = true, .credit_bytes = 1000}};
    scene_link_up(SRB, &scene.srb);
    assert_true(cairn_core_pairwise(scene.host->core, (const uint8_t *)"GEO", want.as.want.log));
    scene_frame(SRB, want);
    assert_err(scene.host->dropped[SRB], CAIRN_DENIED_POLICY);
    host_link_down(scene.host, SRB);
    scene_link_up(SRB, &scene.srb);
    want.as.want = (struct cairn_want){.is_records_first = true};
    assert_true(cairn_core_pairwise(scene.host->core, (const uint8_t *)"GEO", want.as.want.log));
    host_forget_sent(scene.host);
    scene_frame(SRB, want); /* only whether there is a record: no answer, no offence */
    host_settle(scene.host);
    assert_err(scene.host->dropped[SRB], CAIRN_OK);
    assert_int_equal(scene.host->sent_count, 0);
}

/* A country that is admitted to many feeds at once asks for the records of all of them. */
TEST(every_record_that_was_asked_for_is_sent_however_many_there_are)
{
    enum { FEEDS = 100 };
    uint8_t feeds[FEEDS][16];
    struct cairn_message record;
    for (uint32_t i = 0; i < FEEDS; i++) {
        scene_open_own("AUTSRB", feeds[i]);
    }
    scene_link_up(SRB, &scene.srb);
    host_settle(scene.host);
    host_forget_sent(scene.host);
    for (uint32_t i = 0; i < FEEDS; i++) { /* the host is slow: nothing is loaded meanwhile */
        struct cairn_message want = {.type = CAIRN_MESSAGE_WANT,
                                     .as.want = {.is_records_first = true}};
        memcpy(want.as.want.log, feeds[FEEDS - 1 - i], 16);
        scene_frame(SRB, want);
        scene_frame(SRB, want); /* impatient */
    }
    host_settle(scene.host);
    assert_in_range(host_sent_count(scene.host, SRB, CAIRN_MESSAGE_FEED), FEEDS, 2 * FEEDS);
    for (uint32_t i = 0; i < FEEDS; i++) {
        bool is_sent = false;
        for (uint32_t nth = 0; host_sent(scene.host, SRB, CAIRN_MESSAGE_FEED, nth, &record);
             nth++) {
            is_sent = is_sent || memcmp(record.as.feed.feed, feeds[i], 16) == 0;
        }
        assert_true(is_sent);
    }
}

TEST(a_want_from_beyond_the_end_waits_and_one_that_is_changed_in_flight_is_harmless)
{
    struct cairn_message want = {
        .type = CAIRN_MESSAGE_WANT,
        .as.want = {.has_from = true, .from = UINT64_MAX, .credit_bytes = 100000}};
    scene_link_up(SRB, &scene.srb);
    cairn_keys_journal_id(cairn_bytes_of(scene.host->self.origin), want.as.want.log);
    scene_frame(SRB, want);
    host_settle(scene.host);
    want.as.want.from = 0;
    scene_frame(SRB, want); /* a load is under way now */
    want.as.want.from = UINT64_MAX - 5;
    scene_frame(SRB, want);
    host_settle(scene.host);
    host_forget_sent(scene.host);
    want.as.want.from = 0;
    scene_frame(SRB, want);
    host_settle(scene.host);
    struct cairn_message range;
    assert_true(host_sent(scene.host, SRB, CAIRN_MESSAGE_JOURNAL, 0, &range));
    assert_true(range.as.journal.has_checkpoint);
}

TEST(a_damaged_row_ends_a_stream_and_does_not_turn_in_circles)
{
    struct cairn_key key = {.table = CAIRN_TABLE_LEAF};
    struct cairn_message want = {.type = CAIRN_MESSAGE_WANT,
                                 .as.want = {.has_from = true, .credit_bytes = 100000}};
    scene_link_up(SRB, &scene.srb);
    cairn_keys_journal_id(cairn_bytes_of(scene.host->self.origin), want.as.want.log);
    memcpy(key.id, want.as.want.log, 16);
    disk_put(&scene.host->disk, &key, cairn_bytes_of("damaged"));
    scene_frame(SRB, want);
    host_settle(scene.host);
    assert_err(scene.host->notice_err[CAIRN_NOTICE_STORE_FAILED], CAIRN_DISK_CORRUPT);
    cairn_core_control(scene.host->core, want.as.want.log); /* a commit that is not there */
    for (size_t i = 0; i < scene.host->disk.count; i++) {
        if (scene.host->disk.rows[i]->key[0] == CAIRN_TABLE_COMMIT) {
            scene.host->disk.rows[i]->key[16] ^= 1;
        }
    }
    scene_frame(SRB, want);
    host_settle(scene.host);
    assert_int_equal(scene.host->notices[CAIRN_NOTICE_STORE_FAILED], 2);
}

TEST(a_peer_that_never_reads_is_dropped)
{
    static struct cairn_offer_feed feeds[8000];
    scene_write_noise(&scene.srb, 3, 1);
    scene_link_up(SRB, &scene.srb);
    for (uint32_t i = 0; i < 8000; i++) {
        feeds[i] = (struct cairn_offer_feed){.origin = cairn_bytes_of(scene.srb.origin)};
        cairn_bytes_put_u32(feeds[i].feed, i + 1);
    }
    for (uint32_t i = 0; i < 400 && scene.host->dropped[SRB] == CAIRN_OK; i++) {
        scene_frame(SRB, (struct cairn_message){.type = CAIRN_MESSAGE_OFFER,
                                                .as.offer = {.feeds = feeds, .feed_count = 8000}});
        host_forget_sent(scene.host);
    }
    assert_err(scene.host->dropped[SRB], CAIRN_TIMEOUT);
}

int main(void)
{
#define CASE(name)  cmocka_unit_test_setup_teardown(name, scene_begin, scene_end)
#define LARGE(name) cmocka_unit_test_setup_teardown(name, scene_begin_large, scene_end)
    const struct CMUnitTest tests[] = {
        CASE(a_peer_of_another_network_is_dropped),
        CASE(a_peer_under_the_name_of_another_is_dropped),
        CASE(a_key_that_nobody_has_is_dropped_at_once),
        CASE(frames_before_hello_and_a_second_hello_are_out_of_order),
        CASE(a_dropped_peer_hears_why_and_what_it_sends_later_is_let_pass),
        CASE(a_peer_that_takes_its_leave_is_no_longer_linked),
        CASE(bytes_that_are_no_message_drop_the_link),
        CASE(a_peer_that_shows_a_longer_own_journal_halts_signing),
        CASE(a_longer_own_journal_that_we_did_not_sign_costs_its_teller_the_link),
        CASE(a_shorter_own_journal_that_we_did_not_sign_costs_its_teller_the_link),
        CASE(our_own_signature_is_checked_and_not_our_name),
        CASE(only_a_partner_can_be_forgotten),
        CASE(a_partner_that_is_forgotten_is_dropped_and_not_let_in_again),
        CASE(the_journal_of_who_was_forgotten_is_asked_of_nobody),
        CASE(a_document_of_a_country_that_was_forgotten_is_not_taken_from_a_peer),
        CASE(a_peer_brings_new_documents_of_partners_and_of_nobody_else),
        CASE(a_flood_of_documents_ends_the_link_and_not_the_node),
        CASE(a_frame_full_of_documents_fits_a_step),
        CASE(what_is_new_of_a_country_is_shown_to_who_is_linked),
        CASE(an_older_document_never_takes_the_place_of_the_one_in_force),
        CASE(the_longest_endpoint_is_told_whole),
        CASE(a_node_that_left_its_countrys_document_is_dropped),
        CASE(a_node_whose_time_is_over_is_not_let_in_again),
        LARGE(no_country_has_more_than_thirty_two_journals),
        CASE(a_document_for_which_there_is_no_room_is_refused_whole),
        CASE(a_document_under_another_root_key_is_no_document_of_that_country),
        CASE(a_want_of_an_unknown_log_is_let_pass),
        CASE(a_want_of_what_the_peer_may_not_read_is_refused),
        CASE(every_record_that_was_asked_for_is_sent_however_many_there_are),
        CASE(a_want_from_beyond_the_end_waits_and_one_that_is_changed_in_flight_is_harmless),
        CASE(a_damaged_row_ends_a_stream_and_does_not_turn_in_circles),
        CASE(a_peer_that_never_reads_is_dropped),
    };
    return cmocka_run_group_tests_name("core_peer", tests, NULL, NULL);
}
