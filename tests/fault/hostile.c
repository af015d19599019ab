/* A recognised partner that speaks the real protocol, and lies with it.
 *
 *     hostile DIR PORT ORIGIN VICTIM SECONDS SEED
 *
 * DIR: a node that was made and never ran: its keys sign what this program invents, as ORIGIN.
 * VICTIM is the origin of the node behind PORT. The moods below play for a second or two each, all
 * in turn and then as the seed says. At the end one line for each mood: its name, how often it was
 * linked, and the bytes that it sent. Exit 0: every mood got a link at least once. */
#include "crypto/merkle.h"
#include "crypto/note.h"
#include "node/clock.h"
#include "node/keyfile.h"
#include "replication/log/keys.h"
#include "schema/base/check.h"
#include "schema/wire.h"
#include "tests/fault/hostile_line.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HOSTILE_PARKED  8u   /* lines that stay open and silent */
#define HOSTILE_KEPT    64u  /* frames that were heard, for replay */
#define HOSTILE_LEAVES  512u /* of one JOURNAL frame */
#define HOSTILE_TURN_MS 1500u
#define HOSTILE_WAIT_MS 300

struct hostile {
    const char *origin, *victim;
    uint16_t port;
    uint64_t state; /* of the dice */
    struct cairn_suite suite;
    struct cairn_tls_identity *identity;
    struct cairn_tls_context *context;
    uint8_t log_seed[32];
    struct hostile_line line, parked[HOSTILE_PARKED];
    uint32_t parked_count, kept_count;
    struct cairn_bytes kept[HOSTILE_KEPT]; /* payloads, malloc'd */
    struct cairn_merkle_range journal;     /* the one history that it tells */
    uint64_t told_size;                    /* as far as the victim holds it, by its HELLO */
    uint64_t turn_ends_ms, sent_bytes;
    uint8_t *out; /* HOSTILE_FRAME_MAX bytes */
};

static uint64_t hostile_dice(struct hostile *hostile)
{
    uint64_t value = hostile->state += 0x9E3779B97F4A7C15u;
    value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9u;
    value = (value ^ (value >> 27)) * 0x94D049BB133111EBu;
    return value ^ (value >> 31);
}

static void hostile_fill(struct hostile *hostile, uint8_t *out, size_t size)
{
    for (size_t at = 0; at < size; at++) {
        out[at] = (uint8_t)hostile_dice(hostile);
    }
}

static bool hostile_is_on(const struct hostile *hostile)
{
    return hostile->line.fd >= 0 && cairn_clock_mono_us() / 1000 < hostile->turn_ends_ms;
}

/* ---- what it says ---- */

static bool hostile_send(struct hostile *hostile, struct cairn_bytes bytes)
{
    hostile->sent_bytes += bytes.size;
    return hostile_line_send(&hostile->line, bytes, HOSTILE_WAIT_MS);
}

static struct cairn_bytes hostile_frame(struct hostile *hostile,
                                        const struct cairn_message *message)
{
    struct cairn_bytes frame;
    cairn_err err = cairn_message_frame(message, hostile->out, HOSTILE_FRAME_MAX, &frame);
    CAIRN_REQUIRE(err == CAIRN_OK);
    return frame;
}

static bool hostile_say(struct hostile *hostile, const struct cairn_message *message)
{
    return hostile_send(hostile, hostile_frame(hostile, message));
}

static struct cairn_bytes hostile_checkpoint(struct hostile *hostile, uint64_t size,
                                             const uint8_t root[static 32],
                                             uint8_t out[static 1024])
{
    struct cairn_checkpoint checkpoint = {.origin = cairn_bytes_of(hostile->origin), .size = size};
    struct cairn_note_key key = {.name = checkpoint.origin, .type = CAIRN_NOTE_ED25519};
    struct cairn_note_writer writer;
    uint8_t text[CAIRN_CHECKPOINT_MAX], signature[64];
    memcpy(checkpoint.root, root, 32);
    struct cairn_bytes signed_text = {text, cairn_note_encode_checkpoint(&checkpoint, text)};
    cairn_suite_sign_public(&hostile->suite, hostile->log_seed, key.public_key);
    cairn_suite_sign(&hostile->suite, hostile->log_seed, signed_text, signature);
    cairn_note_writer_init(&writer, out, 1024);
    CAIRN_REQUIRE(cairn_note_put_text(&writer, signed_text) == CAIRN_OK);
    CAIRN_REQUIRE(cairn_note_append_signature(&writer, &key, 0, signature) == CAIRN_OK);
    return (struct cairn_bytes){.data = out, .size = writer.size};
}

static struct cairn_bytes hostile_own_checkpoint(struct hostile *hostile, uint8_t out[static 1024])
{
    uint8_t root[32];
    cairn_merkle_range_root(&hostile->journal, root);
    return hostile_checkpoint(hostile, hostile->journal.size, root, out);
}

static void hostile_keep(struct hostile *hostile, struct cairn_bytes payload)
{
    struct cairn_bytes *place = &hostile->kept[hostile_dice(hostile) % HOSTILE_KEPT];
    uint8_t *copy = malloc(payload.size);
    CAIRN_REQUIRE(copy != NULL);
    memcpy(copy, payload.data, payload.size);
    free((void *)(uintptr_t)place->data);
    *place = (struct cairn_bytes){.data = copy, .size = payload.size};
}

/* What the victim says; its HELLO tells how much of our journal it holds. */
static void hostile_hear(struct hostile *hostile, int wait_ms)
{
    static uint8_t memory[1u << 20];
    struct cairn_arena arena;
    struct cairn_message message;
    struct cairn_checkpoint seen;
    struct cairn_note note;
    size_t fault_at;
    struct cairn_bytes payload;
    while ((payload = hostile_line_hear(&hostile->line, wait_ms)).size > 0) {
        hostile_keep(hostile, payload);
        cairn_arena_init(&arena, memory, sizeof memory);
        if (cairn_message_decode(payload, &arena, &message, &fault_at) == CAIRN_OK &&
            message.type == CAIRN_MESSAGE_HELLO && message.as.hello.checkpoint.size > 0 &&
            cairn_note_split(message.as.hello.checkpoint, &arena, &note) == CAIRN_OK &&
            cairn_note_decode_checkpoint(note.text, &seen) == CAIRN_OK) {
            hostile->told_size = seen.size;
        }
        wait_ms = 0;
    }
}

/* ---- a link ---- */

static bool hostile_link(struct hostile *hostile)
{
    struct cairn_message hello = {
        .type = CAIRN_MESSAGE_HELLO,
        .as.hello = {.network = cairn_bytes_of(hostile->origin),
                     .origin = cairn_bytes_of(hostile->origin),
                     .clock_ms = cairn_clock_wall_ms()},
    };
    uint8_t note[1024];
    struct cairn_offer_journal own = {.origin = hello.as.hello.origin,
                                      .size = hostile->journal.size,
                                      .checkpoint = hostile_own_checkpoint(hostile, note)};
    struct cairn_message offer = {
        .type = CAIRN_MESSAGE_OFFER,
        .as.offer = {.journal_count = own.size > 0 ? 1 : 0, .journals = &own}};
    hello.as.hello.network.size = strcspn(hostile->origin, "/");
    hostile_line_close(&hostile->line);
    if (!hostile_line_connect(&hostile->line, hostile->port) ||
        !hostile_line_shake(&hostile->line, hostile->context) || !hostile_say(hostile, &hello) ||
        !hostile_say(hostile, &offer)) {
        hostile_line_close(&hostile->line);
        return false;
    }
    hostile_hear(hostile, HOSTILE_WAIT_MS);
    return hostile->line.fd >= 0;
}

/* ---- messages that lie ---- */

static void hostile_any_log(struct hostile *hostile, uint8_t out[static CAIRN_FEED_BYTES])
{
    uint8_t secret[32];
    const char *whose = hostile_dice(hostile) % 2 == 0 ? hostile->origin : hostile->victim;
    switch (hostile_dice(hostile) % 3) {
    case 0:
        cairn_keys_journal_id(cairn_bytes_of(whose), out);
        break;
    case 1:
        cairn_keys_control(cairn_bytes_of(whose), out, secret);
        break;
    default:
        hostile_fill(hostile, out, CAIRN_FEED_BYTES);
    }
}

static uint64_t hostile_any_number(struct hostile *hostile)
{
    static const uint64_t numbers[] = {0, 1, 2, 255, 4096, UINT32_MAX, INT64_MAX, UINT64_MAX};
    uint64_t dice = hostile_dice(hostile);
    return dice % 2 == 0 ? numbers[dice / 2 % 8] : dice / 2 % 100000;
}

static void hostile_lie_offer(struct hostile *hostile, struct cairn_message *message)
{
    static struct cairn_offer_journal journals[CAIRN_OFFER_JOURNALS];
    static struct cairn_offer_feed feeds[CAIRN_LIMIT_FEEDS];
    static uint8_t note[1024];
    static char origins[CAIRN_OFFER_JOURNALS][CAIRN_LIMIT_ORIGIN_BYTES + 1];
    uint8_t root[32];
    hostile_fill(hostile, root, sizeof root);
    struct cairn_bytes checkpoint =
        hostile_checkpoint(hostile, hostile_any_number(hostile), root, note);
    uint32_t journal_count = (uint32_t)(hostile_dice(hostile) % 1024);
    uint32_t feed_count = (uint32_t)(hostile_dice(hostile) % CAIRN_LIMIT_FEEDS);
    size_t stem = (size_t)(strrchr(hostile->origin, '/') - hostile->origin);
    for (uint32_t i = 0; i < journal_count; i++) {
        (void)snprintf(origins[i], sizeof origins[i], "%.*s/%" PRIu64, (int)stem, hostile->origin,
                       2 + hostile_dice(hostile) % 100000);
        journals[i] = (struct cairn_offer_journal){.origin = cairn_bytes_of(origins[i]),
                                                   .size = hostile_any_number(hostile),
                                                   .checkpoint = checkpoint};
    }
    for (uint32_t i = 0; i < feed_count; i++) {
        feeds[i].origin = cairn_bytes_of(i % 2 == 0 ? hostile->origin : hostile->victim);
        feeds[i].commit_count = hostile_any_number(hostile);
        hostile_any_log(hostile, feeds[i].feed);
    }
    message->as.offer = (struct cairn_offer){.journal_count = journal_count,
                                             .feed_count = feed_count,
                                             .journals = journals,
                                             .feeds = feeds};
}

static void hostile_lie_journal(struct hostile *hostile, struct cairn_message *message)
{
    static uint8_t leaves[HOSTILE_LEAVES * CAIRN_LEAF_BYTES], note[1024];
    uint8_t root[32];
    size_t count = hostile_dice(hostile) % HOSTILE_LEAVES;
    hostile_fill(hostile, leaves, count * CAIRN_LEAF_BYTES);
    hostile_fill(hostile, root, sizeof root);
    hostile_any_log(hostile, message->as.journal.log);
    message->as.journal.from = hostile_any_number(hostile);
    message->as.journal.leaves = (struct cairn_bytes){leaves, count * CAIRN_LEAF_BYTES};
    message->as.journal.has_checkpoint = hostile_dice(hostile) % 4 != 0;
    if (message->as.journal.has_checkpoint) {
        message->as.journal.checkpoint =
            hostile_checkpoint(hostile, hostile_any_number(hostile), root, note);
    }
}

static void hostile_lie_entries(struct hostile *hostile, struct cairn_message *message)
{
    static uint8_t commit[64u << 10];
    size_t size = CAIRN_COMMIT_HEAD_BYTES + hostile_dice(hostile) % 60000;
    hostile_fill(hostile, commit, size);
    hostile_any_log(hostile, commit);
    cairn_bytes_put_u64(commit + 16, hostile_any_number(hostile));
    cairn_bytes_put_u64(commit + 24, hostile_any_number(hostile));
    message->as.entries.commit = (struct cairn_bytes){commit, size};
}

static void hostile_lie_want(struct hostile *hostile, struct cairn_message *message)
{
    hostile_any_log(hostile, message->as.want.log);
    message->as.want.has_from = hostile_dice(hostile) % 2 == 0;
    message->as.want.from = message->as.want.has_from ? hostile_any_number(hostile) : 0;
    message->as.want.credit_bytes = CAIRN_CREDIT_MAX_BYTES;
}

static void hostile_lie_feed(struct hostile *hostile, struct cairn_message *message)
{
    static uint8_t body[4096];
    hostile_fill(hostile, body, sizeof body);
    hostile_any_log(hostile, message->as.feed.feed);
    message->as.feed.origin = cairn_bytes_of(hostile->origin);
    message->as.feed.open = (struct cairn_bytes){body, 1 + hostile_dice(hostile) % sizeof body};
}

static void hostile_lie_cosign(struct hostile *hostile, struct cairn_message *message)
{
    hostile_any_log(hostile, message->as.cosign.log);
    message->as.cosign.size = hostile_any_number(hostile);
    message->as.cosign.line = cairn_bytes_of("\xe2\x80\x94 nobody AAAA\n");
}

/* A proof that proves nothing: what it claims does not follow from the nodes. */
static void hostile_lie_proof(struct hostile *hostile, struct cairn_message *message)
{
    static uint8_t nodes[64], notes[2][1024];
    uint8_t roots[2][32];
    hostile_fill(hostile, nodes, sizeof nodes);
    hostile_fill(hostile, &roots[0][0], sizeof roots);
    message->as.proof.origin = cairn_bytes_of(hostile->victim);
    message->as.proof.note_a = hostile_checkpoint(hostile, 1, roots[0], notes[0]);
    message->as.proof.note_b = hostile_checkpoint(hostile, 2, roots[1], notes[1]);
    message->as.proof.nodes = (struct cairn_bytes){nodes, sizeof nodes};
}

static struct cairn_message hostile_lie(struct hostile *hostile)
{
    static const struct {
        enum cairn_message_type type;
        void (*fill)(struct hostile *hostile, struct cairn_message *message);
    } lies[] = {
        {CAIRN_MESSAGE_OFFER, hostile_lie_offer},     {CAIRN_MESSAGE_WANT, hostile_lie_want},
        {CAIRN_MESSAGE_JOURNAL, hostile_lie_journal}, {CAIRN_MESSAGE_ENTRIES, hostile_lie_entries},
        {CAIRN_MESSAGE_FEED, hostile_lie_feed},       {CAIRN_MESSAGE_COSIGN, hostile_lie_cosign},
        {CAIRN_MESSAGE_PROOF, hostile_lie_proof},
    };
    struct cairn_message message;
    size_t lie = hostile_dice(hostile) % (sizeof lies / sizeof lies[0]);
    memset(&message, 0, sizeof message);
    message.type = lies[lie].type;
    lies[lie].fill(hostile, &message);
    return message;
}

/* ---- moods: what it does with a link that is up ---- */

static void mood_silent(struct hostile *hostile)
{
    struct hostile_line *place = &hostile->parked[hostile->parked_count++ % HOSTILE_PARKED];
    hostile_line_close(place);
    *place = hostile->line;
    hostile->line = (struct hostile_line){.fd = -1};
}

/* Asks for everything, and reads nothing of it. */
static void mood_greedy(struct hostile *hostile)
{
    while (hostile_is_on(hostile)) {
        struct cairn_message want = {.type = CAIRN_MESSAGE_WANT};
        hostile_any_log(hostile, want.as.want.log);
        want.as.want.has_from = true;
        want.as.want.credit_bytes = CAIRN_CREDIT_MAX_BYTES;
        if (!hostile_say(hostile, &want)) {
            return;
        }
    }
}

static void mood_garbage(struct hostile *hostile)
{
    size_t size = 1 + hostile_dice(hostile) % 100000;
    hostile_fill(hostile, hostile->out, 4 + size);
    cairn_bytes_put_u32(hostile->out, (uint32_t)size);
    (void)hostile_send(hostile, (struct cairn_bytes){hostile->out, 4 + size});
    hostile_hear(hostile, HOSTILE_WAIT_MS);
}

/* A frame that is announced as long as one may be, and comes byte by byte. */
static void mood_drip(struct hostile *hostile)
{
    static const uint8_t head[4] = {0, 16, 0, 0};
    bool is_taken = hostile_send(hostile, (struct cairn_bytes){head, sizeof head});
    while (is_taken && hostile_is_on(hostile)) {
        uint8_t byte = (uint8_t)hostile_dice(hostile);
        is_taken = hostile_send(hostile, (struct cairn_bytes){&byte, 1});
        hostile_hear(hostile, 5);
    }
}

static void mood_lies(struct hostile *hostile)
{
    bool is_taken = true;
    while (is_taken && hostile_is_on(hostile)) {
        struct cairn_message message = hostile_lie(hostile);
        is_taken = hostile_say(hostile, &message);
        hostile_hear(hostile, 1);
    }
}

/* Lies with a few bytes changed. */
static void mood_mutants(struct hostile *hostile)
{
    bool is_taken = true;
    while (is_taken && hostile_is_on(hostile)) {
        struct cairn_message message = hostile_lie(hostile);
        struct cairn_bytes frame = hostile_frame(hostile, &message);
        for (uint64_t count = 1 + hostile_dice(hostile) % 4; count > 0; count--) {
            size_t at = 4 + hostile_dice(hostile) % (frame.size - 4);
            hostile->out[at] ^= (uint8_t)(1u << hostile_dice(hostile) % 8);
        }
        is_taken = hostile_send(hostile, frame);
        hostile_hear(hostile, 1);
    }
}

/* What the victim said, back to it. */
static void mood_replay(struct hostile *hostile)
{
    bool is_taken = true;
    for (uint32_t i = 0; is_taken && i < HOSTILE_KEPT && hostile_is_on(hostile); i++) {
        struct cairn_bytes payload = hostile->kept[hostile_dice(hostile) % HOSTILE_KEPT];
        if (payload.size > 0) {
            cairn_bytes_put_u32(hostile->out, (uint32_t)payload.size);
            memcpy(hostile->out + 4, payload.data, payload.size);
            is_taken = hostile_send(hostile, (struct cairn_bytes){hostile->out, 4 + payload.size});
            hostile_hear(hostile, 1);
        }
    }
}

/* Leaf `index` of the only history that it tells. */
static void flood_leaf(uint64_t index, uint8_t out[static CAIRN_LEAF_BYTES])
{
    struct hostile dice = {.state = index};
    hostile_fill(&dice, out, CAIRN_LEAF_BYTES);
}

static void flood_grow(struct hostile *hostile)
{
    uint8_t leaf[CAIRN_LEAF_BYTES], hash[32];
    for (uint32_t i = 0; i < HOSTILE_LEAVES; i++) {
        flood_leaf(hostile->journal.size, leaf);
        cairn_merkle_leaf((struct cairn_bytes){leaf, sizeof leaf}, hash);
        cairn_merkle_range_append(&hostile->journal, hash);
    }
}

/* A journal of nobody's leaves, well signed: as much as the victim takes. */
static void mood_flood(struct hostile *hostile)
{
    static uint8_t leaves[HOSTILE_LEAVES][CAIRN_LEAF_BYTES];
    uint8_t note[1024];
    struct cairn_message range = {.type = CAIRN_MESSAGE_JOURNAL};
    cairn_keys_journal_id(cairn_bytes_of(hostile->origin), range.as.journal.log);
    while (hostile_is_on(hostile)) {
        if (hostile->told_size >= hostile->journal.size) {
            flood_grow(hostile);
        }
        uint64_t count = hostile->journal.size - hostile->told_size;
        count = count < HOSTILE_LEAVES ? count : HOSTILE_LEAVES;
        for (uint64_t i = 0; i < count; i++) {
            flood_leaf(hostile->told_size + i, leaves[i]);
        }
        range.as.journal.from = hostile->told_size;
        range.as.journal.leaves = (struct cairn_bytes){leaves[0], count * CAIRN_LEAF_BYTES};
        hostile->told_size += count; /* if it is taken; the next HELLO tells */
        range.as.journal.has_checkpoint = hostile->told_size == hostile->journal.size;
        if (range.as.journal.has_checkpoint) {
            range.as.journal.checkpoint = hostile_own_checkpoint(hostile, note);
        }
        if (!hostile_say(hostile, &range)) {
            return;
        }
        hostile_hear(hostile, 1);
    }
}

static const struct {
    const char *name;
    void (*play)(struct hostile *hostile);
} moods[] = {
    {"silent", mood_silent}, {"greedy", mood_greedy}, {"garbage", mood_garbage},
    {"drip", mood_drip},     {"lies", mood_lies},     {"mutants", mood_mutants},
    {"replay", mood_replay}, {"flood", mood_flood},
};
#define MOOD_COUNT (sizeof moods / sizeof moods[0])

/* Handshakes that are never ended, beside TLS. */
static void hostile_knock(struct hostile *hostile)
{
    struct hostile_line line;
    for (uint32_t i = 0; i < 16 && hostile_line_connect(&line, hostile->port); i++) {
        hostile_fill(hostile, hostile->out, 256);
        (void)hostile_line_send_raw(&line, (struct cairn_bytes){hostile->out, 256}, 50);
        hostile_line_close(&line);
    }
}

static void hostile_load(struct hostile *hostile, const char *dir)
{
    char keys[CAIRN_KEYFILE_PATH_MAX];
    struct cairn_secret log, tls;
    (void)snprintf(keys, sizeof keys, "%s/keys", dir);
    struct cairn_keyfile_place place = {.dir = keys, .kind = CAIRN_KEYFILE_LOG, .number = 1};
    CAIRN_REQUIRE(cairn_keyfile_load(&place, (struct cairn_bytes){.size = 0}, &log) == CAIRN_OK);
    place.kind = CAIRN_KEYFILE_TLS;
    CAIRN_REQUIRE(cairn_keyfile_load(&place, (struct cairn_bytes){.size = 0}, &tls) == CAIRN_OK);
    memcpy(hostile->log_seed, log.data, 32);
    CAIRN_REQUIRE(cairn_tls_identity_make(tls.data, "cairn", &hostile->identity) == CAIRN_OK);
}

static bool hostile_knows(void *host, const uint8_t spki_hash[static 32])
{
    (void)host;
    (void)spki_hash;
    return true;
}

static void hostile_open(struct hostile *hostile, char **words)
{
    hostile_load(hostile, words[1]);
    hostile->port = (uint16_t)strtoul(words[2], NULL, 10);
    hostile->origin = words[3];
    hostile->victim = words[4];
    hostile->state = strtoull(words[6], NULL, 10);
    hostile->line.fd = -1;
    for (uint32_t i = 0; i < HOSTILE_PARKED; i++) {
        hostile->parked[i].fd = -1;
    }
    hostile->out = malloc(HOSTILE_FRAME_MAX);
    CAIRN_REQUIRE(hostile->out != NULL);
    struct cairn_tls_config config = {
        .mode = CAIRN_TLS_PEER, .identity = hostile->identity, .is_known = hostile_knows};
    CAIRN_REQUIRE(cairn_tls_context_open(&config, &hostile->context) == CAIRN_OK);
    CAIRN_REQUIRE(cairn_suite_open_real(&hostile->suite) == CAIRN_OK);
    cairn_merkle_range_init(&hostile->journal);
}

static void hostile_end(struct hostile *hostile)
{
    hostile_line_close(&hostile->line);
    for (uint32_t i = 0; i < HOSTILE_PARKED; i++) {
        hostile_line_close(&hostile->parked[i]);
    }
    for (uint32_t i = 0; i < HOSTILE_KEPT; i++) {
        free((void *)(uintptr_t)hostile->kept[i].data);
    }
    free(hostile->out);
    cairn_suite_close(&hostile->suite);
    cairn_tls_context_close(hostile->context);
    cairn_tls_identity_close(hostile->identity);
}

int main(int argc, char **argv)
{
    static struct hostile hostile;
    uint64_t links[MOOD_COUNT] = {0}, sent[MOOD_COUNT] = {0};
    if (argc != 7) {
        return 2;
    }
    hostile_open(&hostile, argv);
    uint64_t ends_ms = cairn_clock_mono_us() / 1000 + strtoull(argv[5], NULL, 10) * 1000;
    size_t turn = 0;
    while (cairn_clock_mono_us() / 1000 < ends_ms) {
        size_t mood = (turn < MOOD_COUNT ? turn : hostile_dice(&hostile)) % MOOD_COUNT;
        hostile_knock(&hostile);
        hostile.sent_bytes = 0;
        if (hostile_link(&hostile)) {
            hostile.turn_ends_ms = cairn_clock_mono_us() / 1000 + HOSTILE_TURN_MS;
            links[mood]++;
            turn++;
            moods[mood].play(&hostile);
        }
        sent[mood] += hostile.sent_bytes;
    }
    int exit_code = 0;
    for (size_t mood = 0; mood < MOOD_COUNT; mood++) {
        printf("%s %" PRIu64 " links %" PRIu64 " bytes\n", moods[mood].name, links[mood],
               sent[mood]);
        exit_code = links[mood] == 0 ? 1 : exit_code;
    }
    printf("journal %" PRIu64 " leaves, %" PRIu64 " held\n", hostile.journal.size,
           hostile.told_size);
    hostile_end(&hostile);
    return exit_code;
}
