/* A life of the core, read from the input: links come and go, partners send what is right, what is
 * wrong and what was right with some bytes changed, stores and signatures are answered late or
 * fail, the clock jumps, the node loses its power. Nothing of it may be our own mistake.
 *
 *     input    one byte says what happens, the bytes after it how; seeds: tests/fuzz/seeds_core.py
 */
#include <string.h>

#include "schema/base/check.h"
#include "tests/lib/core_host.h"

#define FUZZ_EVENTS 400u
#define FUZZ_LINKS  3u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct cairn_core_limits fuzz_limits = {
    .countries = 6, .journals = 6, .feeds = 48, .links = FUZZ_LINKS};

struct fuzz {
    const uint8_t *data;
    size_t left;
    struct cairn_suite suite;
    struct host *host;
    struct author authors[3];    /* SRB, GEO: partners; POL: nobody */
    struct author_feed feeds[2]; /* of SRB, for AUT and SRB; the other under a key that AUT lost */
    bool is_up[FUZZ_LINKS];
    uint8_t flip_count; /* of the next frame: bytes to change */
};

static uint8_t fuzz_byte(struct fuzz *fuzz)
{
    if (fuzz->left == 0) {
        return 0;
    }
    fuzz->left--;
    return *fuzz->data++;
}

static uint32_t fuzz_below(struct fuzz *fuzz, uint32_t bound)
{
    return fuzz_byte(fuzz) % bound;
}

/* Small numbers, numbers near a limit, and numbers far out. */
static uint64_t fuzz_number(struct fuzz *fuzz)
{
    static const uint64_t far[] = {UINT64_MAX,        UINT64_MAX - 7, (uint64_t)1 << 32,
                                   (uint64_t)1 << 63, 65536,          1000000};
    uint8_t byte = fuzz_byte(fuzz);
    return byte < 250 ? byte / 4u : far[byte - 250];
}

static struct author *fuzz_author(struct fuzz *fuzz)
{
    return &fuzz->authors[fuzz_below(fuzz, 3)];
}

static uint32_t fuzz_link(struct fuzz *fuzz)
{
    return fuzz_below(fuzz, FUZZ_LINKS);
}

/* A feed that some author writes; those of SRB's audience, and whoever has a pairwise feed. */
static struct author_feed *fuzz_feed(struct fuzz *fuzz, struct author **out_author)
{
    uint8_t byte = fuzz_byte(fuzz);
    *out_author = &fuzz->authors[byte / 4 % 2];
    if (byte % 4 < 2) {
        return byte % 4 == 0 ? &(*out_author)->control : &(*out_author)->pairwise;
    }
    *out_author = &fuzz->authors[0];
    return &fuzz->feeds[byte % 2];
}

static void fuzz_log(struct fuzz *fuzz, uint8_t out[static 16])
{
    struct author *author;
    uint8_t byte = fuzz_byte(fuzz);
    if (byte % 8 == 0) {
        cairn_keys_journal_id(cairn_bytes_of(fuzz->host->self.origin), out);
    } else if (byte % 8 == 1) {
        cairn_keys_journal_id(cairn_bytes_of(fuzz->authors[byte / 8 % 3].origin), out);
    } else if (byte % 8 == 2) {
        cairn_core_control(fuzz->host->core, out);
    } else if (byte % 8 < 6) {
        struct cairn_core_feed feed;
        cairn_core_feed(fuzz->host->core, byte / 8 % cairn_core_feed_count(fuzz->host->core),
                        &feed);
        memcpy(out, feed.id, 16);
    } else {
        memcpy(out, fuzz_feed(fuzz, &author)->feed.id, 16);
    }
}

/* ---- frames ---- */

static void fuzz_send(struct fuzz *fuzz, uint32_t link, const struct cairn_message *message)
{
    static uint8_t buffer[CAIRN_LIMIT_FRAME_BYTES];
    struct cairn_bytes payload;
    if (!fuzz->is_up[link] ||
        cairn_message_encode(message, buffer, sizeof buffer, &payload) != CAIRN_OK) {
        return;
    }
    for (; fuzz->flip_count > 0; fuzz->flip_count--) {
        size_t at = (size_t)fuzz_byte(fuzz) << 8;
        at |= fuzz_byte(fuzz);
        buffer[at % payload.size + (size_t)(payload.data - buffer)] ^= fuzz_byte(fuzz);
    }
    host_frame_bytes(fuzz->host, link, payload);
}

static void fuzz_bytes(struct fuzz *fuzz)
{
    uint32_t link = fuzz_link(fuzz);
    size_t size = fuzz_byte(fuzz);
    size = size < fuzz->left ? size : fuzz->left;
    if (fuzz->is_up[link] && size > 0) {
        host_frame_bytes(fuzz->host, link, (struct cairn_bytes){.data = fuzz->data, .size = size});
    }
    fuzz->data += size;
    fuzz->left -= size;
}

static void fuzz_hello(struct fuzz *fuzz)
{
    uint32_t link = fuzz_link(fuzz);
    struct cairn_message hello = author_hello(fuzz_author(fuzz));
    uint8_t byte = fuzz_byte(fuzz);
    if (byte >= 250) { /* 200 to 249: of the peer's own journal, which proves nothing of ours */
        author_sign_as(&fuzz->host->self, fuzz_number(fuzz), (const uint8_t[32]){byte});
    }
    if (byte >= 200) {
        const struct author *signer = byte >= 250 ? &fuzz->host->self : fuzz_author(fuzz);
        hello.as.hello.checkpoint = author_checkpoint(signer);
    }
    fuzz_send(fuzz, link, &hello);
}

static void fuzz_offer(struct fuzz *fuzz)
{
    struct cairn_offer_journal journals[3];
    struct cairn_offer_feed feeds[4];
    struct cairn_bytes notes[2];
    struct cairn_message message = {.type = CAIRN_MESSAGE_OFFER};
    uint32_t link = fuzz_link(fuzz);
    uint8_t what = fuzz_byte(fuzz);
    for (uint32_t i = 0; i < what % 4u; i++) {
        const struct author *author = fuzz_author(fuzz);
        journals[i] = (struct cairn_offer_journal){
            .origin = cairn_bytes_of(author->origin),
            .size = what < 200 ? author->journal.size : fuzz_number(fuzz),
            .checkpoint = {.data = author->checkpoint, .size = author->checkpoint_size}};
    }
    for (uint32_t i = 0; i < what / 4u % 4u; i++) {
        feeds[i].origin = cairn_bytes_of(fuzz_author(fuzz)->origin);
        feeds[i].commit_count = fuzz_number(fuzz);
        fuzz_log(fuzz, feeds[i].feed);
    }
    for (uint32_t i = 0; i < what / 16u % 3u; i++) {
        const struct author *author = fuzz_author(fuzz);
        notes[i] = (struct cairn_bytes){.data = author->note, .size = author->note_size};
    }
    message.as.offer = (struct cairn_offer){.notes = notes,
                                            .note_count = what / 16u % 3u,
                                            .journals = journals,
                                            .journal_count = what % 4u,
                                            .feeds = feeds,
                                            .feed_count = what / 4u % 4u};
    fuzz_send(fuzz, link, &message);
}

static void fuzz_range(struct fuzz *fuzz)
{
    uint32_t link = fuzz_link(fuzz);
    const struct author *author = fuzz_author(fuzz);
    uint64_t size = author->journal.size;
    uint64_t from = size == 0 ? 0 : fuzz_number(fuzz) % (size + 1);
    uint8_t byte = fuzz_byte(fuzz);
    uint64_t to = byte % 2 == 0 ? size : from + byte / 2u % (size - from + 1);
    struct cairn_message range =
        author_range(author, from, to, byte % 8 < 6 && author->checkpoint_size > 0);
    range.as.journal.from = byte < 240 ? from : fuzz_number(fuzz);
    fuzz_send(fuzz, link, &range);
}

static void fuzz_entries(struct fuzz *fuzz)
{
    struct author *author;
    uint32_t link = fuzz_link(fuzz);
    const struct author_feed *feed = fuzz_feed(fuzz, &author);
    uint64_t number = fuzz_number(fuzz);
    if (feed->commit_count > 0) {
        struct cairn_message entries =
            author_entries(feed, (uint32_t)(number % feed->commit_count));
        fuzz_send(fuzz, link, &entries);
    }
}

static void fuzz_record(struct fuzz *fuzz)
{
    uint32_t link = fuzz_link(fuzz);
    uint8_t byte = fuzz_byte(fuzz);
    struct cairn_message record = author_record(&fuzz->authors[0], &fuzz->feeds[byte % 2]);
    record.as.feed.has_admit = byte % 8 == 7;
    record.as.feed.admit = record.as.feed.open;
    fuzz_send(fuzz, link, &record);
}

static void fuzz_want(struct fuzz *fuzz)
{
    struct cairn_message want = {.type = CAIRN_MESSAGE_WANT};
    uint32_t link = fuzz_link(fuzz);
    uint8_t byte = fuzz_byte(fuzz);
    fuzz_log(fuzz, want.as.want.log);
    want.as.want.has_from = byte % 4 != 0;
    want.as.want.from = want.as.want.has_from ? fuzz_number(fuzz) : 0;
    want.as.want.credit_bytes = byte / 4u * 4096u;
    want.as.want.is_records_first = byte % 16 == 3;
    fuzz_send(fuzz, link, &want);
}

static void fuzz_cosign(struct fuzz *fuzz)
{
    uint8_t line[512];
    uint32_t link = fuzz_link(fuzz);
    struct cairn_bytes note = cairn_core_checkpoint(fuzz->host->core, 0);
    struct cairn_core_peer own;
    const struct author *author = fuzz_author(fuzz);
    uint8_t byte = fuzz_byte(fuzz);
    if (note.size == 0) {
        return;
    }
    cairn_core_peer(fuzz->host->core, 0, &own);
    struct cairn_message cosign = {
        .type = CAIRN_MESSAGE_COSIGN,
        .as.cosign = {.size = byte < 200 ? own.journal_size : fuzz_number(fuzz),
                      .line = {.data = line, .size = author_cosign(author, note, line, 512)}},
    };
    cairn_keys_journal_id(cairn_bytes_of(fuzz->host->self.origin), cosign.as.cosign.log);
    fuzz_send(fuzz, link, &cosign);
}

static void fuzz_bye(struct fuzz *fuzz)
{
    struct cairn_message bye = {.type = CAIRN_MESSAGE_BYE, .as.bye = {.error = fuzz_byte(fuzz)}};
    fuzz_send(fuzz, fuzz_link(fuzz), &bye);
}

/* ---- what authors write ---- */

static bool fuzz_has_room(const struct author *author, const struct author_feed *feed)
{
    return feed->bytes != NULL && feed->commit_count + 1 < AUTHOR_COMMITS &&
           feed->size + 65536 < AUTHOR_BYTES && author->journal.size + 1 < AUTHOR_LEAVES;
}

/* Secrets of some feed, right or wrong, of as many epochs as it says. */
static void fuzz_write_keys(struct fuzz *fuzz, struct author *author, struct author_feed *feed)
{
    struct author *of;
    const struct author_feed *told = fuzz_feed(fuzz, &of);
    uint8_t byte = fuzz_byte(fuzz);
    uint8_t secrets[CAIRN_FEED_EPOCHS_MAX][32];
    struct cairn_feedop op = {.kind = CAIRN_KIND_FEED_KEYS};
    memset(secrets, byte, sizeof secrets);
    if (byte < 128) {
        memcpy(secrets[0], told->feed.secrets[0], 32);
    }
    memcpy(op.as.keys.feed, told->feed.id, 16);
    op.as.keys.origin = cairn_bytes_of(byte % 4 == 3 ? fuzz->host->self.origin : of->origin);
    op.as.keys.is_pairwise = told == &of->pairwise || byte % 8 == 2;
    op.as.keys.secret_count = op.as.keys.is_pairwise ? 1 : 1u + byte % CAIRN_FEED_EPOCHS_MAX;
    op.as.keys.secrets = (const uint8_t(*)[32])secrets;
    author_add_op(author, feed, &op, false);
}

static void fuzz_write(struct fuzz *fuzz)
{
    struct author *author;
    struct author_feed *feed = fuzz_feed(fuzz, &author);
    uint8_t byte = fuzz_byte(fuzz);
    struct cairn_feedop op = {.kind = CAIRN_KIND_CONTROL_MARK};
    if (!fuzz_has_room(author, feed)) {
        return;
    }
    author->now_ms = fuzz->host->now_ms;
    if (feed == &author->control) {
        op.as.mark.time_ms =
            byte < 200 ? author->now_ms + feed->feed.range.size : fuzz_number(fuzz);
        author_add_op(author, feed, &op, true);
    } else if (byte % 8 < 3) {
        author_add_word(author, feed, "word");
    } else if (byte % 8 == 3) {
        fuzz_write_keys(fuzz, author, feed);
    } else if (byte % 8 == 4) {
        op = (struct cairn_feedop){.kind = CAIRN_KIND_RECEIPT};
        author_add_op(author, feed, &op, false);
    } else if (byte % 8 == 5) {
        op = (struct cairn_feedop){.kind = CAIRN_KIND_FEED_CLOSE,
                                   .as.close = {.size = feed->feed.range.size + 1 + byte % 16 / 8}};
        author_add_op(author, feed, &op, true);
    } else {
        author_add(author, feed, cairn_bytes_of("rubbish"), byte % 16 > 8);
    }
    author_commit(author, feed, NULL);
}

static void fuzz_sign(struct fuzz *fuzz)
{
    struct author *author = fuzz_author(fuzz);
    uint8_t byte = fuzz_byte(fuzz);
    uint8_t leaf[CAIRN_LEAF_BYTES] = {byte};
    if (byte >= 240 && author->journal.size + 1 < AUTHOR_LEAVES) {
        author_put_leaf(author, leaf);
    }
    if (byte >= 224 && byte < 240) {
        author_sign_as(author, fuzz_number(fuzz), leaf);
    } else {
        author_sign(author);
    }
}

/* ---- the host ---- */

static void fuzz_up(struct fuzz *fuzz)
{
    uint32_t link = fuzz_link(fuzz);
    const struct author *author = fuzz_author(fuzz);
    if (!fuzz->is_up[link]) {
        fuzz->is_up[link] = true;
        host_link_up(fuzz->host, link, author);
    }
}

static void fuzz_down(struct fuzz *fuzz)
{
    uint32_t link = fuzz_link(fuzz);
    if (fuzz->is_up[link]) {
        fuzz->is_up[link] = false;
        host_link_down(fuzz->host, link);
    }
}

static void fuzz_crash(struct fuzz *fuzz)
{
    memset(fuzz->is_up, 0, sizeof fuzz->is_up);
    host_crash(fuzz->host);
}

/* Answer the first task of some kind; one that fails ends the life soon. */
static void fuzz_answer(struct fuzz *fuzz)
{
    static const enum cairn_action_type kinds[] = {CAIRN_ACTION_STORE, CAIRN_ACTION_LOAD,
                                                   CAIRN_ACTION_SIGN, CAIRN_ACTION_RIPE};
    uint8_t byte = fuzz_byte(fuzz);
    uint32_t task = host_find_task(fuzz->host, kinds[byte % 4]);
    bool is_failing = byte >= 248 && byte % 4 != 3;
    if (task == UINT32_MAX) {
        return;
    }
    host_answer(fuzz->host, task, is_failing ? CAIRN_DISK : CAIRN_OK);
    if (is_failing && byte % 4 != 1) {
        host_tick(fuzz->host, 1000);
        fuzz_crash(fuzz);
    }
}

static void fuzz_time(struct fuzz *fuzz)
{
    uint8_t byte = fuzz_byte(fuzz);
    if (byte >= 250) {
        fuzz->host->now_ms -= (uint64_t)(byte - 249) * 70000;
        host_tick(fuzz->host, 0);
    } else if (byte >= 200) {
        host_run(fuzz->host, (uint64_t)(byte - 199) * 1500);
    } else {
        host_tick(fuzz->host, (uint64_t)byte * byte);
    }
}

static void fuzz_feed_command(struct fuzz *fuzz, uint8_t byte)
{
    static const enum cairn_event_type types[] = {CAIRN_EVENT_FEED_ADMIT, CAIRN_EVENT_FEED_REKEY,
                                                  CAIRN_EVENT_FEED_CLOSE};
    struct cairn_event event = {.type = types[byte % 3]};
    fuzz_log(fuzz, event.as.command.feed);
    memcpy(event.as.command.country, fuzz_author(fuzz)->country, 3);
    host_do(fuzz->host, &event);
}

/* A country says that it lost all its sealing keys but a new one. */
static void fuzz_lose_key(struct fuzz *fuzz, uint8_t byte)
{
    struct cairn_event event = {.type = CAIRN_EVENT_SEALING};
    struct author *author = byte % 4 == 0 ? &fuzz->host->self : &fuzz->authors[byte % 4 - 1];
    if (author->sealing_retired_count == 7) {
        return;
    }
    author_rotate_sealing(author);
    author->lost_count = author->sealing_retired_count;
    author_document(author);
    if (author == &fuzz->host->self) {
        memcpy(event.as.sealing_secret, author->sealing_secret, 32);
        host_do(fuzz->host, &event);
    }
    host_show(fuzz->host, author);
}

static void fuzz_command(struct fuzz *fuzz)
{
    static const char *const members[] = {"AUT", "AUTSRB", "AUTGEOSRB", "AUTGEO"};
    struct cairn_event forget = {.type = CAIRN_EVENT_FORGET};
    uint8_t byte = fuzz_byte(fuzz);
    uint8_t feed[16];
    switch (byte % 8) {
    case 0:
        host_feed_open(fuzz->host, byte < 8 ? HOST_PRIVATE : members[byte / 8 % 4]);
        break;
    case 1:
        fuzz_feed_command(fuzz, byte / 8);
        break;
    case 2: {
        struct author *author = fuzz_author(fuzz);
        if (byte >= 128) {
            author_document(author);
        }
        host_show(fuzz->host, author);
        break;
    }
    case 3:
        memcpy(forget.as.forget.country, fuzz_author(fuzz)->country, 3);
        host_do(fuzz->host, &forget);
        break;
    case 4: {
        struct cairn_event invited = {.type = CAIRN_EVENT_INVITED};
        fuzz_log(fuzz, invited.as.opened.feed);
        host_do(fuzz->host, &invited);
        break;
    }
    case 5:
        fuzz_lose_key(fuzz, byte / 8);
        break;
    default:
        fuzz_log(fuzz, feed);
        host_append(fuzz->host, feed, "word", fuzz->host->now_ms);
        break;
    }
}

/* ---- a life ---- */

static void fuzz_check(struct fuzz *fuzz)
{
    struct cairn_core_peer peer;
    struct cairn_core_feed feed;
    for (uint32_t i = 0; i < cairn_core_peer_count(fuzz->host->core); i++) {
        cairn_core_peer(fuzz->host->core, i, &peer);
        CAIRN_REQUIRE(strlen(peer.origin) < sizeof peer.origin);
        CAIRN_REQUIRE(peer.cosigned_size <= peer.journal_size);
        CAIRN_REQUIRE(strlen(peer.endpoint) < sizeof peer.endpoint);
    }
    for (uint32_t i = 0; i < cairn_core_feed_count(fuzz->host->core); i++) {
        cairn_core_feed(fuzz->host->core, i, &feed);
        CAIRN_REQUIRE(feed.commits <= feed.tagged);
        CAIRN_REQUIRE(feed.member_count <= fuzz_limits.countries);
    }
    host_forget_sent(fuzz->host);
    fuzz->host->answer_count = 0;
    fuzz->host->handed_count = 0;
}

static void fuzz_event(struct fuzz *fuzz)
{
    static void (*const events[])(struct fuzz *) = {
        fuzz_up,     fuzz_down,   fuzz_hello,  fuzz_offer,   fuzz_range, fuzz_entries,
        fuzz_record, fuzz_want,   fuzz_cosign, fuzz_bye,     fuzz_bytes, fuzz_write,
        fuzz_sign,   fuzz_answer, fuzz_time,   fuzz_command, fuzz_crash};
    const uint32_t count = sizeof events / sizeof *events;
    uint8_t what = fuzz_byte(fuzz);
    if (what < 2 * count) {
        events[what % count](fuzz);
    } else if (what < 192) {
        host_settle(fuzz->host);
    } else { /* the next frame is not as it should be */
        fuzz->flip_count = (uint8_t)(1 + what % 4);
    }
    fuzz_check(fuzz);
}

static void fuzz_begin(struct fuzz *fuzz)
{
    static const char *const countries[] = {"SRB", "GEO", "POL"};
    struct author_member members[2] = {{.country = "AUT"}, {.country = "SRB"}};
    const uint8_t gone[32] = {9};
    cairn_suite_init_fake(&fuzz->suite);
    for (uint32_t i = 0; i < 3; i++) {
        author_open(&fuzz->authors[i], &fuzz->suite, countries[i]);
    }
    fuzz->host = host_open(&fuzz->suite, &fuzz_limits);
    host_show(fuzz->host, &fuzz->host->self);
    host_settle(fuzz->host);
    host_meet(fuzz->host, &fuzz->authors[0]);
    host_meet(fuzz->host, &fuzz->authors[1]);
    cairn_suite_dh_public(&fuzz->suite, fuzz->host->self.sealing_secret, members[0].sealing);
    cairn_suite_dh_public(&fuzz->suite, fuzz->authors[0].sealing_secret, members[1].sealing);
    for (uint32_t i = 0; i < 2; i++) {
        author_feed_open(&fuzz->authors[0], &fuzz->feeds[i], members, 2);
        author_commit(&fuzz->authors[0], &fuzz->feeds[i], NULL);
        cairn_suite_dh_public(&fuzz->suite, gone, members[0].sealing);
    }
    author_sign(&fuzz->authors[0]);
    author_sign(&fuzz->authors[1]);
    author_sign(&fuzz->authors[2]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct fuzz fuzz;
    memset(&fuzz, 0, sizeof fuzz);
    fuzz.data = data;
    fuzz.left = size;
    fuzz_begin(&fuzz);
    for (uint32_t i = 0; i < FUZZ_EVENTS && fuzz.left > 0; i++) {
        fuzz_event(&fuzz);
    }
    fuzz_crash(&fuzz); /* what is on the disk can be read again */
    host_settle(fuzz.host);
    fuzz_check(&fuzz);
    host_close(fuzz.host);
    for (uint32_t i = 0; i < 3; i++) {
        author_close(&fuzz.authors[i]);
    }
    author_feed_close(&fuzz.feeds[0]);
    author_feed_close(&fuzz.feeds[1]);
    return 0;
}
