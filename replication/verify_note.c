#include "replication/verify_state.h"

#include "schema/base/check.h"

#include <string.h>

#define TIME_S_MAX (UINT64_MAX >> 1) /* C2SP: times fit a signed number */

/* ---- documents ---- */

/* The last root key of a country; VERIFY_NONE: no document yet. */
static uint32_t verify_country_last(const struct cairn_verify *verify, struct cairn_bytes code)
{
    for (uint32_t i = verify->country_count; i > 0; i--) {
        if (memcmp(verify->countries[i - 1].held.country, code.data, 3) == 0) {
            return i - 1;
        }
    }
    return VERIFY_NONE;
}

/* Does it follow the country's last one? source P-11, P-12, P-14, P-98 */
static cairn_err verify_document_follows(struct cairn_verify *verify, uint32_t last,
                                         const struct cairn_country_doc *doc)
{
    const struct cairn_roster_entry *held = &verify->countries[last].held;
    if (!cairn_roster_follows(held, doc)) {
        return cairn_verify_fail(verify, CAIRN_DOCUMENT,
                                 "document does not follow the one before it");
    }
    if (!cairn_roster_keeps(held, doc)) {
        return cairn_verify_fail(verify, CAIRN_DENIED_ENDED,
                                 "document drops or changes an ended origin or a lost key");
    }
    bool is_next = doc->serial - 1 == held->serial;
    if (is_next && doc->has_previous && !cairn_bytes_is_same32(doc->previous, held->note_hash)) {
        return cairn_verify_fail(verify, CAIRN_DOCUMENT,
                                 "document names another one than the one before it");
    }
    return CAIRN_OK;
}

static cairn_err verify_country_take(struct cairn_verify *verify,
                                     const struct cairn_country_doc *doc, struct cairn_bytes note)
{
    uint32_t number = verify_country_last(verify, doc->country);
    if (number != VERIFY_NONE) {
        CAIRN_TRY(verify_document_follows(verify, number, doc));
    }
    if (number == VERIFY_NONE ||
        !cairn_bytes_is_same32(verify->countries[number].held.root, doc->root)) {
        if (verify->country_count == verify->limits.countries) {
            return cairn_verify_fail(verify, CAIRN_FULL, "more countries than this verifier holds");
        }
        number = verify->country_count++;
        verify->countries[number] = (struct verify_country){.held = {.has_document = false}};
        verify->result.counts.countries++;
    }
    struct verify_country *country = &verify->countries[number];
    cairn_roster_take(&country->held, doc, note);
    cairn_roster_fingerprint(doc->network, doc->root, country->fingerprint);
    return CAIRN_OK;
}

/* Keys that a line of a document gives for an origin. */
static cairn_err verify_node_take(struct cairn_verify *verify, const struct verify_node *node)
{
    struct verify_node made = *node;
    made.first = verify->node_count;
    made.origin_bytes = (uint8_t)cairn_bytes_of(made.origin).size;
    for (uint32_t i = verify->node_count; i > 0; i--) {
        const struct verify_node *held = &verify->nodes[i - 1];
        if (memcmp(held->origin, made.origin, sizeof made.origin) == 0) { /* zeros behind it */
            made.first = held->first;
            if (cairn_bytes_is_same32(held->log, made.log) &&
                cairn_bytes_is_same32(held->witness, made.witness)) {
                return CAIRN_OK;
            }
        }
    }
    if (verify->node_count == verify->limits.nodes) {
        return cairn_verify_fail(verify, CAIRN_FULL, "more nodes than this verifier holds");
    }
    verify->nodes[verify->node_count++] = made;
    return CAIRN_OK;
}

static cairn_err verify_listed_take(struct cairn_verify *verify,
                                    const struct cairn_country_doc *doc,
                                    const struct cairn_country_node *node)
{
    struct verify_node made = {.is_closed = false};
    CAIRN_TRY(
        cairn_origin_make(doc->network, doc->country, node->name, node->incarnation, made.origin));
    memcpy(made.log, node->log, 32);
    memcpy(made.witness, node->witness, 32);
    return verify_node_take(verify, &made);
}

/* The line has the keys that the origin signed with: it introduces it, too. source P-14 */
static cairn_err verify_ended_take(struct cairn_verify *verify, const struct cairn_country_doc *doc,
                                   const struct cairn_country_ended *ended)
{
    struct verify_node made = {.is_closed = false};
    CAIRN_TRY(cairn_origin_make(doc->network, doc->country, ended->name, ended->incarnation,
                                made.origin));
    memcpy(made.log, ended->log, 32);
    memcpy(made.witness, ended->witness, 32);
    CAIRN_TRY(verify_node_take(verify, &made));
    struct verify_node *first =
        &verify->nodes[cairn_verify_origin(verify, cairn_bytes_of(made.origin))];
    first->is_ended = true;
    first->ended_size = ended->size;
    memcpy(first->ended_root, ended->root, 32);
    return CAIRN_OK;
}

cairn_err cairn_verify_document(struct cairn_verify *verify, struct cairn_bytes note)
{
    struct cairn_country_doc doc;
    if (verify->is_past_documents) {
        return cairn_verify_fail(verify, CAIRN_BUNDLE_ORDER, "document after the first section");
    }
    CAIRN_TRY(cairn_roster_read(verify->suite, verify->head.network, note, &verify->arena, &doc));
    CAIRN_TRY(cairn_note_split(note, &verify->arena, &verify->note));
    if (verify->note.line_count != 1) {
        return cairn_verify_fail(verify, CAIRN_NOTE_SIGNATURE, "document with other signatures");
    }
    CAIRN_TRY(verify_country_take(verify, &doc, note));
    for (uint32_t i = 0; i < doc.node_count; i++) {
        CAIRN_TRY(verify_listed_take(verify, &doc, &doc.nodes[i]));
    }
    for (uint32_t i = 0; i < doc.ended_count; i++) {
        CAIRN_TRY(verify_ended_take(verify, &doc, &doc.ended[i]));
    }
    return CAIRN_OK;
}

/* ---- who an origin is ---- */

uint32_t cairn_verify_origin(const struct cairn_verify *verify, struct cairn_bytes origin)
{
    for (uint32_t i = 0; i < verify->node_count; i++) {
        if (cairn_bytes_is_equal(cairn_verify_origin_text(verify, i), origin)) {
            return i;
        }
    }
    return VERIFY_NONE;
}

struct cairn_bytes cairn_verify_origin_text(const struct cairn_verify *verify, uint32_t origin)
{
    const struct verify_node *node = &verify->nodes[origin];
    return (struct cairn_bytes){.data = (const uint8_t *)node->origin, .size = node->origin_bytes};
}

/* ---- checkpoints ---- */

/* Is this line by a key of this type that documents give for the origin of its name?
 *
 * gives   CAIRN_OK, or CAIRN_NOTE_SIGNATURE; *out_origin its number */
static cairn_err verify_line(struct cairn_verify *verify, const struct cairn_note_line *line,
                             uint8_t type, struct cairn_verify_witness *out)
{
    uint32_t first = cairn_verify_origin(verify, line->name);
    for (uint32_t i = first; first != VERIFY_NONE && i < verify->node_count; i++) {
        const struct verify_node *node = &verify->nodes[i];
        struct cairn_note_key key = {.name = cairn_verify_origin_text(verify, i), .type = type};
        memcpy(key.public_key, type == CAIRN_NOTE_ED25519 ? node->log : node->witness, 32);
        uint8_t id[4];
        cairn_note_key_id(&key, id);
        if (node->first != first || memcmp(id, line->key_id, sizeof id) != 0) {
            continue;
        }
        uint64_t time_s;
        cairn_err err =
            cairn_note_verify(verify->suite, &verify->note, &key, &verify->arena, &time_s);
        if (err == CAIRN_OK && time_s <= TIME_S_MAX) {
            *out = (struct cairn_verify_witness){.origin = key.name, .time_s = time_s};
            return CAIRN_OK;
        }
    }
    return CAIRN_NOTE_SIGNATURE;
}

static bool verify_is_repeated(const struct cairn_note *note, uint32_t number)
{
    const struct cairn_note_line *line = &note->lines[number];
    for (uint32_t i = 0; i < number; i++) {
        if (memcmp(note->lines[i].key_id, line->key_id, sizeof line->key_id) == 0 &&
            cairn_bytes_is_equal(note->lines[i].name, line->name)) {
            return true;
        }
    }
    return false;
}

/* Every line is known and good, none stands twice, one is by the log key. source P-82 */
static cairn_err verify_lines(struct cairn_verify *verify, uint32_t origin)
{
    bool is_signed = false;
    for (uint32_t i = 0; i < verify->note.line_count; i++) {
        const struct cairn_note_line *line = &verify->note.lines[i];
        struct cairn_verify_witness witness;
        if (verify_is_repeated(&verify->note, i)) {
            return cairn_verify_fail(verify, CAIRN_NOTE, "two signature lines by one key");
        }
        bool is_own = cairn_bytes_is_equal(line->name, cairn_verify_origin_text(verify, origin));
        if (is_own && verify_line(verify, line, CAIRN_NOTE_ED25519, &witness) == CAIRN_OK) {
            is_signed = true;
            continue;
        }
        if (verify_line(verify, line, CAIRN_NOTE_COSIGNATURE, &witness) != CAIRN_OK) {
            return cairn_verify_fail(verify, CAIRN_NOTE_SIGNATURE,
                                     "signature line is unknown or does not verify");
        }
        verify->witnesses[verify->witness_count++] = witness;
    }
    if (!is_signed) {
        return cairn_verify_fail(verify, CAIRN_NOTE_SIGNATURE,
                                 "checkpoint without the log's signature");
    }
    return CAIRN_OK;
}

/* The row of this checkpoint, or a free one; NULL: there is none. */
static struct verify_checkpoint *verify_checkpoint_find(struct cairn_verify *verify,
                                                        uint32_t origin, uint64_t size)
{
    for (uint32_t i = verify->checkpoint_count; i > 0; i--) { /* mostly it is the last one */
        struct verify_checkpoint *held = &verify->checkpoints[i - 1];
        if (held->origin == origin && held->size == size) {
            return held;
        }
    }
    if (verify->checkpoint_count == verify->limits.checkpoints) {
        return NULL;
    }
    return &verify->checkpoints[verify->checkpoint_count];
}

static cairn_err verify_checkpoint_keep(struct cairn_verify *verify, uint32_t origin,
                                        const struct cairn_checkpoint *checkpoint,
                                        const uint8_t note_hash[static 32])
{
    struct verify_checkpoint *held = verify_checkpoint_find(verify, origin, checkpoint->size);
    if (held == NULL) {
        return cairn_verify_fail(verify, CAIRN_FULL, "more checkpoints than this verifier holds");
    }
    if (held == &verify->checkpoints[verify->checkpoint_count]) {
        *held = (struct verify_checkpoint){.origin = origin, .size = checkpoint->size};
        memcpy(held->root, checkpoint->root, 32);
        verify->checkpoint_count++;
        verify->result.counts.checkpoints++;
    } else if (!cairn_bytes_is_same32(held->root, checkpoint->root)) {
        return cairn_verify_fail(verify, CAIRN_PEER_FORK,
                                 "fork: two checkpoints of one size with different roots");
    }
    memcpy(held->note_hash, note_hash, 32);
    return CAIRN_OK;
}

cairn_err cairn_verify_checkpoint(struct cairn_verify *verify, struct cairn_bytes note,
                                  uint32_t origin, struct cairn_checkpoint *out)
{
    uint8_t note_hash[32];
    cairn_sha256_of(note, note_hash);
    CAIRN_TRY(cairn_note_split(note, &verify->arena, &verify->note));
    CAIRN_TRY(cairn_note_decode_checkpoint(verify->note.text, out));
    if (!cairn_bytes_is_equal(out->origin, cairn_verify_origin_text(verify, origin))) {
        return cairn_verify_fail(verify, CAIRN_CHECKPOINT, "checkpoint of another origin");
    }
    const struct verify_checkpoint *held = verify_checkpoint_find(verify, origin, out->size);
    bool is_known = held != NULL && held != &verify->checkpoints[verify->checkpoint_count] &&
                    cairn_bytes_is_same32(held->note_hash, note_hash);
    if (is_known && verify->head.scope.type != CAIRN_SCOPE_WITHHELD) {
        return CAIRN_OK; /* these very bytes were checked before; a withheld leaf names its own */
    }
    CAIRN_TRY(verify_lines(verify, origin));
    CAIRN_TRY(verify_checkpoint_keep(verify, origin, out, note_hash));
    verify->result.counts.cosignatures += is_known ? 0 : verify->witness_count;
    return CAIRN_OK;
}

/* ---- what an operator compared ---- */

static struct cairn_bytes verify_trim(struct cairn_bytes text)
{
    static const char space[] = " \t\r\n";
    while (text.size > 0 && memchr(space, text.data[text.size - 1], sizeof space - 1) != NULL) {
        text.size--;
    }
    while (text.size > 0 && memchr(space, text.data[0], sizeof space - 1) != NULL) {
        text = (struct cairn_bytes){.data = text.data + 1, .size = text.size - 1};
    }
    return text;
}

cairn_err cairn_verify_read_trust(struct cairn_verify *verify, struct cairn_bytes text,
                                  uint8_t out_fingerprint[static 16])
{
    CAIRN_REQUIRE(verify->phase == VERIFY_MAGIC);
    CAIRN_REQUIRE(verify->filled == 0);
    struct cairn_country_doc doc;
    size_t fault_at;
    cairn_arena_reset(&verify->arena);
    cairn_err err = cairn_proquint_decode(verify_trim(text), out_fingerprint);
    if (err == CAIRN_OK || text.size < 2 * (size_t)CAIRN_PROQUINT_BYTES) {
        return err;
    }
    CAIRN_TRY(cairn_note_split(text, &verify->arena, &verify->note));
    CAIRN_TRY(cairn_country_decode(verify->note.text, &doc, &fault_at));
    CAIRN_TRY(cairn_roster_read(verify->suite, doc.network, text, &verify->arena, &doc));
    cairn_roster_fingerprint(doc.network, doc.root, out_fingerprint);
    return CAIRN_OK;
}
