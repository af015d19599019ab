#include "node/recover.h"

#include <stdlib.h>
#include <string.h>

#include "crypto/hash.h"
#include "crypto/note.h"
#include "crypto/secret.h"
#include "node/entropy.h"
#include "node/guard.h"
#include "node/start.h"

#define RECOVER_ARENA_BYTES (16u << 10)

/* ---- how long the own journal is known to be ---- */

/* Where it is ended, as far as it is known by now. */
struct recover_end {
    const struct cairn_recover_options *options;
    const struct cairn_country_node *node; /* the incarnation in force */
    char guard_dir[CAIRN_FILE_PATH_MAX];
    struct cairn_event guard;
    bool has_log;
    struct cairn_country_ended at;
    struct cairn_recover_result *result;
};

static void recover_on_recall(void *host, struct cairn_event *event)
{
    struct cairn_actions actions;
    cairn_entropy_fill(event->seed, sizeof event->seed);
    cairn_core_step(host, event, &actions); /* notices at most */
}

/* What is durable and in no commit cannot be taken over: its feed ends with its origin. */
static uint64_t recover_count_waiting(const struct cairn_core *core)
{
    struct cairn_core_feed feed;
    uint64_t count = 0;
    uint32_t feed_count = cairn_core_feed_count(core);
    for (uint32_t number = 0; number < feed_count; number++) {
        cairn_core_feed(core, number, &feed);
        count += feed.author == 0 && feed.kind == CAIRN_FEED_PRIVATE ? feed.waiting : 0;
    }
    return count;
}

/* The core says it: what it recalls from the log is what the node would start with. */
static cairn_err recover_recall(struct cairn_start *start, struct recover_end *end)
{
    const struct cairn_core_limits limits = CAIRN_CORE_LIMITS_DEFAULT;
    struct cairn_core_peer own;
    struct cairn_suite suite;
    uint64_t serial = 0;
    void *memory = malloc(cairn_core_size(&limits));
    if (memory == NULL) {
        return CAIRN_MEMORY;
    }
    cairn_err err = cairn_suite_open_real(&suite);
    if (err == CAIRN_OK) {
        struct cairn_core *core = cairn_core_init(memory, &limits, &start->identity, &suite);
        err = cairn_start_recall(start, recover_on_recall, core, &serial);
        cairn_core_peer(core, 0, &own);
        end->result->waiting_count = recover_count_waiting(core);
        cairn_suite_close(&suite);
    }
    if (err == CAIRN_OK && own.journal_size > 0) {
        end->at.size = own.journal_size;
        memcpy(end->at.root, own.journal_root, 32);
        end->result->held_size = own.journal_size;
    }
    cairn_secret_wipe(memory, cairn_core_size(&limits));
    free(memory);
    return err;
}

static cairn_err recover_read_log(struct recover_end *end)
{
    char path[CAIRN_FILE_PATH_MAX];
    const struct cairn_recover_options *options = end->options;
    CAIRN_TRY(cairn_file_path(options->renew.dir, "log", path));
    end->has_log = cairn_file_is_there(path);
    if (!end->has_log) {
        return CAIRN_OK;
    }
    struct cairn_start *start = calloc(1, sizeof *start);
    if (start == NULL) {
        return CAIRN_MEMORY;
    }
    cairn_err err = cairn_start_open(options->renew.dir, options->config, start);
    if (err == CAIRN_OK) {
        err = recover_recall(start, end);
    }
    cairn_start_close(start);
    free(start);
    return err;
}

/* A checkpoint that partners hold, signed by the log key that is to end. */
static cairn_err recover_read_note(struct recover_end *end, const struct cairn_suite *suite,
                                   const struct cairn_recover_note *given)
{
    uint8_t memory[RECOVER_ARENA_BYTES];
    struct cairn_arena arena;
    struct cairn_note note;
    struct cairn_checkpoint checkpoint;
    uint64_t time_s = 0;
    struct cairn_note_key key = {.name = cairn_bytes_of(end->result->ended_origin),
                                 .type = CAIRN_NOTE_ED25519};
    memcpy(key.public_key, end->node->log, 32);
    cairn_arena_init(&arena, memory, sizeof memory);
    CAIRN_TRY(cairn_note_split((struct cairn_bytes){.data = given->bytes, .size = given->size},
                               &arena, &note));
    CAIRN_TRY(cairn_note_decode_checkpoint(note.text, &checkpoint));
    CAIRN_TRY(cairn_note_verify(suite, &note, &key, &arena, &time_s));
    if (!cairn_bytes_is_equal(checkpoint.origin, key.name)) {
        return CAIRN_CHECKPOINT;
    }
    if (checkpoint.size > end->at.size) {
        end->at.size = checkpoint.size;
        memcpy(end->at.root, checkpoint.root, 32);
    }
    return CAIRN_OK;
}

static cairn_err recover_read_notes(struct recover_end *end)
{
    struct cairn_suite suite;
    CAIRN_TRY(cairn_suite_open_real(&suite));
    cairn_err err = CAIRN_OK;
    for (size_t i = 0; i < end->options->note_count && err == CAIRN_OK; i++) {
        err = recover_read_note(end, &suite, &end->options->notes[i]);
    }
    cairn_suite_close(&suite);
    return err;
}

/* Would anything be lost that was said, or acknowledged? */
static cairn_err recover_check_loss(struct recover_end *end)
{
    const struct cairn_recover_options *options = end->options;
    CAIRN_TRY(cairn_config_guard(options->config, options->renew.dir, end->guard_dir));
    CAIRN_TRY(cairn_guard_look(end->guard_dir, end->result->ended_origin, &end->guard));
    bool is_present = end->guard.as.start.guard == CAIRN_GUARD_PRESENT;
    bool is_whole =
        is_present && !end->guard.as.start.is_doubted && end->guard.as.start.size <= end->at.size;
    end->result->guard_size = is_present ? end->guard.as.start.size : 0;
    if (options->is_loss_accepted) {
        return CAIRN_OK;
    }
    if (!is_whole) {
        return CAIRN_RESTORING;
    }
    return end->result->waiting_count == 0 ? CAIRN_OK : CAIRN_BUSY;
}

/* ---- the new incarnation ---- */

/* Stores that are gone are made; a new guard comes first, since without one the node would ask all
 * partners what it has said in an incarnation in which it has said nothing. */
static cairn_err recover_make_rest(const struct recover_end *end, const char *origin)
{
    const struct cairn_recover_options *options = end->options;
    if (!end->has_log) {
        CAIRN_TRY(cairn_start_make(options->renew.dir, options->config));
    }
    return end->guard.as.start.guard == CAIRN_GUARD_PRESENT
               ? CAIRN_OK
               : cairn_guard_make(end->guard_dir, origin, true);
}

static cairn_err recover_renew(struct recover_end *end, struct cairn_ownnote *out_old,
                               struct cairn_ownnote *out)
{
    struct cairn_renew_options renew = end->options->renew;
    const struct cairn_country_doc *doc = &out_old->doc;
    char origin[CAIRN_LIMIT_ORIGIN_BYTES + 1];
    uint64_t incarnation = cairn_renew_next(doc, renew.node);
    CAIRN_TRY(cairn_origin_make(doc->network, doc->country, end->node->name, incarnation, origin));
    CAIRN_TRY(recover_make_rest(end, origin));
    end->result->ended_size = end->at.size;
    end->result->incarnation = incarnation;
    renew.ended = &end->at;
    return cairn_renew(&renew, out_old, out);
}

cairn_err cairn_recover(const struct cairn_recover_options *options, struct cairn_ownnote *out_old,
                        struct cairn_ownnote *out, struct cairn_recover_result *out_result)
{
    struct recover_end end = {.options = options, .result = out_result};
    const struct cairn_bytes nothing = {.size = 0};
    CAIRN_TRY(cairn_ownnote_read(options->renew.dir, out_old));
    const struct cairn_country_doc *doc = &out_old->doc;
    *out_result = (struct cairn_recover_result){.held_size = 0};
    end.node = cairn_ownnote_node(doc, options->renew.node);
    if (end.node == NULL) {
        return CAIRN_DOCUMENT;
    }
    CAIRN_TRY(cairn_origin_make(doc->network, doc->country, end.node->name, end.node->incarnation,
                                out_result->ended_origin));
    cairn_sha256_of(nothing, end.at.root); /* of a tree without leaves */
    CAIRN_TRY(recover_read_log(&end));
    CAIRN_TRY(recover_read_notes(&end));
    CAIRN_TRY(recover_check_loss(&end));
    return recover_renew(&end, out_old, out);
}
