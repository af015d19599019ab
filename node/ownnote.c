#include "node/ownnote.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "crypto/note.h"
#include "node/file.h"
#include "schema/base/decimal.h"

#define OWNNOTE_PATH        "documents/own.note"
#define OWNNOTE_ARENA_BYTES (32u << 10)
#define OWNNOTE_NAME_BYTES  40u /* documents/, 20 digits, .note */

static cairn_err ownnote_load(const char *dir, const char *name, struct cairn_ownnote *out)
{
    char path[CAIRN_FILE_PATH_MAX];
    uint8_t memory[OWNNOTE_ARENA_BYTES];
    struct cairn_arena arena;
    struct cairn_note note;
    size_t fault_at = 0;
    CAIRN_TRY(cairn_file_path(dir, name, path));
    CAIRN_TRY(cairn_file_read(path, out->bytes, sizeof out->bytes, &out->size));
    cairn_arena_init(&arena, memory, sizeof memory);
    CAIRN_TRY(cairn_note_split((struct cairn_bytes){.data = out->bytes, .size = out->size}, &arena,
                               &note));
    return cairn_country_decode(note.text, &out->doc, &fault_at);
}

cairn_err cairn_ownnote_read(const char *dir, struct cairn_ownnote *out)
{
    return ownnote_load(dir, OWNNOTE_PATH, out);
}

cairn_err cairn_ownnote_sign(struct cairn_country_doc *doc, const uint8_t root_seed[static 32],
                             const struct cairn_suite *suite, struct cairn_ownnote *out)
{
    uint8_t buffer[CAIRN_LIMIT_NOTE_BYTES];
    uint8_t signature[64];
    char name[CAIRN_LIMIT_NETWORK_BYTES + 5];
    struct cairn_bytes text;
    struct cairn_note_writer writer;
    cairn_suite_sign_public(suite, root_seed, doc->root);
    CAIRN_TRY(cairn_country_encode(doc, buffer, sizeof buffer, &text));
    (void)snprintf(name, sizeof name, "%.*s/%.*s", (int)doc->network.size,
                   (const char *)doc->network.data, (int)doc->country.size,
                   (const char *)doc->country.data);
    struct cairn_note_key key = {.name = cairn_bytes_of(name), .type = CAIRN_NOTE_ED25519};
    memcpy(key.public_key, doc->root, 32);
    cairn_suite_sign(suite, root_seed, text, signature);
    cairn_note_writer_init(&writer, out->bytes, sizeof out->bytes);
    CAIRN_TRY(cairn_note_put_text(&writer, text));
    CAIRN_TRY(cairn_note_append_signature(&writer, &key, 0, signature));
    out->doc = *doc;
    out->size = writer.size;
    return CAIRN_OK;
}

static cairn_err ownnote_save(const char *dir, const char *name, const struct cairn_ownnote *note,
                              bool is_replace)
{
    char path[CAIRN_FILE_PATH_MAX];
    const struct cairn_file_how how = {.mode = 0644, .is_replace = is_replace};
    CAIRN_TRY(cairn_file_path(dir, "documents", path));
    CAIRN_TRY(cairn_file_make_dir(path));
    CAIRN_TRY(cairn_file_path(dir, name, path));
    return cairn_file_write(path, (struct cairn_bytes){.data = note->bytes, .size = note->size},
                            &how);
}

cairn_err cairn_ownnote_write(const char *dir, const struct cairn_ownnote *note, bool is_replace)
{
    return ownnote_save(dir, OWNNOTE_PATH, note, is_replace);
}

/* ---- those of before ---- */

static void ownnote_name(uint64_t serial, char out[static OWNNOTE_NAME_BYTES])
{
    (void)snprintf(out, OWNNOTE_NAME_BYTES, "documents/%" PRIu64 ".note", serial);
}

/* Does the document before it lie here, and bear another root key? */
static bool ownnote_is_first(const char *dir, const struct cairn_ownnote *note)
{
    struct cairn_ownnote before;
    return cairn_ownnote_read_kept(dir, note->doc.serial - 1, &before) == CAIRN_OK &&
           !cairn_bytes_is_same32(before.doc.root, note->doc.root);
}

cairn_err cairn_ownnote_keep(const char *dir, const struct cairn_ownnote *old, bool is_last)
{
    char name[OWNNOTE_NAME_BYTES];
    if (!is_last && !ownnote_is_first(dir, old)) {
        return CAIRN_OK;
    }
    ownnote_name(old->doc.serial, name);
    return ownnote_save(dir, name, old, true);
}

cairn_err cairn_ownnote_read_kept(const char *dir, uint64_t serial, struct cairn_ownnote *out)
{
    char name[OWNNOTE_NAME_BYTES];
    ownnote_name(serial, name);
    CAIRN_TRY(ownnote_load(dir, name, out));
    return out->doc.serial == serial ? CAIRN_OK : CAIRN_DOCUMENT;
}

/* 0: it is not the name of one. */
static uint64_t ownnote_serial(const char *name)
{
    uint64_t serial = 0;
    const char *end = strstr(name, ".note");
    struct cairn_bytes digits = {.data = (const uint8_t *)name};
    if (end == NULL || strcmp(end, ".note") != 0) {
        return 0;
    }
    digits.size = (size_t)(end - name);
    return cairn_decimal_parse(digits, 1, UINT64_MAX, &serial) == CAIRN_OK ? serial : 0;
}

bool cairn_ownnote_next_kept(const char *dir, uint64_t above, uint64_t *out_serial)
{
    char path[CAIRN_FILE_PATH_MAX];
    uint64_t found = 0;
    if (cairn_file_path(dir, "documents", path) != CAIRN_OK) {
        return false;
    }
    DIR *list = opendir(path);
    for (struct dirent *entry = list == NULL ? NULL : readdir(list); entry != NULL;
         entry = readdir(list)) {
        uint64_t serial = ownnote_serial(entry->d_name);
        found = serial > above && (found == 0 || serial < found) ? serial : found;
    }
    if (list != NULL) {
        (void)closedir(list);
    }
    if (found != 0) {
        *out_serial = found;
    }
    return found != 0;
}

/* ---- the nodes in it ---- */

/* The lowest incarnation of a name that is above `above`. */
static const struct cairn_country_node *ownnote_find(const struct cairn_country_doc *doc,
                                                     const char *name, uint64_t above)
{
    const struct cairn_country_node *found = NULL;
    for (uint32_t i = 0; i < doc->node_count; i++) {
        const struct cairn_country_node *node = &doc->nodes[i];
        if (cairn_bytes_is_equal(node->name, cairn_bytes_of(name)) && node->incarnation > above &&
            (found == NULL || node->incarnation < found->incarnation)) {
            found = node;
        }
    }
    return found;
}

const struct cairn_country_node *cairn_ownnote_node(const struct cairn_country_doc *doc,
                                                    const char *name)
{
    return ownnote_find(doc, name, 0);
}

const struct cairn_country_node *cairn_ownnote_announced(const struct cairn_country_doc *doc,
                                                         const char *name)
{
    const struct cairn_country_node *node = ownnote_find(doc, name, 0);
    return node == NULL ? NULL : ownnote_find(doc, name, node->incarnation);
}
