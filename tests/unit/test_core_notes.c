/* One core, and root keys that change more than once: which documents it is told, which it tells.
 */
#include "tests/lib/test.h"

#include <stdio.h>
#include <string.h>

#include "replication/core.h"
#include "tests/lib/core_scene.h"

#define SERIALS   64u
#define ROTATIONS 16u /* that are told: docs/protocol.md, P-124 */

/* Every document that a country wrote, by serial. */
struct history {
    struct author *author;
    uint8_t notes[SERIALS][4096];
    size_t sizes[SERIALS];
};

static struct history srb, self;

static void keep(struct history *history)
{
    const struct author *author = history->author;
    assert_true(author->serial < SERIALS);
    memcpy(history->notes[author->serial], author->note, author->note_size);
    history->sizes[author->serial] = author->note_size;
}

static int begin(void **state)
{
    int code = scene_begin(state);
    memset(&srb, 0, sizeof srb);
    memset(&self, 0, sizeof self);
    srb.author = &scene.srb;
    self.author = &scene.host->self;
    keep(&srb);
    keep(&self);
    return code;
}

static void renew(struct history *history)
{
    author_document(history->author);
    keep(history);
}

static void rotate(struct history *history)
{
    author_rotate_root(history->author);
    keep(history);
}

/* A document between two rotations: the pairs share none. */
static void rotate_all(struct history *history, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        rotate(history);
        renew(history);
    }
}

static struct cairn_bytes note_of(const struct history *history, uint64_t serial)
{
    return (struct cairn_bytes){.data = history->notes[serial], .size = history->sizes[serial]};
}

static void give(uint32_t link, const struct cairn_bytes *notes, uint32_t count)
{
    scene_frame(link, (struct cairn_message){.type = CAIRN_MESSAGE_OFFER,
                                             .as.offer = {.notes = notes, .note_count = count}});
    host_settle(scene.host);
    assert_err(scene.host->dropped[link], CAIRN_OK);
}

static void give_one(uint32_t link, const struct history *history, uint64_t serial)
{
    struct cairn_bytes note = note_of(history, serial);
    give(link, &note, 1);
}

static void give_pair(uint32_t link, const struct history *history, uint64_t from)
{
    struct cairn_bytes notes[2] = {note_of(history, from), note_of(history, from + 1)};
    give(link, notes, 2);
}

static uint64_t held_of(const char *country)
{
    struct cairn_core_document held = {.serial = 0};
    (void)cairn_core_document(scene.host->core, (const uint8_t *)country, &held);
    return held.serial;
}

/* What was told on a link of this country: "1+2 3+4 5", by serial. */
static const char *told(uint32_t link, const struct history *history)
{
    static char out[1024];
    struct cairn_message offer;
    out[0] = '\0';
    for (uint32_t i = 0; host_sent(scene.host, link, CAIRN_MESSAGE_OFFER, i, &offer); i++) {
        bool is_first = true;
        for (uint32_t n = 0; n < offer.as.offer.note_count; n++) {
            for (uint32_t serial = 1; serial < SERIALS; serial++) {
                if (cairn_bytes_is_equal(offer.as.offer.notes[n], note_of(history, serial))) {
                    size_t used = strlen(out);
                    (void)snprintf(out + used, sizeof out - used, "%s%u",
                                   used == 0  ? ""
                                   : is_first ? " "
                                              : "+",
                                   serial);
                    is_first = false;
                }
            }
        }
    }
    return out;
}

static const char *told_to_newcomer(uint32_t link, const struct author *peer,
                                    const struct history *history)
{
    host_forget_sent(scene.host);
    scene_link_up(link, peer);
    host_settle(scene.host);
    return told(link, history);
}

TEST(who_was_away_during_two_rotations_is_led_to_the_newest_document_by_anybody)
{
    rotate_all(&srb, 2); /* 2 3 | 4 5 */
    scene_link_up(GEO, &scene.geo);
    give_one(GEO, &srb, 5); /* signed by a key that was never announced here */
    assert_int_equal(held_of("SRB"), 1);
    give_pair(GEO, &srb, 1);
    assert_int_equal(held_of("SRB"), 2);
    give_pair(GEO, &srb, 3);
    give_one(GEO, &srb, 5);
    assert_int_equal(held_of("SRB"), 5);
}

TEST(what_leads_from_one_root_key_to_the_next_is_told_upwards_and_downwards)
{
    host_show(scene.host, &scene.srb);
    renew(&srb);
    host_show(scene.host, &scene.srb);
    host_settle(scene.host);
    for (uint32_t i = 0; i < 3; i++) { /* 1 2 | 3 4 | 5 6 | 7 8 */
        rotate(&srb);
        host_show(scene.host, &scene.srb);
        host_settle(scene.host);
        renew(&srb);
        host_show(scene.host, &scene.srb);
        host_settle(scene.host);
    }
    assert_string_equal(told_to_newcomer(GEO, &scene.geo, &srb), "2+3 4+5 6+7 8 6+7 4+5 2+3");
    host_crash(scene.host);
    host_settle(scene.host);
    assert_string_equal(told_to_newcomer(GEO, &scene.geo, &srb), "2+3 4+5 6+7 8 6+7 4+5 2+3");
}

TEST(a_country_that_never_changed_its_root_key_is_told_by_one_document)
{
    renew(&srb);
    host_show(scene.host, &scene.srb);
    host_settle(scene.host);
    assert_string_equal(told_to_newcomer(GEO, &scene.geo, &srb), "2");
}

/* A core that knows nothing of SRB before this document. */
static void begin_with(const struct author *author)
{
    host_close(scene.host);
    scene.host = host_open(&scene.suite, &scene_limits);
    host_settle(scene.host);
    host_show(scene.host, &scene.host->self);
    host_settle(scene.host);
    host_show(scene.host, author);
    host_show(scene.host, &scene.geo);
    host_settle(scene.host);
}

TEST(who_came_later_learns_what_was_before_and_tells_it_on)
{
    rotate_all(&srb, 3); /* 1 | 2 3 | 4 5 | 6 7 */
    begin_with(&scene.srb);
    scene_link_up(GEO, &scene.geo);
    assert_string_equal(told(GEO, &srb), "7");
    for (uint64_t from = 1; from <= 5; from += 2) { /* upwards: only the last one can be proved */
        give_pair(GEO, &srb, from);
    }
    assert_string_equal(told_to_newcomer(SRB, &scene.srb, &srb), "5+6 7 5+6");
    give_pair(GEO, &srb, 3);
    give_pair(GEO, &srb, 1);
    host_link_down(scene.host, SRB);
    assert_string_equal(told_to_newcomer(SRB, &scene.srb, &srb), "1+2 3+4 5+6 7 5+6 3+4 1+2");
    assert_int_equal(held_of("SRB"), 7);
    host_crash(scene.host);
    host_settle(scene.host);
    assert_int_equal(held_of("SRB"), 7);
    assert_string_equal(told_to_newcomer(SRB, &scene.srb, &srb), "1+2 3+4 5+6 7 5+6 3+4 1+2");
}

TEST(what_was_before_is_told_on_as_soon_as_it_is_on_the_disk)
{
    rotate_all(&srb, 1);
    begin_with(&scene.srb);
    scene_link_up(GEO, &scene.geo);
    scene_link_up(SRB, &scene.srb);
    host_forget_sent(scene.host);
    give_pair(GEO, &srb, 1);
    assert_string_equal(told(SRB, &srb), "1+2 3 1+2");
    uint32_t rows = scene_rows_in(CAIRN_TABLE_NOTE);
    host_forget_sent(scene.host);
    give_pair(GEO, &srb, 1); /* again: nothing new */
    assert_string_equal(told(SRB, &srb), "");
    assert_int_equal(scene_rows_in(CAIRN_TABLE_NOTE), rows);
}

TEST(a_country_that_lost_all_but_its_newest_document_gets_back_what_was_before)
{
    host_close(scene.host);
    scene.host = host_open(&scene.suite, &scene_limits);
    self.author = &scene.host->self;
    keep(&self);
    rotate_all(&self, 2);
    host_settle(scene.host);
    host_show(scene.host, &scene.host->self);
    host_show(scene.host, &scene.srb);
    host_show(scene.host, &scene.geo);
    host_settle(scene.host);
    assert_int_equal(held_of("AUT"), 5);
    scene_link_up(GEO, &scene.geo);
    give_pair(GEO, &self, 3);
    give_pair(GEO, &self, 1);
    assert_string_equal(told_to_newcomer(SRB, &scene.srb, &self), "1+2 3+4 5 3+4 1+2");
}

TEST(an_own_document_of_before_that_a_restored_disk_has_is_led_on_by_partners)
{
    rotate_all(&self, 2);
    scene_link_up(GEO, &scene.geo);
    uint64_t token = host_show(scene.host, &scene.host->self);
    host_settle(scene.host);
    assert_err(scene_answer_of(token), CAIRN_DENIED_FINGERPRINT);
    give_pair(GEO, &self, 1);
    give_pair(GEO, &self, 3);
    give_one(GEO, &self, 5);
    assert_int_equal(held_of("AUT"), 5);
}

/* ---- those who lie ---- */

/* Nothing was taken, nothing is told. */
static void assert_refused(const struct cairn_bytes *notes)
{
    uint32_t rows = scene_rows_in(CAIRN_TABLE_NOTE);
    uint64_t serial = held_of("SRB");
    give(GEO, notes, 2);
    assert_int_equal(scene_rows_in(CAIRN_TABLE_NOTE), rows);
    assert_int_equal(held_of("SRB"), serial);
    host_link_down(scene.host, GEO);
    scene_link_up(GEO, &scene.geo);
}

TEST(nobody_invents_what_was_before)
{
    static struct author thief; /* has a root key of its own, and knows the public half of SRB's */
    static struct history false_srb;
    rotate_all(&srb, 1); /* 1 | 2 3 */
    thief = scene.srb;
    begin_with(&scene.srb);
    scene_link_up(GEO, &scene.geo);
    thief.serial = 0;
    memcpy(thief.next_root_seed, thief.root_seed, 32); /* announces the key in force */
    memset(thief.root_seed, 7, 32);
    false_srb.author = &thief;
    renew(&false_srb);
    struct cairn_bytes invented[2] = {note_of(&false_srb, 1), note_of(&srb, 2)};
    assert_refused(invented); /* 2 names another one */
    author_rotate_root(&thief);
    thief.root_seed[0] ^= 1; /* ... and it cannot sign one that names it */
    thief.serial = 1;
    renew(&false_srb);
    struct cairn_bytes signed_by_none[2] = {note_of(&false_srb, 1), note_of(&false_srb, 2)};
    assert_refused(signed_by_none);
    struct cairn_bytes wrong_order[2] = {note_of(&srb, 2), note_of(&srb, 1)};
    assert_refused(wrong_order);
    struct cairn_bytes no_rotation[2] = {note_of(&srb, 2), note_of(&srb, 3)};
    assert_refused(no_rotation);
    static uint8_t broken[4096];
    memcpy(broken, srb.notes[1], srb.sizes[1]);
    broken[srb.sizes[1] - 20] ^= 1;
    struct cairn_bytes damaged[2] = {{.data = broken, .size = srb.sizes[1]}, note_of(&srb, 2)};
    assert_refused(damaged);
    struct cairn_bytes junk[2] = {cairn_bytes_of("x"), cairn_bytes_of("")};
    junk[1] = junk[0];
    assert_refused(junk);
    give_pair(GEO, &srb, 1); /* the true one still finds its place */
    assert_string_equal(told_to_newcomer(SRB, &scene.srb, &srb), "1+2 3 1+2");
}

/* A country that signs by a key that it has left, behind what is held: no room is filled by it. */
TEST(what_came_later_is_not_what_was_before)
{
    uint8_t old_root[32], new_root[32];
    memcpy(old_root, scene.srb.root_seed, 32);
    rotate_all(&srb, 1); /* 1 | 2 3 */
    begin_with(&scene.srb);
    scene_link_up(GEO, &scene.geo);
    memcpy(new_root, scene.srb.root_seed, 32);
    memcpy(scene.srb.root_seed, old_root, 32);
    memcpy(scene.srb.next_root_seed, new_root, 32);
    renew(&srb);  /* 4 under the old key */
    rotate(&srb); /* 5 */
    give_pair(GEO, &srb, 4);
    assert_int_equal(held_of("SRB"), 5);
    assert_string_equal(told_to_newcomer(SRB, &scene.srb, &srb), "5");
}

TEST(what_was_before_is_learnt_of_partners_only)
{
    rotate_all(&srb, 1);
    begin_with(&scene.srb);
    scene_link_up(GEO, &scene.geo);
    scene_forget("SRB", 1);
    host_settle(scene.host);
    struct cairn_bytes pair[2] = {note_of(&srb, 1), note_of(&srb, 2)};
    assert_refused(pair);
}

TEST(a_rotation_that_takes_back_an_end_is_no_part_of_it)
{
    author_end(&scene.srb, 0); /* 2 ends the origin */
    keep(&srb);
    scene.srb.is_ended = false;
    rotate(&srb); /* 3 does not */
    scene.srb.is_ended = true;
    renew(&srb); /* 4 does */
    begin_with(&scene.srb);
    scene_link_up(GEO, &scene.geo);
    uint64_t refused = scene.host->notices[CAIRN_NOTICE_DOCUMENT_REFUSED];
    struct cairn_bytes pair[2] = {note_of(&srb, 2), note_of(&srb, 3)};
    assert_refused(pair);
    assert_int_equal(scene.host->notices[CAIRN_NOTICE_DOCUMENT_REFUSED], refused + 1);
}

TEST(only_the_newest_rotations_are_told)
{
    for (uint32_t i = 0; i < ROTATIONS + 2; i++) {
        rotate(&srb);
        host_show(scene.host, &scene.srb);
        host_settle(scene.host);
    }
    const char *first = "3+4 4+5 ";
    assert_memory_equal(told_to_newcomer(GEO, &scene.geo, &srb), first, strlen(first));
    host_crash(scene.host);
    host_settle(scene.host);
    assert_memory_equal(told_to_newcomer(GEO, &scene.geo, &srb), first, strlen(first));
}

TEST(more_rotations_than_are_told_are_not_learnt)
{
    for (uint32_t i = 0; i < ROTATIONS + 2; i++) {
        rotate(&srb);
    }
    begin_with(&scene.srb);
    scene_link_up(GEO, &scene.geo);
    for (uint64_t from = ROTATIONS + 2; from > 2; from--) {
        give_pair(GEO, &srb, from);
    }
    uint32_t rows = scene_rows_in(CAIRN_TABLE_NOTE);
    give_pair(GEO, &srb, 2);
    give_pair(GEO, &srb, 1);
    assert_int_equal(scene_rows_in(CAIRN_TABLE_NOTE), rows);
    const char *first = "3+4 4+5 ";
    assert_memory_equal(told_to_newcomer(SRB, &scene.srb, &srb), first, strlen(first));
    host_crash(scene.host);
    host_settle(scene.host);
    assert_memory_equal(told_to_newcomer(SRB, &scene.srb, &srb), first, strlen(first));
}

TEST(who_does_not_read_is_told_no_more_until_it_does)
{
    struct cairn_event event = {.type = CAIRN_EVENT_LINK_SENT};
    scene_link_up(GEO, &scene.geo);
    for (uint32_t i = 0; i < 4000; i++) { /* nobody says that a byte of it has gone */
        author_document(&scene.srb);
        host_show(scene.host, &scene.srb);
        host_settle(scene.host);
    }
    host_forget_sent(scene.host);
    author_document(&scene.srb);
    host_show(scene.host, &scene.srb);
    host_settle(scene.host);
    assert_int_equal(host_sent_count(scene.host, GEO, CAIRN_MESSAGE_OFFER), 0);
    event.as.link.link = GEO;
    event.as.link.sent_bytes = 4u << 20;
    host_do(scene.host, &event);
    host_settle(scene.host);
    struct cairn_message offer;
    assert_true(host_sent(scene.host, GEO, CAIRN_MESSAGE_OFFER, 0, &offer));
    assert_int_equal(offer.as.offer.notes[0].size, scene.srb.note_size);
    assert_memory_equal(offer.as.offer.notes[0].data, scene.srb.note, scene.srb.note_size);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, scene_end)
        CASE(who_was_away_during_two_rotations_is_led_to_the_newest_document_by_anybody),
        CASE(what_leads_from_one_root_key_to_the_next_is_told_upwards_and_downwards),
        CASE(a_country_that_never_changed_its_root_key_is_told_by_one_document),
        CASE(who_came_later_learns_what_was_before_and_tells_it_on),
        CASE(what_was_before_is_told_on_as_soon_as_it_is_on_the_disk),
        CASE(a_country_that_lost_all_but_its_newest_document_gets_back_what_was_before),
        CASE(an_own_document_of_before_that_a_restored_disk_has_is_led_on_by_partners),
        CASE(nobody_invents_what_was_before),
        CASE(what_came_later_is_not_what_was_before),
        CASE(what_was_before_is_learnt_of_partners_only),
        CASE(a_rotation_that_takes_back_an_end_is_no_part_of_it),
        CASE(only_the_newest_rotations_are_told),
        CASE(more_rotations_than_are_told_are_not_learnt),
        CASE(who_does_not_read_is_told_no_more_until_it_does),
#undef CASE
    };
    return cmocka_run_group_tests_name("core_notes", tests, NULL, NULL);
}
