#include "replication/core_parts.h"

#include "schema/base/check.h"
#include "schema/commit.h"

#include <string.h>

/* What is damaged comes from partners again. It is written only when it is what it was:
 *
 *     commit     leads to its feed's root and to its leaf
 *     journal    a source gives all leaves once; when they lead to the root, the hashes of its
 *                pieces are known, and those that differ are fetched again and checked by them
 *
 * A source that gives something else is passed over and accused of nothing: its disk may rot, too.
 * source P-91 */

/* The normal stream of this log rests meanwhile. */
bool cairn_core_heal_is_on(const struct cairn_core *core, uint32_t log)
{
    return core->scrub.log == log && core->scrub.source != CORE_NONE;
}

/* Done with this source, or with healing: the log comes from whom it came before. */
static void heal_let_go(struct cairn_core *core)
{
    struct core_scrub *scrub = &core->scrub;
    bool is_asked = scrub->source != CORE_NONE;
    bool is_linked = is_asked && core->intakes[scrub->log].link == scrub->source;
    scrub->source = CORE_NONE;
    if (is_linked) {
        cairn_core_want_stop(core, scrub->log);
    }
    if (is_asked) {
        cairn_core_want(core, scrub->log);
    }
}

static void heal_ask_next(struct cairn_core *core)
{
    heal_let_go(core);
    core->scrub.phase = CORE_SCRUB_ASK;
}

static void heal_refuse(struct cairn_core *core, cairn_err err)
{
    uint32_t author = cairn_core_log_author(core, core->scrub.log);
    cairn_core_notice_err(core, CAIRN_NOTICE_COMMIT_REFUSED, core->journals[author].country, err);
    heal_ask_next(core);
}

void cairn_core_heal_begin(struct cairn_core *core)
{
    core->scrub.tried = CORE_NONE;
    core->scrub.asked = 0;
    core->scrub.has_hashes = false;
    core->scrub.phase = CORE_SCRUB_ASK;
}

/* Is there any use in asking? */
static bool heal_may_ask(const struct cairn_core *core)
{
    const struct core_scrub *scrub = &core->scrub;
    if (!core_log_is_feed(core, scrub->log)) { /* what does not stay written stays lost */
        return !scrub->is_again && scrub->end <= (uint64_t)CORE_SCRUB_PIECE * CORE_SCRUB_PIECES;
    }
    return !scrub->is_loose &&
           core->feeds[scrub->log - core->limits.journals].type != CAIRN_FEED_TYPE_PRIVATE;
}

/* Nobody has it; or nobody is there to be asked: then it is not called lost yet. */
static void heal_give_up(struct cairn_core *core)
{
    const struct core_scrub *scrub = &core->scrub;
    bool is_lost = scrub->asked > 0 || !heal_may_ask(core);
    if (core_log_is_feed(core, scrub->log)) {
        cairn_core_scrub_skip(core, is_lost);
        return;
    }
    if (is_lost) {
        cairn_core_fault_lose(core, CAIRN_TABLE_LEAF, 0, UINT64_MAX);
    }
    cairn_core_scrub_leave(core);
}

static void heal_want(struct cairn_core *core, uint64_t from)
{
    struct core_scrub *scrub = &core->scrub;
    scrub->heal_at = from;
    scrub->buffer_bytes = 0;
    scrub->moved_ms = core->now_ms;
    scrub->phase = CORE_SCRUB_FETCH;
    cairn_core_want_from(core, scrub->log, scrub->source, from);
}

void cairn_core_heal_ask(struct cairn_core *core)
{
    struct core_scrub *scrub = &core->scrub;
    uint32_t link = heal_may_ask(core)
                        ? cairn_core_want_source_after(core, scrub->log, scrub->tried)
                        : CORE_NONE;
    if (link == CORE_NONE) {
        heal_give_up(core);
        return;
    }
    scrub->tried = link;
    scrub->source = link;
    scrub->asked++;
    if (core_log_is_feed(core, scrub->log)) {
        heal_want(core, scrub->at);
    } else {
        scrub->has_hashes = false;
        cairn_merkle_range_init(&scrub->heal_range);
        heal_want(core, 0);
    }
}

/* Does the source say nothing, or is it gone? */
void cairn_core_heal_look(struct cairn_core *core)
{
    const struct core_scrub *scrub = &core->scrub;
    if (core->intakes[scrub->log].link != scrub->source ||
        core->now_ms - scrub->moved_ms >= CORE_SCRUB_SILENT_MS) {
        heal_ask_next(core);
    }
}

/* ---- journals ---- */

static bool heal_differs(const struct core_scrub *scrub, uint64_t piece)
{
    return !cairn_bytes_is_same32(scrub->ours[piece], scrub->theirs[piece]);
}

/* The next piece that is not as it was; there is none: read it all once more. */
static void heal_next_piece(struct cairn_core *core)
{
    struct core_scrub *scrub = &core->scrub;
    uint64_t count = (scrub->end + CORE_SCRUB_PIECE - 1) / CORE_SCRUB_PIECE;
    while (scrub->piece < count && !heal_differs(scrub, scrub->piece)) {
        scrub->piece++;
    }
    if (scrub->piece < count) {
        heal_want(core, scrub->piece * CORE_SCRUB_PIECE);
        return;
    }
    heal_let_go(core);
    cairn_core_scrub_again(core);
}

static void heal_write_piece(struct cairn_core *core, uint64_t first, size_t count)
{
    struct core_scrub *scrub = &core->scrub;
    struct core_puts puts = cairn_core_puts_begin(core, count);
    uint8_t *leaves = cairn_core_take(core, count * CAIRN_LEAF_BYTES);
    memcpy(leaves, scrub->buffer, count * CAIRN_LEAF_BYTES);
    for (size_t i = 0; i < count; i++) {
        cairn_core_puts_add(&puts, CAIRN_TABLE_LEAF, cairn_core_log_id(core, scrub->log), first + i)
            ->head =
            (struct cairn_bytes){.data = leaves + i * CAIRN_LEAF_BYTES, .size = CAIRN_LEAF_BYTES};
    }
    scrub->phase = CORE_SCRUB_WRITE;
    cairn_core_puts_store(core, &puts,
                          cairn_core_task_open(core, CORE_TASK_STORE_SCRUB, scrub->log, 0), true);
}

/* A piece is in the buffer. gives false when nothing more of the frame is wanted */
static bool heal_take_piece(struct cairn_core *core)
{
    struct core_scrub *scrub = &core->scrub;
    size_t count = scrub->buffer_bytes / CAIRN_LEAF_BYTES;
    uint64_t first = scrub->heal_at - count;
    uint64_t piece = first / CORE_SCRUB_PIECE;
    uint8_t root[32];
    scrub->buffer_bytes = 0;
    if (scrub->has_hashes) {
        struct cairn_merkle_range alone;
        cairn_merkle_range_init(&alone);
        cairn_core_check_piece(&alone, scrub->buffer, count, root);
        if (!cairn_bytes_is_same32(root, scrub->theirs[piece])) {
            heal_refuse(core, CAIRN_PEER_LEAF);
        } else {
            heal_write_piece(core, first, count);
        }
        return false;
    }
    cairn_core_check_piece(&scrub->heal_range, scrub->buffer, count, scrub->theirs[piece]);
    if (scrub->heal_at < scrub->end) {
        return true;
    }
    cairn_merkle_range_root(&scrub->heal_range, root);
    if (!cairn_bytes_is_same32(root, scrub->root)) {
        heal_refuse(core, CAIRN_PEER_LEAF);
        return false;
    }
    scrub->has_hashes = true;
    scrub->piece = 0;
    heal_next_piece(core);
    return false;
}

void cairn_core_heal_leaves(struct cairn_core *core, const struct cairn_journal_range *range)
{
    struct core_scrub *scrub = &core->scrub;
    if (scrub->phase != CORE_SCRUB_FETCH || range->from != scrub->heal_at ||
        !cairn_core_is_roomy(core)) {
        return; /* under way since before it was asked; or it is silent for us, and asked again */
    }
    scrub->moved_ms = core->now_ms;
    for (size_t at = 0; at < range->leaves.size && scrub->heal_at < scrub->end;
         at += CAIRN_LEAF_BYTES) {
        memcpy(scrub->buffer + scrub->buffer_bytes, range->leaves.data + at, CAIRN_LEAF_BYTES);
        scrub->buffer_bytes += CAIRN_LEAF_BYTES;
        scrub->heal_at++;
        bool is_piece = scrub->heal_at % CORE_SCRUB_PIECE == 0 || scrub->heal_at == scrub->end;
        if (is_piece && !heal_take_piece(core)) {
            return;
        }
    }
}

/* ---- commits ---- */

void cairn_core_heal_commit(struct cairn_core *core, const struct cairn_commit *commit,
                            struct cairn_bytes bytes)
{
    struct core_scrub *scrub = &core->scrub;
    if (scrub->phase != CORE_SCRUB_FETCH || commit->opening.number != scrub->at) {
        return;
    }
    cairn_err err = cairn_core_check_commit(core, commit, &scrub->checked);
    if (err != CAIRN_OK) {
        heal_refuse(core, err);
        return;
    }
    CAIRN_REQUIRE(bytes.size <= CAIRN_COMMIT_MAX_BYTES);
    memcpy(scrub->buffer, bytes.data, bytes.size);
    scrub->buffer_bytes = bytes.size;
    uint64_t leaf_index = scrub->checked.opening.leaf_index;
    cairn_core_scrub_load(core, CORE_SCRUB_LOAD_PROOF, leaf_index, leaf_index + 1);
}

/* It cannot be said now whether this is it: in another round. */
void cairn_core_heal_put_off(struct cairn_core *core)
{
    heal_let_go(core);
    cairn_core_scrub_skip(core, false);
}

/* is_leaf: the own journal has its leaf there */
void cairn_core_heal_proved(struct cairn_core *core, bool is_leaf)
{
    struct core_scrub *scrub = &core->scrub;
    if (!is_leaf) {
        heal_refuse(core, CAIRN_PEER_COMMIT);
        return;
    }
    struct core_puts puts = cairn_core_puts_begin(core, 1);
    cairn_core_puts_add(&puts, CAIRN_TABLE_COMMIT, cairn_core_log_id(core, scrub->log), scrub->at)
        ->head = (struct cairn_bytes){.data = scrub->buffer, .size = scrub->buffer_bytes};
    scrub->phase = CORE_SCRUB_WRITE;
    cairn_core_puts_store(core, &puts,
                          cairn_core_task_open(core, CORE_TASK_STORE_SCRUB, scrub->log, 0), true);
    heal_let_go(core);
}

void cairn_core_heal_stored(struct cairn_core *core)
{
    struct core_scrub *scrub = &core->scrub;
    CAIRN_REQUIRE(scrub->phase == CORE_SCRUB_WRITE);
    scrub->round.healed++;
    if (core_log_is_feed(core, scrub->log)) {
        uint32_t log = scrub->log;
        cairn_core_scrub_forward(core);
        cairn_core_grown(core, log);
        return;
    }
    memcpy(scrub->ours[scrub->piece], scrub->theirs[scrub->piece], 32);
    if (core->intakes[scrub->log].link != scrub->source) { /* it is gone: begin with another */
        heal_ask_next(core);
        return;
    }
    heal_next_piece(core);
}
