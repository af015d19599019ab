#include "replication/core_parts.h"

#include "crypto/hash.h"
#include "crypto/note.h"
#include "schema/base/check.h"

#include <string.h>

/* First half: the id of a country's NOTE rows; second half: of those behind. */
void cairn_core_note_id(const struct cairn_roster_entry *country, uint8_t out[static 32])
{
    cairn_sha256_of((struct cairn_bytes){.data = country->country, .size = 3}, out);
}

/* ---- what leads to the document in force ---- */

/* Where there is no room the oldest goes. */
static void chain_add(struct core_chain *chain, const struct core_rotation *added)
{
    uint32_t at = chain->count;
    while (at > 0 && chain->rotations[at - 1].from > added->from) {
        at--;
    }
    if (chain->count == CORE_ROTATIONS && at == 0) {
        return;
    }
    if (chain->count == CORE_ROTATIONS) {
        at--;
        memmove(&chain->rotations[0], &chain->rotations[1], at * sizeof *chain->rotations);
    } else {
        memmove(&chain->rotations[at + 1], &chain->rotations[at],
                (chain->count - at) * sizeof *chain->rotations);
        chain->count++;
    }
    chain->rotations[at] = *added;
}

static void chain_reach(struct core_chain *chain, const struct cairn_country_doc *doc)
{
    if (chain->first_serial == 0 || doc->serial < chain->first_serial) {
        chain->first_serial = doc->serial;
        memcpy(chain->first_root, doc->root, 32);
    }
}

void cairn_core_chain_grow(struct cairn_core *core, uint32_t country,
                           const struct cairn_country_doc *doc)
{
    const struct cairn_roster_entry *held = &core->countries[country];
    struct core_chain *chain = &core->chains[country];
    if (held->has_document && !cairn_bytes_is_same32(held->root, doc->root)) {
        chain_add(chain, &(struct core_rotation){.from = held->serial, .to = doc->serial});
    }
    chain_reach(chain, doc);
}

/* ---- what was before all that was taken ---- */

static cairn_err notes_peek(struct cairn_core *core, struct cairn_bytes note,
                            struct cairn_country_doc *out)
{
    size_t used_bytes = core->arena.used_bytes;
    struct cairn_note split;
    size_t fault_at;
    cairn_err err = cairn_note_split(note, &core->arena, &split);
    core->arena.used_bytes = used_bytes;
    return err == CAIRN_OK ? cairn_country_decode(split.text, out, &fault_at) : err;
}

bool cairn_core_note_is_behind(struct cairn_core *core, const struct cairn_row *row)
{
    struct cairn_country_doc doc;
    uint8_t id[32];
    if (notes_peek(core, row->value, &doc) != CAIRN_OK) {
        return false;
    }
    cairn_sha256_of(doc.country, id);
    return cairn_bytes_is_same16(row->key.id, id + 16);
}

/* Ascending, each country's: where the root key changes there is a pair. */
cairn_err cairn_core_note_recall_behind(struct cairn_core *core, struct cairn_bytes note)
{
    struct cairn_country_doc doc;
    CAIRN_TRY(
        cairn_roster_read(core->suite, cairn_bytes_of(core->network), note, &core->arena, &doc));
    uint32_t country = cairn_core_country_add(core, doc.country.data);
    if (country == CORE_NONE) {
        return CAIRN_FULL;
    }
    struct core_chain *chain = &core->chains[country];
    struct core_rotation added = {
        .from = chain->behind_serial, .to = doc.serial, .is_behind = true};
    if (added.from != 0 && !cairn_bytes_is_same32(chain->behind_root, doc.root)) {
        chain_add(chain, &added);
    }
    chain->behind_serial = doc.serial;
    memcpy(chain->behind_root, doc.root, 32);
    chain_reach(chain, &doc);
    return CAIRN_OK;
}

static void notes_store_behind(struct cairn_core *core, uint32_t country,
                               const struct core_rotation *added, const struct cairn_bytes *pair)
{
    struct core_puts puts = cairn_core_puts_begin(core, 2);
    uint8_t id[32];
    cairn_core_note_id(&core->countries[country], id);
    cairn_core_puts_add(&puts, CAIRN_TABLE_NOTE, id + 16, added->from)->head = pair[0];
    cairn_core_puts_add(&puts, CAIRN_TABLE_NOTE, id + 16, added->to)->head = pair[1];
    uint32_t task = cairn_core_task_open(core, CORE_TASK_STORE_DOCUMENT, country, 0);
    cairn_core_puts_store(core, &puts, task, true);
}

/* The second is signed by the oldest root key that we hold a document of, and names the first. */
cairn_err cairn_core_rotation_offered(struct cairn_core *core, const struct cairn_bytes *pair)
{
    struct cairn_country_doc last, first;
    struct cairn_bytes network = cairn_bytes_of(core->network);
    CAIRN_TRY(notes_peek(core, pair[1], &first));
    uint32_t country = cairn_core_country_find(core, first.country.data);
    if (country == CORE_NONE || !core->countries[country].has_document ||
        !core->countries[country].is_recognised) {
        return CAIRN_DENIED_PARTNER;
    }
    struct core_chain *chain = &core->chains[country];
    if (!cairn_bytes_is_same32(first.root, chain->first_root) ||
        first.serial > chain->first_serial) {
        return CAIRN_DENIED_FINGERPRINT;
    }
    CAIRN_TRY(cairn_roster_read(core->suite, network, pair[1], &core->arena, &first));
    CAIRN_TRY(cairn_roster_read(core->suite, network, pair[0], &core->arena, &last));
    CAIRN_TRY(cairn_roster_rotates(&last, pair[0], &first));
    if (chain->count == CORE_ROTATIONS) {
        return CAIRN_FULL;
    }
    if (cairn_core_is_busy(core)) {
        return CAIRN_BUSY;
    }
    struct core_rotation added = {.from = last.serial, .to = first.serial, .is_behind = true};
    chain_add(chain, &added);
    chain_reach(chain, &last);
    notes_store_behind(core, country, &added, pair);
    return CAIRN_OK;
}

/* ---- documents told to peers ---- */

/* The pairs, the document in force, the pairs again from the newest on: one OFFER each. */
static void notes_load(struct cairn_core *core, uint32_t number)
{
    struct core_courier *courier = &core->couriers[number];
    const struct cairn_roster_entry *country = &core->countries[courier->country];
    const struct core_chain *chain = &core->chains[courier->country];
    struct core_rotation told = {.from = country->serial, .to = country->serial};
    uint8_t id[32];
    if (courier->step < chain->count) {
        told = chain->rotations[courier->step];
    } else if (courier->step > chain->count) {
        told = chain->rotations[2 * chain->count - courier->step];
    }
    cairn_core_note_id(country, id);
    struct cairn_action *load = cairn_core_act(core, CAIRN_ACTION_LOAD);
    load->as.load.token = cairn_core_task_open(core, CORE_TASK_LOAD_NOTES, 0, 0);
    struct core_task *task = cairn_core_task_at(core, load->as.load.token);
    task->link = number;
    task->link_generation = core->link_generations[number];
    load->as.load.from = (struct cairn_key){.table = CAIRN_TABLE_NOTE, .index = told.from};
    memcpy(load->as.load.from.id, told.is_behind ? id + 16 : id, 16);
    load->as.load.to_index = told.to + 1;
    load->as.load.size_max_bytes = 2 * CAIRN_LIMIT_NOTE_BYTES;
    courier->is_loading = true;
    courier->step++;
}

static bool notes_pick(const struct cairn_core *core, struct core_courier *courier)
{
    for (uint32_t i = 0; i < core->country_count; i++) {
        if (cairn_members_has(&courier->due, i)) {
            cairn_members_remove(&courier->due, i);
            courier->country = i;
            courier->step = 0;
            return true;
        }
    }
    return false;
}

static void notes_next(struct cairn_core *core, uint32_t number)
{
    struct core_courier *courier = &core->couriers[number];
    while (courier->is_due && !courier->is_loading &&
           core->links[number].out_bytes < CORE_LINK_BYTES) {
        if (!courier->is_telling && !notes_pick(core, courier)) {
            courier->is_due = false;
            return;
        }
        const struct cairn_roster_entry *country = &core->countries[courier->country];
        courier->is_telling = country->has_document &&
                              (country->is_recognised || courier->country == 0) &&
                              courier->step <= 2 * core->chains[courier->country].count;
        if (courier->is_telling) {
            notes_load(core, number);
        }
    }
}

void cairn_core_notes_greet(struct cairn_core *core, uint32_t link)
{
    for (uint32_t i = 0; i < core->country_count; i++) {
        cairn_members_add(&core->couriers[link].due, i);
    }
    core->couriers[link].is_due = true;
    notes_next(core, link);
}

/* A document was written down: everybody who is linked is shown it. */
void cairn_core_notes_due(struct cairn_core *core, uint32_t country)
{
    for (uint32_t link = 0; link < core->limits.links; link++) {
        if (core->links[link].is_greeted) {
            cairn_members_add(&core->couriers[link].due, country);
            core->couriers[link].is_due = true;
            notes_next(core, link);
        }
    }
}

/* Those that waited for a peer to read. */
void cairn_core_notes(struct cairn_core *core)
{
    for (uint32_t link = 0; link < core->limits.links; link++) {
        notes_next(core, link);
    }
}

void cairn_core_notes_loaded(struct cairn_core *core, const struct core_task *task,
                             const struct cairn_event *event)
{
    struct cairn_bytes *notes = cairn_core_take(core, 2 * sizeof *notes);
    struct cairn_message message = {.type = CAIRN_MESSAGE_OFFER, .as.offer = {.notes = notes}};
    core->couriers[task->link].is_loading = false;
    for (size_t i = 0; i < event->as.done.row_count && i < 2; i++) {
        struct cairn_bytes note = event->as.done.rows[i].value;
        if (note.size > 0 && note.size <= CAIRN_LIMIT_NOTE_BYTES) {
            notes[message.as.offer.note_count++] = note;
        }
    }
    if (message.as.offer.note_count > 0) {
        cairn_core_send(core, task->link, &message);
    }
    notes_next(core, task->link);
}
