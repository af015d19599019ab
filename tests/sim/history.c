#include "crypto/note.h"
#include "schema/wire.h"
#include "tests/sim/world_state.h"

#include <stdlib.h>
#include <string.h>

#define HISTORY_PLACES 262144u
#define HISTORY_NOTES  4096u /* seen of late: the same ones are told again and again */
#define HISTORY_NOTE   384u

/* What was told of one journal at one size. */
struct history_place {
    uint32_t journal_plus1; /* 0: free */
    uint64_t size;
    uint8_t root[32];
};

struct history_note {
    size_t size;
    uint8_t note[HISTORY_NOTE];
};

struct history {
    struct history_note notes[HISTORY_NOTES]; /* by a few bytes of their signatures */
    struct history_place *places;             /* open addressing */
    size_t count;
    uint32_t second_count; /* checkpoints that contradict an earlier one */
    uint8_t *memory;
};

struct history *history_open(void)
{
    struct history *history = calloc(1, sizeof *history);
    assert_non_null(history);
    history->places = calloc(HISTORY_PLACES, sizeof *history->places);
    history->memory = malloc(2u << 20);
    assert_non_null(history->places);
    assert_non_null(history->memory);
    return history;
}

void history_close(struct history *history)
{
    free(history->places);
    free(history->memory);
    free(history);
}

static uint32_t history_node(const struct world *world, struct cairn_bytes origin)
{
    uint32_t node = 0;
    while (node < world->options.nodes &&
           !cairn_bytes_is_equal(origin, cairn_bytes_of(world->nodes[node].origin))) {
        node++;
    }
    return node;
}

bool history_tell(struct history *history, uint32_t journal, uint64_t size,
                  const uint8_t root[static 32])
{
    size_t at = (size_t)(size * WORLD_NODES_MAX + journal) % HISTORY_PLACES;
    struct history_place *place = &history->places[at];
    while (place->journal_plus1 != 0 &&
           (place->journal_plus1 != journal + 1 || place->size != size)) {
        at = (at + 1) % HISTORY_PLACES;
        place = &history->places[at];
    }
    if (place->journal_plus1 != 0) {
        return memcmp(place->root, root, 32) == 0;
    }
    assert_true(++history->count < HISTORY_PLACES);
    place->journal_plus1 = journal + 1;
    place->size = size;
    memcpy(place->root, root, 32);
    return true;
}

/* Was this very note looked at before? */
static bool history_is_known(struct history *history, struct cairn_bytes note)
{
    if (note.size < 24 || note.size > HISTORY_NOTE) {
        return false;
    }
    uint64_t key = cairn_bytes_get_u64(note.data + note.size - 24) * 0x9e3779b97f4a7c15u;
    struct history_note *place = &history->notes[key >> 52];
    bool is_known = place->size == note.size && memcmp(place->note, note.data, note.size) == 0;
    place->size = note.size;
    memcpy(place->note, note.data, note.size);
    return is_known;
}

static void history_take(struct world *world, struct cairn_arena *arena, struct cairn_bytes note)
{
    struct cairn_note split;
    struct cairn_checkpoint checkpoint;
    if (history_is_known(world->history, note) ||
        cairn_note_split(note, arena, &split) != CAIRN_OK ||
        cairn_note_decode_checkpoint(split.text, &checkpoint) != CAIRN_OK) {
        return;
    }
    uint32_t node = history_node(world, checkpoint.origin);
    if (node == world->options.nodes) {
        return;
    }
    uint64_t incarnation = world->nodes[node].doc.nodes[0].incarnation;
    uint32_t journal = node + WORLD_NODES_MAX * (uint32_t)incarnation;
    if (!history_tell(world->history, journal, checkpoint.size, checkpoint.root)) {
        world->history->second_count++;
        assert_true(world->nodes[node].is_liar); /* a second history was signed */
    }
}

void history_hear(struct world *world, struct cairn_bytes payload)
{
    struct cairn_arena arena;
    struct cairn_message message;
    size_t fault_at;
    cairn_arena_init(&arena, world->history->memory, 2u << 20);
    assert_err(cairn_message_decode(payload, &arena, &message, &fault_at), CAIRN_OK);
    if (message.type == CAIRN_MESSAGE_JOURNAL && message.as.journal.has_checkpoint) {
        history_take(world, &arena, message.as.journal.checkpoint);
    }
    for (uint32_t i = 0; message.type == CAIRN_MESSAGE_OFFER && i < message.as.offer.journal_count;
         i++) {
        history_take(world, &arena, message.as.offer.journals[i].checkpoint);
    }
}

uint32_t world_second_histories(const struct world *world)
{
    return world->history->second_count;
}
