#include "schema/country.h"

#include "schema/base/base64.h"
#include "schema/base/check.h"
#include "schema/base/civil.h"
#include "schema/base/decimal.h"
#include "schema/base/id.h"

#include <string.h>

#define COUNTRY_HOST_BYTES 255u
#define COUNTRY_KEY_CHARS  CAIRN_BASE64_SIZE(32u)

static bool country_is_host(struct cairn_bytes host)
{
    bool is_address = host.size > 2 && host.data[0] == '[' && host.data[host.size - 1] == ']';
    if (is_address) {
        host = (struct cairn_bytes){.data = host.data + 1, .size = host.size - 2};
    }
    if (host.size == 0 || host.size > COUNTRY_HOST_BYTES) {
        return false;
    }
    for (size_t i = 0; i < host.size; i++) {
        uint8_t c = host.data[i];
        bool is_hex = (c >= 'a' && c <= 'f') || (c >= '0' && c <= '9');
        bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        bool is_allowed = is_address ? is_hex || c == ':' || c == '.'
                                     : is_hex || is_letter || c == '-' || c == '.';
        if (!is_allowed) {
            return false;
        }
    }
    return true;
}

static bool country_is_endpoint(struct cairn_bytes text)
{
    size_t host_bytes = text.size;
    while (host_bytes > 0 && text.data[host_bytes - 1] != ':') {
        host_bytes--;
    }
    if (host_bytes == 0 || text.size > CAIRN_COUNTRY_ENDPOINT_BYTES) {
        return false;
    }
    struct cairn_bytes host = {.data = text.data, .size = host_bytes - 1};
    struct cairn_bytes port = {.data = text.data + host_bytes, .size = text.size - host_bytes};
    uint64_t number;
    return country_is_host(host) && cairn_decimal_parse(port, 1, UINT16_MAX, &number) == CAIRN_OK;
}

struct country_writer {
    char *data;
    size_t size;
    size_t capacity;
    bool is_full;
};

static void country_put(struct country_writer *writer, struct cairn_bytes text)
{
    if (writer->is_full || text.size > writer->capacity - writer->size) {
        writer->is_full = true;
        return;
    }
    if (text.size > 0) {
        memcpy(writer->data + writer->size, text.data, text.size);
        writer->size += text.size;
    }
}

static void country_put_text(struct country_writer *writer, const char *text)
{
    country_put(writer, cairn_bytes_of(text));
}

static void country_put_number(struct country_writer *writer, uint64_t value)
{
    char digits[CAIRN_DECIMAL_MAX_BYTES];
    size_t size = cairn_decimal_write(value, digits);
    country_put(writer, (struct cairn_bytes){.data = (const uint8_t *)digits, .size = size});
}

static void country_put_key(struct country_writer *writer, const uint8_t key[static 32])
{
    uint8_t text[COUNTRY_KEY_CHARS];
    size_t size = 0;
    struct cairn_bytes bytes = {.data = key, .size = 32};
    cairn_err err = cairn_base64_encode(bytes, text, sizeof text, &size);
    CAIRN_REQUIRE(err == CAIRN_OK);
    country_put(writer, (struct cairn_bytes){.data = text, .size = size});
}

static void country_put_name(struct country_writer *writer, struct cairn_bytes name,
                             uint64_t incarnation)
{
    country_put(writer, name);
    country_put_text(writer, " ");
    country_put_number(writer, incarnation);
    country_put_text(writer, " ");
}

static void country_put_node(struct country_writer *writer, const struct cairn_country_node *node)
{
    country_put_text(writer, "node ");
    country_put_name(writer, node->name, node->incarnation);
    country_put_key(writer, node->log);
    country_put_text(writer, " ");
    country_put_key(writer, node->witness);
    country_put_text(writer, " ");
    country_put_key(writer, node->tls_spki);
    country_put_text(writer, " ");
    country_put(writer, node->endpoint.size == 0 ? cairn_bytes_of("-") : node->endpoint);
    country_put_text(writer, "\n");
}

static void country_put_ended(struct country_writer *writer,
                              const struct cairn_country_ended *ended)
{
    country_put_text(writer, "ended ");
    country_put_name(writer, ended->name, ended->incarnation);
    country_put_key(writer, ended->log);
    country_put_text(writer, " ");
    country_put_key(writer, ended->witness);
    country_put_text(writer, " ");
    country_put_number(writer, ended->size);
    country_put_text(writer, " ");
    country_put_key(writer, ended->root);
    country_put_text(writer, "\n");
}

static void country_put_time(struct country_writer *writer, uint64_t time_ms)
{
    char text[CAIRN_CIVIL_TIME_BYTES + 1];
    cairn_civil_write_time(time_ms / 1000, text);
    country_put_text(writer, text);
}

static void country_write(struct country_writer *writer, const struct cairn_country_doc *doc)
{
    country_put_text(writer, "cairn country 1\nnetwork ");
    country_put(writer, doc->network);
    country_put_text(writer, "\ncountry ");
    country_put(writer, doc->country);
    country_put_text(writer, "\nserial ");
    country_put_number(writer, doc->serial);
    country_put_text(writer, "\nroot ");
    country_put_key(writer, doc->root);
    country_put_text(writer, "\nnext-root ");
    country_put_key(writer, doc->next_root);
    country_put_text(writer, "\n");
    for (uint32_t i = 0; i < doc->sealing_count; i++) {
        country_put_text(writer, "sealing ");
        country_put_number(writer, doc->sealing[i].number);
        country_put_text(writer, " ");
        country_put_key(writer, doc->sealing[i].key);
        country_put_text(writer, "\n");
    }
    for (uint32_t i = 0; i < doc->sealing_count; i++) {
        if (doc->sealing[i].is_lost) {
            country_put_text(writer, "lost ");
            country_put_number(writer, doc->sealing[i].number);
            country_put_text(writer, "\n");
        }
    }
    for (uint32_t i = 0; i < doc->node_count; i++) {
        country_put_node(writer, &doc->nodes[i]);
    }
    for (uint32_t i = 0; i < doc->ended_count; i++) {
        country_put_ended(writer, &doc->ended[i]);
    }
    country_put_text(writer, "kinds ");
    country_put_number(writer, doc->kinds);
    country_put_text(writer, "\nvalid ");
    country_put_time(writer, doc->valid_from_ms);
    country_put_text(writer, " ");
    country_put_time(writer, doc->valid_until_ms);
    country_put_text(writer, "\nprevious ");
    if (doc->has_previous) {
        country_put_key(writer, doc->previous);
        country_put_text(writer, "\n");
    } else {
        country_put_text(writer, "-\n");
    }
}

static bool country_is_time(uint64_t time_ms)
{
    return time_ms % 1000 == 0 && time_ms / 1000 <= CAIRN_CIVIL_TIME_S_MAX;
}

/* What could not be written, or would be read back as something else. */
static cairn_err country_check_writable(const struct cairn_country_doc *doc)
{
    if (doc->sealing_count > CAIRN_COUNTRY_SEALING_MAX ||
        doc->node_count > CAIRN_COUNTRY_NODES_MAX || doc->ended_count > CAIRN_COUNTRY_ENDED_MAX) {
        return CAIRN_TOO_LONG;
    }
    if (!cairn_country_is_name(doc->network) || !cairn_id_is_country(doc->country)) {
        return CAIRN_DOCUMENT;
    }
    for (uint32_t i = 0; i < doc->node_count; i++) {
        const struct cairn_country_node *node = &doc->nodes[i];
        bool has_endpoint = node->endpoint.size > 0;
        if (!cairn_country_is_name(node->name) ||
            (has_endpoint && !country_is_endpoint(node->endpoint))) {
            return CAIRN_DOCUMENT;
        }
    }
    for (uint32_t i = 0; i < doc->ended_count; i++) {
        if (!cairn_country_is_name(doc->ended[i].name)) {
            return CAIRN_DOCUMENT;
        }
    }
    bool has_times = country_is_time(doc->valid_from_ms) && country_is_time(doc->valid_until_ms);
    return has_times ? CAIRN_OK : CAIRN_DATE;
}

cairn_err cairn_country_encode(const struct cairn_country_doc *doc, void *buffer, size_t capacity,
                               struct cairn_bytes *out)
{
    CAIRN_TRY(country_check_writable(doc));
    struct country_writer writer = {.data = buffer, .capacity = capacity};
    country_write(&writer, doc);
    if (writer.is_full) {
        return CAIRN_NO_ROOM;
    }
    struct cairn_bytes text = {.data = buffer, .size = writer.size};
    struct cairn_country_doc reread;
    size_t fault_at;
    CAIRN_TRY(cairn_country_decode(text, &reread, &fault_at));
    *out = text;
    return CAIRN_OK;
}

struct country_reader {
    struct cairn_bytes text;
    size_t at; /* at the fault after an error */
};

static bool country_is_next(const struct country_reader *reader, const char *literal)
{
    struct cairn_bytes wanted = cairn_bytes_of(literal);
    return reader->text.size - reader->at >= wanted.size &&
           memcmp(reader->text.data + reader->at, wanted.data, wanted.size) == 0;
}

static cairn_err country_expect(struct country_reader *reader, const char *literal)
{
    if (!country_is_next(reader, literal)) {
        return CAIRN_DOCUMENT;
    }
    reader->at += cairn_bytes_of(literal).size;
    return CAIRN_OK;
}

/* The bytes up to a space, a newline or the end. */
static struct cairn_bytes country_peek_word(const struct country_reader *reader)
{
    size_t end = reader->at;
    while (end < reader->text.size && reader->text.data[end] != ' ' &&
           reader->text.data[end] != '\n') {
        end++;
    }
    return (struct cairn_bytes){.data = reader->text.data + reader->at, .size = end - reader->at};
}

static cairn_err country_get_name(struct country_reader *reader, struct cairn_bytes *out)
{
    struct cairn_bytes word = country_peek_word(reader);
    if (!cairn_country_is_name(word)) {
        return CAIRN_DOCUMENT;
    }
    reader->at += word.size;
    *out = word;
    return CAIRN_OK;
}

static cairn_err country_get_code(struct country_reader *reader, struct cairn_bytes *out)
{
    struct cairn_bytes word = country_peek_word(reader);
    if (!cairn_id_is_country(word)) {
        return CAIRN_DOCUMENT;
    }
    reader->at += word.size;
    *out = word;
    return CAIRN_OK;
}

static cairn_err country_get_size(struct country_reader *reader, uint64_t *out)
{
    struct cairn_bytes word = country_peek_word(reader);
    CAIRN_TRY(cairn_decimal_parse(word, 0, UINT64_MAX, out));
    reader->at += word.size;
    return CAIRN_OK;
}

/* Counts from 1. */
static cairn_err country_get_number(struct country_reader *reader, uint64_t max, uint64_t *out)
{
    struct cairn_bytes word = country_peek_word(reader);
    CAIRN_TRY(cairn_decimal_parse(word, 1, max, out));
    reader->at += word.size;
    return CAIRN_OK;
}

static cairn_err country_get_u32(struct country_reader *reader, uint32_t *out)
{
    uint64_t value;
    CAIRN_TRY(country_get_number(reader, UINT32_MAX, &value));
    *out = (uint32_t)value;
    return CAIRN_OK;
}

static cairn_err country_get_key(struct country_reader *reader, uint8_t out[static 32])
{
    struct cairn_bytes word = country_peek_word(reader);
    size_t size = 0;
    bool is_key = word.size == COUNTRY_KEY_CHARS &&
                  cairn_base64_decode(word, out, 32, &size) == CAIRN_OK && size == 32;
    if (!is_key) {
        return CAIRN_BASE64;
    }
    reader->at += word.size;
    return CAIRN_OK;
}

static cairn_err country_get_time(struct country_reader *reader, uint64_t *out_ms)
{
    struct cairn_bytes word = country_peek_word(reader);
    uint64_t time_s;
    CAIRN_TRY(cairn_civil_parse_time(word, &time_s));
    reader->at += word.size;
    *out_ms = time_s * 1000;
    return CAIRN_OK;
}

static cairn_err country_get_endpoint(struct country_reader *reader, struct cairn_bytes *out)
{
    struct cairn_bytes word = country_peek_word(reader);
    bool is_none = cairn_bytes_is_equal(word, cairn_bytes_of("-"));
    if (!is_none && !country_is_endpoint(word)) {
        return CAIRN_DOCUMENT;
    }
    reader->at += word.size;
    *out = is_none ? (struct cairn_bytes){.size = 0} : word;
    return CAIRN_OK;
}

/* One or more lines `sealing <number> <key>`. */
static cairn_err country_read_sealing(struct country_reader *reader, struct cairn_country_doc *out)
{
    uint32_t last = 0;
    do {
        if (out->sealing_count == CAIRN_COUNTRY_SEALING_MAX) {
            return CAIRN_TOO_LONG;
        }
        struct cairn_sealing_key *key = &out->sealing[out->sealing_count];
        CAIRN_TRY(country_expect(reader, "sealing "));
        size_t at = reader->at;
        CAIRN_TRY(country_get_u32(reader, &key->number));
        if (key->number <= last) {
            reader->at = at;
            return CAIRN_DOCUMENT;
        }
        last = key->number;
        CAIRN_TRY(country_expect(reader, " "));
        CAIRN_TRY(country_get_key(reader, key->key));
        CAIRN_TRY(country_expect(reader, "\n"));
        out->sealing_count++;
    } while (country_is_next(reader, "sealing "));
    return CAIRN_OK;
}

/* Lines `lost <number>`, ascending: of keys above, and never of the one that is sealed to. */
static cairn_err country_read_lost(struct country_reader *reader, struct cairn_country_doc *out)
{
    uint32_t next = 0;
    while (country_is_next(reader, "lost ")) {
        uint32_t number;
        CAIRN_TRY(country_expect(reader, "lost "));
        size_t at = reader->at;
        CAIRN_TRY(country_get_u32(reader, &number));
        while (next + 1 < out->sealing_count && out->sealing[next].number != number) {
            next++;
        }
        if (next + 1 >= out->sealing_count) {
            reader->at = at;
            return CAIRN_DOCUMENT;
        }
        out->sealing[next++].is_lost = true;
        CAIRN_TRY(country_expect(reader, "\n"));
    }
    return CAIRN_OK;
}

static bool country_has_origin(const struct cairn_country_doc *doc, struct cairn_bytes name,
                               uint64_t incarnation)
{
    for (uint32_t i = 0; i < doc->node_count; i++) {
        if (doc->nodes[i].incarnation == incarnation &&
            cairn_bytes_is_equal(doc->nodes[i].name, name)) {
            return true;
        }
    }
    for (uint32_t i = 0; i < doc->ended_count; i++) {
        if (doc->ended[i].incarnation == incarnation &&
            cairn_bytes_is_equal(doc->ended[i].name, name)) {
            return true;
        }
    }
    return false;
}

/* Name and incarnation of an origin that no line before it has. */
static cairn_err country_get_origin(struct country_reader *reader,
                                    const struct cairn_country_doc *doc, struct cairn_bytes *name,
                                    uint64_t *incarnation)
{
    size_t at = reader->at;
    CAIRN_TRY(country_get_name(reader, name));
    CAIRN_TRY(country_expect(reader, " "));
    CAIRN_TRY(country_get_number(reader, UINT64_MAX, incarnation));
    if (country_has_origin(doc, *name, *incarnation)) {
        reader->at = at;
        return CAIRN_DOCUMENT;
    }
    return country_expect(reader, " ");
}

static cairn_err country_read_node(struct country_reader *reader, struct cairn_country_doc *out)
{
    if (out->node_count == CAIRN_COUNTRY_NODES_MAX) {
        return CAIRN_TOO_LONG;
    }
    struct cairn_country_node *node = &out->nodes[out->node_count];
    CAIRN_TRY(country_expect(reader, "node "));
    CAIRN_TRY(country_get_origin(reader, out, &node->name, &node->incarnation));
    CAIRN_TRY(country_get_key(reader, node->log));
    CAIRN_TRY(country_expect(reader, " "));
    CAIRN_TRY(country_get_key(reader, node->witness));
    CAIRN_TRY(country_expect(reader, " "));
    CAIRN_TRY(country_get_key(reader, node->tls_spki));
    CAIRN_TRY(country_expect(reader, " "));
    CAIRN_TRY(country_get_endpoint(reader, &node->endpoint));
    CAIRN_TRY(country_expect(reader, "\n"));
    out->node_count++;
    return CAIRN_OK;
}

/* Does a node still use a key of an origin that ended? It would end nothing. */
static bool country_has_key(const struct cairn_country_doc *doc, const uint8_t key[static 32])
{
    for (uint32_t i = 0; i < doc->node_count; i++) {
        if (cairn_bytes_is_same32(doc->nodes[i].log, key) ||
            cairn_bytes_is_same32(doc->nodes[i].witness, key)) {
            return true;
        }
    }
    return false;
}

/* A key that no node has. */
static cairn_err country_get_ended_key(struct country_reader *reader,
                                       const struct cairn_country_doc *doc, uint8_t out[static 32])
{
    size_t at = reader->at;
    CAIRN_TRY(country_get_key(reader, out));
    if (country_has_key(doc, out)) {
        reader->at = at;
        return CAIRN_DOCUMENT;
    }
    return country_expect(reader, " ");
}

static cairn_err country_read_ended(struct country_reader *reader, struct cairn_country_doc *out)
{
    if (out->ended_count == CAIRN_COUNTRY_ENDED_MAX) {
        return CAIRN_TOO_LONG;
    }
    struct cairn_country_ended *ended = &out->ended[out->ended_count];
    CAIRN_TRY(country_expect(reader, "ended "));
    CAIRN_TRY(country_get_origin(reader, out, &ended->name, &ended->incarnation));
    CAIRN_TRY(country_get_ended_key(reader, out, ended->log));
    CAIRN_TRY(country_get_ended_key(reader, out, ended->witness));
    CAIRN_TRY(country_get_size(reader, &ended->size));
    CAIRN_TRY(country_expect(reader, " "));
    CAIRN_TRY(country_get_key(reader, ended->root));
    CAIRN_TRY(country_expect(reader, "\n"));
    out->ended_count++;
    return CAIRN_OK;
}

static cairn_err country_read_head(struct country_reader *reader, struct cairn_country_doc *out)
{
    CAIRN_TRY(country_expect(reader, "cairn country 1\n"));
    CAIRN_TRY(country_expect(reader, "network "));
    CAIRN_TRY(country_get_name(reader, &out->network));
    CAIRN_TRY(country_expect(reader, "\n"));
    CAIRN_TRY(country_expect(reader, "country "));
    CAIRN_TRY(country_get_code(reader, &out->country));
    CAIRN_TRY(country_expect(reader, "\n"));
    CAIRN_TRY(country_expect(reader, "serial "));
    CAIRN_TRY(country_get_number(reader, UINT64_MAX, &out->serial));
    CAIRN_TRY(country_expect(reader, "\n"));
    CAIRN_TRY(country_expect(reader, "root "));
    CAIRN_TRY(country_get_key(reader, out->root));
    CAIRN_TRY(country_expect(reader, "\n"));
    CAIRN_TRY(country_expect(reader, "next-root "));
    CAIRN_TRY(country_get_key(reader, out->next_root));
    return country_expect(reader, "\n");
}

static cairn_err country_read_tail(struct country_reader *reader, struct cairn_country_doc *out)
{
    CAIRN_TRY(country_expect(reader, "kinds "));
    CAIRN_TRY(country_get_u32(reader, &out->kinds));
    CAIRN_TRY(country_expect(reader, "\n"));
    CAIRN_TRY(country_expect(reader, "valid "));
    CAIRN_TRY(country_get_time(reader, &out->valid_from_ms));
    CAIRN_TRY(country_expect(reader, " "));
    size_t at = reader->at;
    CAIRN_TRY(country_get_time(reader, &out->valid_until_ms));
    if (out->valid_until_ms <= out->valid_from_ms) {
        reader->at = at;
        return CAIRN_DATE;
    }
    CAIRN_TRY(country_expect(reader, "\n"));
    CAIRN_TRY(country_expect(reader, "previous "));
    out->has_previous = !country_is_next(reader, "-\n");
    if (out->has_previous) {
        CAIRN_TRY(country_get_key(reader, out->previous));
    } else {
        CAIRN_TRY(country_expect(reader, "-"));
    }
    CAIRN_TRY(country_expect(reader, "\n"));
    return reader->at == reader->text.size ? CAIRN_OK : CAIRN_DOCUMENT;
}

static cairn_err country_read(struct country_reader *reader, struct cairn_country_doc *out)
{
    if (reader->text.size > CAIRN_LIMIT_NOTE_BYTES) {
        return CAIRN_TOO_LONG;
    }
    CAIRN_TRY(country_read_head(reader, out));
    CAIRN_TRY(country_read_sealing(reader, out));
    CAIRN_TRY(country_read_lost(reader, out));
    do {
        CAIRN_TRY(country_read_node(reader, out));
    } while (country_is_next(reader, "node "));
    while (country_is_next(reader, "ended ")) {
        CAIRN_TRY(country_read_ended(reader, out));
    }
    return country_read_tail(reader, out);
}

cairn_err cairn_country_decode(struct cairn_bytes text, struct cairn_country_doc *out,
                               size_t *out_fault_at)
{
    struct country_reader reader = {.text = text};
    struct cairn_country_doc doc = {.serial = 0};
    cairn_err err = country_read(&reader, &doc);
    if (err != CAIRN_OK) {
        *out_fault_at = reader.at;
        return err;
    }
    *out = doc;
    return CAIRN_OK;
}
