#include "tests/sim/liar.h"

#include "crypto/hash.h"
#include "tests/sim/forger.h"
#include "tests/sim/world_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIAR_FEEDS     8u
#define LIAR_FLUSHES   50u /* below AUTHOR_COMMITS */
#define LIAR_TIMES     20u
#define LIAR_STEP_MS   300u /* between what a partner has to store first */
#define LIAR_MINUTE_MS 60000u

/* One history. */
struct liar_face {
    struct author author;
    struct author_feed feeds[LIAR_FEEDS]; /* for some partners; the last one is written to */
    uint32_t feed_count;
};

struct liar {
    struct world *world;
    uint32_t node;
    struct test_rng rng;
    struct liar_face *faces[2];
    uint32_t face_count;
    uint32_t flushes;
    bool is_feed_over; /* nothing more fits behind its last commit */
    uint8_t old[1024]; /* a checkpoint of before, and its size */
    size_t old_bytes;
    uint64_t old_size;
};

/* ---- feeds ---- */

/* The members: itself, and of its partners two thirds. */
static uint32_t liar_members(struct liar *liar, struct author_member out[static 16])
{
    char codes[WORLD_NODES_MAX * 3 + 1];
    uint32_t members = 1u << liar->node, count = 0;
    for (uint32_t i = 0; i < liar->world->options.nodes && i < 16; i++) {
        bool is_one =
            world_recognises(liar->world, liar->node, i) && test_rng_below(&liar->rng, 3) > 0;
        members |= is_one ? 1u << i : 0;
    }
    world_members(liar->world, members, codes);
    for (; count < 16 && codes[3 * (size_t)count] != 0; count++) {
        uint32_t i = 0;
        while (memcmp(world_code(liar->world, i), codes + 3 * (size_t)count, 3) != 0) {
            i++;
        }
        out[count] = forger_member(liar->world, i);
    }
    return count;
}

static void liar_open_feed(struct liar *liar, enum liar_lie lie)
{
    struct author_member members[16];
    uint32_t count = liar_members(liar, members);
    for (uint32_t i = 0; i < liar->face_count; i++) {
        struct liar_face *face = liar->faces[i];
        struct author_feed *feed = &face->feeds[face->feed_count++];
        uint8_t digest[32];
        size_t at = feed->record.size - 1;
        author_feed_open(&face->author, feed, members, count);
        at = feed->record.size - 1;
        cairn_sha256_of((struct cairn_bytes){.data = feed->feed.secrets[0], .size = 32}, digest);
        while (lie == LIAR_SECRET && memcmp(feed->record_bytes + at - 31, digest, 32) != 0) {
            at--;
        }
        if (lie == LIAR_SECRET || lie == LIAR_WRAP) {
            feed->record_bytes[at] ^= 1;
            cairn_keys_feed_id(cairn_bytes_of(face->author.origin), feed->record, feed->feed.id);
        }
    }
    liar->is_feed_over = lie != LIAR_TRUTH;
}

static void liar_copy_feed(struct author_feed *to, const struct author_feed *from)
{
    *to = *from;
    if (from->bytes != NULL) {
        to->bytes = malloc(AUTHOR_BYTES);
        assert_non_null(to->bytes);
        memcpy(to->bytes, from->bytes, from->size);
    }
    if (from->record.size > 0) {
        to->record.data = to->record_bytes + (from->record.data - from->record_bytes);
    }
}

static void liar_fork(struct liar *liar)
{
    struct liar_face *first = liar->faces[0];
    struct liar_face *second = malloc(sizeof *second);
    assert_non_null(second);
    *second = *first;
    liar_copy_feed(&second->author.control, &first->author.control);
    liar_copy_feed(&second->author.pairwise, &first->author.pairwise);
    for (uint32_t i = 0; i < first->feed_count; i++) {
        liar_copy_feed(&second->feeds[i], &first->feeds[i]);
    }
    liar->faces[liar->face_count++] = second;
}

struct liar *liar_open(struct world *world, uint32_t node, uint64_t seed)
{
    struct liar *liar = calloc(1, sizeof *liar);
    assert_non_null(liar);
    liar->world = world;
    liar->node = node;
    liar->rng.state = seed;
    liar->faces[0] = calloc(1, sizeof *liar->faces[0]);
    assert_non_null(liar->faces[0]);
    liar->face_count = 1;
    liar->is_feed_over = true;
    forger_open(world, node, &liar->faces[0]->author);
    return liar;
}

void liar_close(struct liar *liar)
{
    for (uint32_t i = 0; liar != NULL && i < liar->face_count; i++) {
        for (uint32_t at = 0; at < liar->faces[i]->feed_count; at++) {
            author_feed_close(&liar->faces[i]->feeds[at]);
        }
        author_close(&liar->faces[i]->author);
        free(liar->faces[i]);
    }
    free(liar);
}

/* ---- what is written ---- */

/* Its commitment is to another key than the one in its slot. */
static void liar_add_unopened(struct author *author, struct author_feed *feed, const char *word)
{
    struct author_feed before = *feed;
    static uint8_t body[4096];
    author_add_word(author, feed, word);
    size_t at = before.is_writing ? before.writer.size : CAIRN_COMMIT_HEAD_BYTES;
    at += CAIRN_COMMIT_ENTRY_BYTES;
    size_t size = feed->writer.size - at;
    assert_true(size <= sizeof body);
    memcpy(body, feed->writer.data + at, size);
    *feed = before;
    body[48] ^= 1; /* the slot has 48 bytes; then the commitment */
    author_add_body(feed, (struct cairn_bytes){.data = body, .size = size}, false);
}

static void liar_write(struct liar *liar, struct liar_face *face, enum liar_lie lie)
{
    struct author_feed *feed = &face->feeds[face->feed_count - 1];
    struct cairn_feedop op = {.kind = CAIRN_KIND_FEED_CLOSE};
    char word[32];
    (void)snprintf(word, sizeof word, "lie-%u-%u", liar->flushes, face != liar->faces[0]);
    if (lie == LIAR_KEY) {
        liar_add_unopened(&face->author, feed, word);
    } else if (lie == LIAR_CLOSE) {
        op.as.close.size = feed->feed.range.size + 7;
        author_add_op(&face->author, feed, &op, true);
    } else if (lie == LIAR_RECEIPT && face->author.pairwise.bytes != NULL) {
        op = (struct cairn_feedop){.kind = CAIRN_KIND_RECEIPT, .as.receipt = {.size = 100000}};
        author_add_op(&face->author, &face->author.pairwise, &op, false);
        author_commit(&face->author, &face->author.pairwise, NULL);
        return;
    } else if (lie != LIAR_WRAP && lie != LIAR_SECRET) {
        author_add_word(&face->author, feed, word);
    }
    author_commit(&face->author, feed, NULL);
}

/* A feed to one partner, for receipts. */
static void liar_pair(struct liar *liar)
{
    uint32_t peer = test_rng_below(&liar->rng, liar->world->options.nodes);
    if (liar->face_count == 1 && liar->faces[0]->author.pairwise.bytes == NULL &&
        peer != liar->node && world_recognises(liar->world, liar->node, peer)) {
        struct author_member member = forger_member(liar->world, peer);
        author_pair(&liar->faces[0]->author, member.country, member.sealing);
    }
}

static void liar_flush(struct liar *liar, enum liar_lie lie)
{
    uint64_t mark_ms = liar->world->now_ms;
    mark_ms += lie == LIAR_FUTURE ? 10 * LIAR_MINUTE_MS : 0;
    mark_ms -= lie == LIAR_PAST ? 10 * LIAR_MINUTE_MS : 0;
    for (uint32_t i = 0; i < liar->face_count; i++) {
        struct author *author = &liar->faces[i]->author;
        author->now_ms = liar->world->now_ms;
        liar_write(liar, liar->faces[i], lie);
        author_add_mark(author, mark_ms);
        author_commit(author, &author->control, NULL);
        author_sign(author);
    }
    liar->is_feed_over = liar->is_feed_over || lie == LIAR_CLOSE;
}

/* ---- what is told ---- */

struct liar_talk {
    struct liar *liar;
    const struct liar_face *face;
    uint32_t to;
    enum liar_lie lie;
    bool is_slighted; /* it does not get what others get */
    uint64_t at_ms;
};

static void liar_say(struct liar_talk *talk, const struct cairn_message *message)
{
    struct world *world = talk->liar->world;
    forger_push(world, talk->liar->node, talk->to, message, world->now_ms + talk->at_ms);
}

static void liar_say_offer(struct liar_talk *talk)
{
    const struct author *author = &talk->face->author;
    struct cairn_bytes origin = cairn_bytes_of(author->origin);
    struct cairn_offer_feed feeds[LIAR_FEEDS + 2];
    struct cairn_offer_journal journal = {
        .origin = origin, .size = author->journal.size, .checkpoint = author_checkpoint(author)};
    uint32_t count = 0;
    feeds[count] = (struct cairn_offer_feed){.origin = origin};
    memcpy(feeds[count++].feed, author->control.feed.id, 16);
    for (uint32_t i = 0; i < talk->face->feed_count; i++) {
        feeds[count] = (struct cairn_offer_feed){.origin = origin};
        memcpy(feeds[count++].feed, talk->face->feeds[i].feed.id, 16);
    }
    if (author->pairwise.bytes != NULL) {
        feeds[count] = (struct cairn_offer_feed){.origin = origin};
        memcpy(feeds[count++].feed, author->pairwise.feed.id, 16);
    }
    if (talk->lie == LIAR_SIZE) {
        journal.size += 1 + test_rng_below(&talk->liar->rng, 1000);
    } else if (talk->lie == LIAR_REPLAY && talk->liar->old_bytes > 0) {
        journal.size = talk->liar->old_size;
        journal.checkpoint =
            (struct cairn_bytes){.data = talk->liar->old, .size = talk->liar->old_bytes};
    }
    struct cairn_message message = {
        .type = CAIRN_MESSAGE_OFFER,
        .as.offer = {
            .journals = &journal, .journal_count = 1, .feeds = feeds, .feed_count = count}};
    liar_say(talk, &message);
}

/* As a witness of two branches would. */
static void liar_say_cosign(struct liar_talk *talk)
{
    const struct author *author = &talk->face->author;
    struct cairn_core_restore own;
    static const uint8_t nobody[64];
    uint8_t text[CAIRN_CHECKPOINT_MAX], note[1024], line[1024];
    struct cairn_note_writer writer;
    cairn_core_restore(talk->liar->world->nodes[talk->to].core, &own);
    struct cairn_checkpoint branch = {.origin =
                                          cairn_bytes_of(talk->liar->world->nodes[talk->to].origin),
                                      .size = own.durable_size};
    struct cairn_note_key key = {.name = branch.origin, .type = CAIRN_NOTE_ED25519};
    struct cairn_bytes bytes = {.data = text, .size = cairn_note_encode_checkpoint(&branch, text)};
    cairn_note_writer_init(&writer, note, sizeof note);
    assert_err(cairn_note_put_text(&writer, bytes), CAIRN_OK);
    assert_err(cairn_note_append_signature(&writer, &key, 0, nobody), CAIRN_OK);
    bytes = (struct cairn_bytes){.data = note, .size = writer.size};
    bytes.size = author_cosign(author, bytes, line, sizeof line);
    bytes.data = line;
    struct cairn_message message = {.type = CAIRN_MESSAGE_COSIGN,
                                    .as.cosign = {.size = branch.size, .line = bytes}};
    cairn_keys_journal_id(branch.origin, message.as.cosign.log);
    liar_say(talk, &message);
}

static void liar_say_feed(struct liar_talk *talk, const struct author_feed *feed, bool is_last)
{
    static uint8_t other[AUTHOR_BYTES];
    for (uint32_t number = 0; number < feed->commit_count; number++) {
        bool is_lie = talk->is_slighted && is_last && number + 1 == feed->commit_count;
        struct cairn_message message = author_entries(feed, number);
        if (is_lie && talk->lie == LIAR_WITHHOLD) {
            return;
        }
        if (is_lie && talk->lie == LIAR_BODY) {
            memcpy(other, message.as.entries.commit.data, message.as.entries.commit.size);
            other[message.as.entries.commit.size - 1] ^= 1;
            message.as.entries.commit.data = other;
        }
        liar_say(talk, &message);
    }
}

/* How many leaves does it hold of this history? It asked for those behind them. */
static uint64_t liar_held(const struct liar_talk *talk)
{
    const struct cairn_core *core = talk->liar->world->nodes[talk->to].core;
    struct cairn_core_peer peer;
    for (uint32_t i = 1; i < cairn_core_peer_count(core); i++) {
        cairn_core_peer(core, i, &peer);
        if (strcmp(peer.origin, talk->face->author.origin) == 0 &&
            peer.journal_size <= talk->face->author.journal.size) {
            return peer.journal_size;
        }
    }
    return 0;
}

static void liar_tell(struct liar_talk *talk)
{
    const struct liar_face *face = talk->face;
    const struct author *author = &face->author;
    bool is_wrong = talk->lie == LIAR_SIZE;
    liar_say_offer(talk);
    talk->at_ms += LIAR_STEP_MS;
    struct cairn_message message =
        author_range(author, liar_held(talk), author->journal.size, true);
    message.as.journal.from += is_wrong ? test_rng_below(&talk->liar->rng, 3) : 0;
    liar_say(talk, &message);
    talk->at_ms += LIAR_STEP_MS;
    for (uint32_t i = 0; i < face->feed_count; i++) {
        message = author_record(author, &face->feeds[i]);
        liar_say(talk, &message);
    }
    talk->at_ms += LIAR_STEP_MS;
    for (uint32_t times = talk->lie == LIAR_FLOOD ? LIAR_TIMES : 1; times > 0; times--) {
        liar_say_feed(talk, &author->control, false);
        for (uint32_t i = 0; i < face->feed_count; i++) {
            liar_say_feed(talk, &face->feeds[i], i + 1 == face->feed_count);
        }
    }
    if (author->pairwise.bytes != NULL) {
        liar_say_feed(talk, &author->pairwise, false);
    }
    if (talk->lie == LIAR_COSIGN) {
        liar_say_cosign(talk);
    }
}

void liar_play(struct liar *liar, enum liar_lie lie)
{
    const struct author *author = &liar->faces[0]->author;
    bool is_feed = lie == LIAR_WRAP || lie == LIAR_SECRET || liar->is_feed_over;
    bool is_full = is_feed && liar->faces[0]->feed_count == LIAR_FEEDS;
    if (liar->flushes < LIAR_FLUSHES && !is_full) {
        liar->old_size = author->journal.size;
        liar->old_bytes = author->checkpoint_size;
        memcpy(liar->old, author->checkpoint, author->checkpoint_size);
        liar_pair(liar);
        if (lie == LIAR_FORK && liar->face_count == 1) {
            liar_fork(liar);
        }
        if (is_feed) {
            liar_open_feed(liar, lie == LIAR_WRAP || lie == LIAR_SECRET ? lie : LIAR_TRUTH);
        }
        liar_flush(liar, lie);
        liar->flushes++;
    }
    world_say(liar->world, liar->node, "lies", lie);
    uint32_t slighted = test_rng_below(&liar->rng, UINT32_MAX);
    slighted |= test_rng_below(&liar->rng, 3) == 0 ? UINT32_MAX : 0; /* nobody gets it */
    for (uint32_t to = 0; to < liar->world->options.nodes && liar->flushes > 0; to++) {
        struct liar_talk talk = {.liar = liar,
                                 .face = liar->faces[to % liar->face_count],
                                 .to = to,
                                 .lie = lie,
                                 .is_slighted = (slighted >> to & 1u) != 0,
                                 .at_ms = 1};
        if (to != liar->node && world_pair_of(liar->world, liar->node, to)->wire != 0) {
            liar_tell(&talk);
        }
    }
}

enum liar_lie liar_pick(struct liar *liar)
{
    return (enum liar_lie)test_rng_below(&liar->rng, LIAR_LIES);
}
