#include "node/notecard.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/hash.h"
#include "crypto/note.h"
#include "schema/base/civil.h"

#define NOTECARD_ARENA_BYTES ((size_t)4 * CAIRN_LIMIT_NOTE_BYTES)

static void notecard_copy(struct cairn_bytes text, char *out, size_t capacity)
{
    size_t size = text.size < capacity - 1 ? text.size : capacity - 1;
    memcpy(out, text.data, size);
    out[size] = '\0';
}

/* source P-13 */
static void notecard_fingerprint(struct cairn_bytes network, const uint8_t root[static 32],
                                 char out[static CAIRN_PROQUINT_BYTES + 1])
{
    static const uint8_t label[] = "cairn country v1";
    struct cairn_sha256 hash;
    uint8_t digest[32];
    cairn_sha256_init(&hash);
    cairn_sha256_update(&hash, (struct cairn_bytes){label, sizeof label});
    cairn_sha256_update(&hash, network);
    cairn_sha256_update(&hash, cairn_bytes_of("\n"));
    cairn_sha256_update(&hash, (struct cairn_bytes){root, 32});
    cairn_sha256_final(&hash, digest);
    cairn_proquint_encode(digest, out);
}

static void notecard_fill(const struct cairn_country_doc *doc, struct cairn_notecard *out)
{
    memset(out, 0, sizeof *out);
    notecard_copy(doc->network, out->network, sizeof out->network);
    notecard_copy(doc->country, out->country, sizeof out->country);
    notecard_fingerprint(doc->network, doc->root, out->fingerprint);
    out->serial = doc->serial;
    out->valid_from_ms = doc->valid_from_ms;
    out->valid_until_ms = doc->valid_until_ms;
    out->node_count = doc->node_count;
    for (uint32_t at = 0; at < doc->node_count; at++) {
        const struct cairn_country_node *node = &doc->nodes[at];
        const char *endpoint = node->endpoint.size == 0 ? "-" : (const char *)node->endpoint.data;
        size_t size = node->endpoint.size == 0 ? 1 : node->endpoint.size;
        snprintf(out->nodes[at], sizeof out->nodes[at], "%.*s/%" PRIu64 " %.*s",
                 (int)node->name.size, (const char *)node->name.data, node->incarnation, (int)size,
                 endpoint);
    }
}

/* The name of root signatures is NETWORK/COUNTRY. source P-10 */
static cairn_err notecard_verify(const struct cairn_note *note, const struct cairn_country_doc *doc,
                                 struct cairn_arena *arena)
{
    char name[CAIRN_LIMIT_NETWORK_BYTES + 5];
    struct cairn_suite suite;
    uint64_t time_s;
    snprintf(name, sizeof name, "%.*s/%.*s", (int)doc->network.size,
             (const char *)doc->network.data, (int)doc->country.size,
             (const char *)doc->country.data);
    struct cairn_note_key key = {.name = cairn_bytes_of(name), .type = CAIRN_NOTE_ED25519};
    memcpy(key.public_key, doc->root, sizeof key.public_key);
    CAIRN_TRY(cairn_suite_open_real(&suite));
    cairn_err err = cairn_note_verify(&suite, note, &key, arena, &time_s);
    cairn_suite_close(&suite);
    return err;
}

static cairn_err notecard_decode(struct cairn_bytes bytes, struct cairn_arena *arena,
                                 struct cairn_notecard *out)
{
    struct cairn_country_doc doc;
    size_t fault_at = 0;
    struct cairn_note *note = cairn_arena_take(arena, sizeof *note);
    if (note == NULL) {
        return CAIRN_NO_ROOM;
    }
    CAIRN_TRY(cairn_note_split(bytes, arena, note));
    CAIRN_TRY(cairn_country_decode(note->text, &doc, &fault_at));
    CAIRN_TRY(notecard_verify(note, &doc, arena));
    notecard_fill(&doc, out);
    return CAIRN_OK;
}

cairn_err cairn_notecard_read(struct cairn_bytes note, struct cairn_notecard *out)
{
    struct cairn_arena arena;
    uint8_t *memory = malloc(NOTECARD_ARENA_BYTES);
    if (memory == NULL) {
        return CAIRN_MEMORY;
    }
    cairn_arena_init(&arena, memory, NOTECARD_ARENA_BYTES);
    cairn_err err = notecard_decode(note, &arena, out);
    free(memory);
    return err;
}

json_t *cairn_notecard_json(const struct cairn_notecard *card, struct cairn_bytes note)
{
    char from[25];
    char until[25];
    cairn_civil_write_time_ms(card->valid_from_ms, from);
    cairn_civil_write_time_ms(card->valid_until_ms, until);
    json_t *nodes = json_array();
    for (uint32_t at = 0; at < card->node_count; at++) {
        (void)json_array_append_new(nodes, json_string(card->nodes[at]));
    }
    json_t *body = json_pack("{s:s, s:s, s:s, s:I, s:s, s:s, s:o}", "country", card->country,
                             "network", card->network, "fingerprint", card->fingerprint, "serial",
                             (json_int_t)card->serial, "valid_from", from, "valid_until", until,
                             "nodes", nodes);
    if (body != NULL && note.size > 0) {
        (void)json_object_set_new(body, "note", json_stringn((const char *)note.data, note.size));
    }
    return body;
}

bool cairn_notecard_is_same(const struct cairn_notecard *card, struct cairn_bytes words)
{
    if (words.size != CAIRN_PROQUINT_BYTES) {
        return false;
    }
    for (size_t at = 0; at < words.size; at++) {
        char letter = (char)words.data[at];
        letter = letter >= 'A' && letter <= 'Z' ? (char)(letter - 'A' + 'a') : letter;
        letter = letter == ' ' ? '-' : letter;
        if (letter != card->fingerprint[at]) {
            return false;
        }
    }
    return true;
}
