#include "crypto/note.h"
#include "replication/log/keys.h"
#include "schema/commit.h"
#include "schema/wire.h"
#include "tests/sim/world_state.h"

#include <stdlib.h>
#include <string.h>

#define VILLAIN_ARENA    (2u << 20)
#define VILLAIN_FLOOD    20u
#define VILLAIN_STALL_MS 3000u

/* A country whose node is as ours, and whose frames are altered on their way out: by somebody who
 * holds its keys, and nobody else's. */

struct villain {
    uint32_t plays;                        /* set of world_play */
    struct cairn_bytes kept[VILLAIN_KEPT]; /* frames of before; owned */
    uint8_t arena[VILLAIN_ARENA];
    uint8_t frame[CAIRN_LIMIT_FRAME_BYTES + 4];
};

void world_make_villain(struct world *world, uint32_t node, uint32_t plays)
{
    world->nodes[node].is_liar = true;
    world->nodes[node].villain = calloc(1, sizeof *world->nodes[node].villain);
    assert_non_null(world->nodes[node].villain);
    world->nodes[node].villain->plays = plays;
}

void villain_close(struct villain *villain)
{
    for (uint32_t i = 0; villain != NULL && i < VILLAIN_KEPT; i++) {
        free((void *)(uintptr_t)villain->kept[i].data);
    }
    free(villain);
}

static void villain_put(struct world_event *event, struct cairn_bytes frame)
{
    free(event->payload);
    event->payload = malloc(frame.size + 4);
    assert_non_null(event->payload);
    cairn_bytes_put_u32(event->payload, (uint32_t)frame.size);
    memcpy(event->payload + 4, frame.data, frame.size);
    event->event.as.link.frame =
        (struct cairn_bytes){.data = event->payload + 4, .size = frame.size};
}

static void villain_flip(struct world *world, struct world_event *event)
{
    size_t size = event->event.as.link.frame.size;
    for (uint32_t left = 1 + test_rng_below(&world->rng, 3); left > 0; left--) {
        event->payload[4 + test_rng_below(&world->rng, (uint32_t)size)] ^=
            (uint8_t)(1u << test_rng_below(&world->rng, 8));
    }
}

/* Say something that was said before, perhaps to somebody else. */
static void villain_replay(struct world *world, struct villain *villain, struct world_event *event)
{
    struct cairn_bytes *kept = &villain->kept[test_rng_below(&world->rng, VILLAIN_KEPT)];
    struct cairn_bytes frame = event->event.as.link.frame;
    uint8_t *copy = malloc(frame.size);
    assert_non_null(copy);
    memcpy(copy, frame.data, frame.size);
    if (kept->size > 0) {
        villain_put(event, *kept);
        free((void *)(uintptr_t)kept->data);
    }
    *kept = (struct cairn_bytes){.data = copy, .size = frame.size};
}

/* A number that is a little, or very, wrong. */
static uint64_t villain_number(struct world *world, uint64_t number)
{
    uint32_t dice = test_rng_below(&world->rng, 5);
    return dice == 0   ? 0
           : dice == 1 ? number + 1
           : dice == 2 ? number - 1
           : dice == 3 ? number + test_rng_below(&world->rng, 100000)
                       : UINT64_MAX >> test_rng_below(&world->rng, 40);
}

/* A checkpoint of its own, signed, over whatever comes to mind: two histories. */
static struct cairn_bytes villain_checkpoint(struct world *world, uint32_t node, uint64_t size,
                                             struct cairn_arena *arena)
{
    const struct node *liar = &world->nodes[node];
    struct cairn_checkpoint checkpoint = {.origin = cairn_bytes_of(liar->origin), .size = size};
    struct cairn_note_key key = {.name = cairn_bytes_of(liar->origin), .type = CAIRN_NOTE_ED25519};
    uint8_t *memory = cairn_arena_take(arena, 1024);
    uint8_t text[CAIRN_CHECKPOINT_MAX];
    uint8_t signature[64];
    struct cairn_bytes encoded;
    struct cairn_note_writer writer;
    assert_non_null(memory);
    world_random(world, checkpoint.root, 32);
    encoded =
        (struct cairn_bytes){.data = text, .size = cairn_note_encode_checkpoint(&checkpoint, text)};
    cairn_suite_sign_public(&world->suite, liar->log_seed, key.public_key);
    cairn_suite_sign(&world->suite, liar->log_seed, encoded, signature);
    cairn_note_writer_init(&writer, memory, 1024);
    assert_err(cairn_note_put_text(&writer, encoded), CAIRN_OK);
    assert_err(cairn_note_append_signature(&writer, &key, 0, signature), CAIRN_OK);
    return (struct cairn_bytes){.data = memory, .size = writer.size};
}

static void villain_alter(struct world *world, uint32_t node, struct cairn_message *message,
                          struct cairn_arena *arena)
{
    bool is_signed_lie = test_rng_below(&world->rng, 20) == 0;
    switch (message->type) {
    case CAIRN_MESSAGE_HELLO:
        message->as.hello.clock_ms = villain_number(world, message->as.hello.clock_ms) >> 8;
        break;
    case CAIRN_MESSAGE_OFFER:
        for (uint32_t i = 0; i < message->as.offer.journal_count; i++) {
            struct cairn_offer_journal *journal = /* it lies in our arena */
                (struct cairn_offer_journal *)(uintptr_t)&message->as.offer.journals[i];
            journal->size = villain_number(world, journal->size);
            if (is_signed_lie &&
                cairn_bytes_is_equal(journal->origin, cairn_bytes_of(world->nodes[node].origin))) {
                journal->size = 1 + test_rng_below(&world->rng, 100);
                journal->checkpoint = villain_checkpoint(world, node, journal->size, arena);
            }
        }
        break;
    case CAIRN_MESSAGE_WANT:
        message->as.want.from = villain_number(world, message->as.want.from);
        message->as.want.credit_bytes = test_rng_below(&world->rng, CAIRN_CREDIT_MAX_BYTES + 1);
        break;
    case CAIRN_MESSAGE_JOURNAL:
        message->as.journal.from = villain_number(world, message->as.journal.from);
        if (is_signed_lie && message->as.journal.has_checkpoint) {
            message->as.journal.checkpoint = villain_checkpoint(
                world, node, message->as.journal.from + message->as.journal.leaves.size / 48,
                arena);
        }
        break;
    case CAIRN_MESSAGE_FEED:
        message->as.feed.admit_number = villain_number(world, message->as.feed.admit_number);
        break;
    case CAIRN_MESSAGE_COSIGN:
        message->as.cosign.size = villain_number(world, message->as.cosign.size);
        break;
    case CAIRN_MESSAGE_ENTRIES:
    case CAIRN_MESSAGE_BYE:
    case CAIRN_MESSAGE_PROOF:
        break;
    }
}

static bool villain_read(struct villain *villain, const struct world_event *event,
                         struct cairn_arena *arena, struct cairn_message *out)
{
    size_t fault_at;
    cairn_arena_init(arena, villain->arena, VILLAIN_ARENA);
    return cairn_message_decode(event->event.as.link.frame, arena, out, &fault_at) == CAIRN_OK;
}

static void villain_write(struct villain *villain, struct world_event *event,
                          const struct cairn_message *message)
{
    struct cairn_bytes encoded;
    if (cairn_message_encode(message, villain->frame, sizeof villain->frame, &encoded) ==
        CAIRN_OK) {
        villain_put(event, encoded);
    }
}

static void villain_lie(struct world *world, uint32_t node, struct world_event *event)
{
    struct villain *villain = world->nodes[node].villain;
    struct cairn_arena arena;
    struct cairn_message message;
    if (villain_read(villain, event, &arena, &message)) {
        villain_alter(world, node, &message, &arena);
        villain_write(villain, event, &message);
    }
}

/* ---- what it plays all the time ---- */

/* It stays a source, and there is always something to wait for. */
static void villain_stall(struct world *world, uint32_t node, struct world_event *event,
                          struct cairn_message *message, struct cairn_arena *arena)
{
    uint8_t own[16];
    cairn_keys_journal_id(cairn_bytes_of(world->nodes[node].origin), own);
    if (memcmp(message->as.journal.log, own, 16) == 0) {
        return;
    }
    message->as.journal.from++;
    message->as.journal.leaves.size = 0;
    message->as.journal.has_checkpoint = true;
    message->as.journal.checkpoint = villain_checkpoint(world, node, 1, arena);
    villain_write(world->nodes[node].villain, event, message);
    world_stick(world, node, event->node, VILLAIN_STALL_MS);
}

/* Is this a commit of its own feeds, for somebody who is not to have it as the others do? */
static bool villain_is_slighted(const struct world *world, uint32_t node,
                                const struct world_event *event,
                                const struct cairn_message *message)
{
    struct cairn_core_feed feed;
    struct cairn_commit commit;
    uint32_t number;
    size_t fault_at;
    if (cairn_commit_decode(message->as.entries.commit, &commit, &fault_at) != CAIRN_OK ||
        !cairn_core_feed_find(world->nodes[node].core, commit.opening.feed, &number)) {
        return false;
    }
    cairn_core_feed(world->nodes[node].core, number, &feed);
    return feed.author == 0 && feed.kind != CAIRN_FEED_CONTROL &&
           ((feed.id[0] + event->node) % 2 == 0 ||
            (world->nodes[node].villain->plays & WORLD_PLAY_KEEP) != 0);
}

/* gives false: the frame is not sent at all */
static bool villain_play(struct world *world, uint32_t node, struct world_event *event)
{
    struct villain *villain = world->nodes[node].villain;
    struct cairn_arena arena;
    struct cairn_message message;
    if ((villain->plays & ~(uint32_t)WORLD_PLAY_NOISE) == 0 ||
        !villain_read(villain, event, &arena, &message)) {
        return true;
    }
    if ((villain->plays & WORLD_PLAY_MUTE) != 0 && message.type != CAIRN_MESSAGE_HELLO) {
        return false;
    }
    if ((villain->plays & WORLD_PLAY_STALL) != 0 && message.type == CAIRN_MESSAGE_JOURNAL) {
        villain_stall(world, node, event, &message, &arena);
    }
    if (message.type != CAIRN_MESSAGE_ENTRIES ||
        !villain_is_slighted(world, node, event, &message)) {
        return true;
    }
    if ((villain->plays & WORLD_PLAY_SWAP) != 0) { /* the last byte is of the last body */
        event->payload[4 + event->event.as.link.frame.size - 1] ^= 1;
    }
    return (villain->plays & (WORLD_PLAY_WITHHOLD | WORLD_PLAY_KEEP)) == 0;
}

/* gives how often the frame is sent: 0 it is withheld */
uint32_t villain_send(struct world *world, uint32_t node, struct world_event *event)
{
    struct villain *villain = world->nodes[node].villain;
    if (!villain_play(world, node, event)) {
        return 0;
    }
    switch ((villain->plays & WORLD_PLAY_NOISE) != 0 ? test_rng_below(&world->rng, 40) : 40) {
    case 0:
        villain_flip(world, event);
        return 1;
    case 1:
    case 2:
        villain_replay(world, villain, event);
        return 1;
    case 3:
    case 4:
        villain_lie(world, node, event);
        return 1;
    case 5:
        return 1 + test_rng_below(&world->rng, VILLAIN_FLOOD);
    case 6:
        return 0;
    default:
        return 1;
    }
}
