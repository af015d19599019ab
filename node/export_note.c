#include "node/export_withheld.h"

#include <stdlib.h>
#include <string.h>

#include "replication/action.h"
#include "schema/origin.h"

/* ---- which countries ---- */

static cairn_err export_need_country(struct cairn_export *bundle, const uint8_t *code)
{
    for (uint32_t i = 0; i < bundle->country_count; i++) {
        if (memcmp(bundle->countries[i], code, 3) == 0) {
            return CAIRN_OK;
        }
    }
    void *grown = realloc(bundle->countries, (bundle->country_count + 1) * sizeof(char[4]));
    if (grown == NULL) {
        return CAIRN_MEMORY;
    }
    bundle->countries = grown;
    memset(bundle->countries[bundle->country_count], 0, 4);
    memcpy(bundle->countries[bundle->country_count++], code, 3);
    return CAIRN_OK;
}

static cairn_err export_split(struct cairn_export *bundle, struct cairn_bytes shown,
                              struct cairn_note *out)
{
    struct cairn_arena arena;
    cairn_arena_init(&arena, bundle->arena, EXPORT_ARENA);
    cairn_err err = cairn_note_split(shown, &arena, out);
    return err == CAIRN_OK ? CAIRN_OK : CAIRN_DISK_CORRUPT;
}

/* What is done with each checkpoint that is shown. */
typedef cairn_err export_visit(struct cairn_export *bundle, const struct export_journal *journal,
                               struct cairn_bytes *note);

static cairn_err export_visit_notes(struct cairn_export *bundle, export_visit *visit)
{
    for (uint32_t i = 0; i < bundle->journal_count; i++) {
        if (bundle->journals[i].is_wanted) {
            CAIRN_TRY(visit(bundle, &bundle->journals[i], &bundle->journals[i].note));
        }
    }
    for (uint32_t i = 0; i < bundle->withheld_count; i++) {
        struct export_withheld *withheld = &bundle->withheld[i];
        uint32_t author = bundle->feeds[withheld->feed].journal;
        uint32_t own = bundle->feeds[withheld->statement.feed].journal;
        CAIRN_TRY(visit(bundle, &bundle->journals[author], &withheld->checkpoint.note));
        CAIRN_TRY(visit(bundle, &bundle->journals[own], &withheld->statement.checkpoint.note));
    }
    return CAIRN_OK;
}

/* Its author, and who cosigned it. */
static cairn_err export_find_countries(struct cairn_export *bundle,
                                       const struct export_journal *journal,
                                       struct cairn_bytes *shown)
{
    struct cairn_note note;
    CAIRN_TRY(export_need_country(bundle, (const uint8_t *)journal->country));
    CAIRN_TRY(export_split(bundle, *shown, &note));
    for (uint32_t line = 0; line < note.line_count; line++) {
        struct cairn_origin origin;
        if (cairn_origin_parse(note.lines[line].name, &origin) == CAIRN_OK) {
            CAIRN_TRY(export_need_country(bundle, origin.country.data));
        }
    }
    return CAIRN_OK;
}

/* ---- documents ---- */

struct export_documents {
    struct cairn_export *bundle;
    uint32_t first; /* of this country */
    cairn_err err;
};

/* source P-12 */
static bool export_follows(const struct export_document *before,
                           const struct cairn_country_doc *doc)
{
    uint8_t digest[32];
    cairn_sha256_of((struct cairn_bytes){doc->root, sizeof doc->root}, digest);
    bool is_same_root = cairn_bytes_is_same32(before->doc.root, doc->root);
    if (doc->serial <= before->doc.serial ||
        (!is_same_root && !cairn_bytes_is_same32(before->doc.next_root, digest))) {
        return false;
    }
    cairn_sha256_of(before->note, digest);
    bool is_next = doc->serial == before->doc.serial + 1;
    return !is_next || !doc->has_previous || cairn_bytes_is_same32(doc->previous, digest);
}

/* A document that does not follow the ones before it begins anew: they are left out. */
static cairn_err export_add_document(struct export_documents *documents, struct cairn_bytes note)
{
    struct cairn_export *bundle = documents->bundle;
    struct cairn_arena arena;
    struct cairn_note split;
    size_t fault_at;
    void *grown =
        realloc(bundle->documents, (bundle->document_count + 1) * sizeof *bundle->documents);
    if (grown == NULL) {
        return CAIRN_MEMORY;
    }
    bundle->documents = grown;
    struct export_document *added = &bundle->documents[bundle->document_count];
    CAIRN_TRY(cairn_export_copy(note, &added->note));
    bundle->document_count++;
    cairn_arena_init(&arena, bundle->arena, EXPORT_ARENA);
    if (cairn_note_split(added->note, &arena, &split) != CAIRN_OK ||
        cairn_country_decode(split.text, &added->doc, &fault_at) != CAIRN_OK) {
        return CAIRN_DISK_CORRUPT;
    }
    uint32_t last = bundle->document_count - 1;
    if (last > documents->first && !export_follows(added - 1, &added->doc)) {
        for (uint32_t i = documents->first; i < last; i++) {
            cairn_export_free(bundle->documents[i].note);
        }
        bundle->documents[documents->first] = *added;
        bundle->document_count = documents->first + 1;
    }
    return CAIRN_OK;
}

static bool export_document_row(void *host, struct cairn_bytes key, struct cairn_bytes value)
{
    struct export_documents *documents = host;
    (void)key;
    documents->err = export_add_document(documents, value);
    return documents->err == CAIRN_OK;
}

static cairn_err export_load_documents(struct cairn_export *bundle, const char *code)
{
    struct export_documents documents = {.bundle = bundle, .first = bundle->document_count};
    struct cairn_key key = {.table = CAIRN_TABLE_NOTE};
    uint8_t digest[32], first[CAIRN_KEY_BYTES], last[CAIRN_KEY_BYTES];
    cairn_sha256_of((struct cairn_bytes){(const uint8_t *)code, 3}, digest);
    memcpy(key.id, digest, sizeof key.id);
    cairn_key_encode(&key, first);
    key.index = UINT64_MAX;
    cairn_key_encode(&key, last);
    struct cairn_store_range range = {.from = {first, sizeof first}, .to = {last, sizeof last}};
    CAIRN_TRY(cairn_store_scan(bundle->log, &range, export_document_row, &documents));
    return documents.err;
}

/* ---- signature lines ---- */

static bool export_is_key(const struct cairn_note_line *line, uint8_t type,
                          const uint8_t public_key[static 32])
{
    struct cairn_note_key key = {.name = line->name, .type = type};
    uint8_t id[4];
    memcpy(key.public_key, public_key, sizeof key.public_key);
    cairn_note_key_id(&key, id);
    return memcmp(id, line->key_id, sizeof id) == 0;
}

/* A key that a document gives to an origin. */
struct export_key {
    struct cairn_bytes node; /* name */
    uint64_t incarnation;
    const uint8_t *key; /* 32 bytes */
    uint8_t type;
};

static bool export_is_line(const struct cairn_note_line *line, const struct cairn_country_doc *doc,
                           const struct export_key *given)
{
    char origin[CAIRN_LIMIT_ORIGIN_BYTES + 1];
    cairn_err err =
        cairn_origin_make(doc->network, doc->country, given->node, given->incarnation, origin);
    return err == CAIRN_OK && cairn_bytes_is_equal(line->name, cairn_bytes_of(origin)) &&
           export_is_key(line, given->type, given->key);
}

/* Does a document that is shown give this line's key? A verifier refuses any other line. */
static bool export_is_explained(const struct cairn_export *bundle,
                                const struct cairn_note_line *line, bool is_log)
{
    struct export_key given = {.type = is_log ? CAIRN_NOTE_ED25519 : CAIRN_NOTE_COSIGNATURE};
    bool is_explained = false;
    for (uint32_t i = 0; i < bundle->document_count && !is_explained; i++) {
        const struct cairn_country_doc *doc = &bundle->documents[i].doc;
        for (uint32_t j = 0; j < doc->node_count && !is_explained; j++) {
            given.node = doc->nodes[j].name;
            given.incarnation = doc->nodes[j].incarnation;
            given.key = is_log ? doc->nodes[j].log : doc->nodes[j].witness;
            is_explained = export_is_line(line, doc, &given);
        }
        for (uint32_t j = 0; j < doc->ended_count && !is_explained; j++) {
            given.node = doc->ended[j].name;
            given.incarnation = doc->ended[j].incarnation;
            given.key = is_log ? doc->ended[j].log : doc->ended[j].witness;
            is_explained = export_is_line(line, doc, &given);
        }
    }
    return is_explained;
}

/* The note again with the lines that are explained; the log's must be among them. */
static cairn_err export_filter_lines(struct cairn_export *bundle,
                                     const struct export_journal *journal,
                                     struct cairn_bytes *shown)
{
    struct cairn_note note;
    struct cairn_note_writer writer;
    bool is_signed = false;
    CAIRN_TRY(export_split(bundle, *shown, &note));
    uint8_t *kept = malloc(shown->size);
    if (kept == NULL) {
        return CAIRN_MEMORY;
    }
    cairn_note_writer_init(&writer, kept, shown->size);
    cairn_err err = cairn_note_put_text(&writer, note.text);
    for (uint32_t i = 0; i < note.line_count && err == CAIRN_OK; i++) {
        const struct cairn_note_line *line = &note.lines[i];
        bool is_own = cairn_bytes_is_equal(line->name, cairn_bytes_of(journal->origin));
        bool is_log = is_own && export_is_explained(bundle, line, true);
        is_signed = is_signed || is_log;
        if (is_log || export_is_explained(bundle, line, false)) {
            err = cairn_note_put_raw(&writer, line->raw);
        }
    }
    if (err != CAIRN_OK || !is_signed) {
        free(kept);
        return err != CAIRN_OK ? err : CAIRN_DOCUMENT;
    }
    cairn_export_free(*shown);
    *shown = (struct cairn_bytes){.data = kept, .size = writer.size};
    return CAIRN_OK;
}

cairn_err cairn_export_notes(struct cairn_export *bundle)
{
    CAIRN_TRY(export_visit_notes(bundle, export_find_countries));
    for (uint32_t i = 0; i < bundle->country_count; i++) {
        CAIRN_TRY(export_load_documents(bundle, bundle->countries[i]));
    }
    return export_visit_notes(bundle, export_filter_lines);
}
