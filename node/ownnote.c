#include "node/ownnote.h"

#include <stdio.h>
#include <string.h>

#include "crypto/note.h"
#include "node/file.h"

#define OWNNOTE_PATH        "documents/own.note"
#define OWNNOTE_ARENA_BYTES (32u << 10)

cairn_err cairn_ownnote_read(const char *dir, struct cairn_ownnote *out)
{
    char path[CAIRN_FILE_PATH_MAX];
    uint8_t memory[OWNNOTE_ARENA_BYTES];
    struct cairn_arena arena;
    struct cairn_note note;
    size_t fault_at = 0;
    CAIRN_TRY(cairn_file_path(dir, OWNNOTE_PATH, path));
    CAIRN_TRY(cairn_file_read(path, out->bytes, sizeof out->bytes, &out->size));
    cairn_arena_init(&arena, memory, sizeof memory);
    CAIRN_TRY(cairn_note_split((struct cairn_bytes){.data = out->bytes, .size = out->size}, &arena,
                               &note));
    return cairn_country_decode(note.text, &out->doc, &fault_at);
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

cairn_err cairn_ownnote_write(const char *dir, const struct cairn_ownnote *note, bool is_replace)
{
    char path[CAIRN_FILE_PATH_MAX];
    const struct cairn_file_how how = {.mode = 0644, .is_replace = is_replace};
    CAIRN_TRY(cairn_file_path(dir, "documents", path));
    CAIRN_TRY(cairn_file_make_dir(path));
    CAIRN_TRY(cairn_file_path(dir, OWNNOTE_PATH, path));
    return cairn_file_write(path, (struct cairn_bytes){.data = note->bytes, .size = note->size},
                            &how);
}

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
