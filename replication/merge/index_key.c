#include "replication/merge/index_key.h"

#include "schema/alert/document.h"
#include "schema/base/check.h"
#include "schema/code.h"

#include <string.h>

#define INDEX_COUNTRY_BYTES 3u
#define INDEX_BUCKET_DIGITS 3u /* numbers of a range are found by thousands */
#define INDEX_HIT_BYTES     19u
#define INDEX_ENTRY_BYTES   34u

static void index_put(struct cairn_index_key *key, struct cairn_bytes bytes)
{
    CAIRN_REQUIRE(bytes.size <= sizeof key->data - key->size);
    if (bytes.size > 0) {
        memcpy(key->data + key->size, bytes.data, bytes.size);
        key->size += bytes.size;
    }
}

static void index_put_byte(struct cairn_index_key *key, uint8_t byte)
{
    index_put(key, (struct cairn_bytes){&byte, 1});
}

/* The country that answers for documents of this issuer; the issuer itself where none does. */
static void index_put_issuer(struct cairn_index_key *key, struct cairn_bytes issuer)
{
    char country[4] = {0};
    if (cairn_code_map(issuer, country) != CAIRN_OK) {
        memset(country, 0, sizeof country);
        memcpy(country, issuer.data, issuer.size);
    }
    index_put(key, (struct cairn_bytes){(const uint8_t *)country, INDEX_COUNTRY_BYTES});
}

static bool index_is_document(struct cairn_bytes issuer, struct cairn_bytes number)
{
    bool is_right = issuer.size > 0 && issuer.size <= INDEX_COUNTRY_BYTES && number.size > 0 &&
                    number.size <= CAIRN_DOCUMENT_NUMBER_BYTES;
    for (size_t i = 0; i < number.size && is_right; i++) {
        uint8_t byte = number.data[i];
        is_right = (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9');
    }
    return is_right;
}

struct cairn_index_key cairn_index_key_document(struct cairn_bytes issuer,
                                                struct cairn_bytes number)
{
    struct cairn_index_key key;
    key.size = 0;
    if (index_is_document(issuer, number)) {
        index_put_byte(&key, 'd');
        index_put_issuer(&key, issuer);
        index_put(&key, number);
        index_put_byte(&key, 0);
    }
    return key;
}

struct cairn_index_key cairn_index_key_range(struct cairn_bytes issuer, struct cairn_bytes number)
{
    struct cairn_index_key key;
    key.size = 0;
    if (index_is_document(issuer, number)) {
        bool is_short = number.size < INDEX_BUCKET_DIGITS;
        index_put_byte(&key, 'r');
        index_put_issuer(&key, issuer);
        index_put_byte(&key, (uint8_t)number.size);
        number.size -= is_short ? number.size : INDEX_BUCKET_DIGITS;
        index_put(&key, number);
        index_put_byte(&key, 0);
    }
    return key;
}

struct cairn_index_key cairn_index_key_name(const struct cairn_namekey *name)
{
    struct cairn_index_key key;
    key.size = 0;
    if (name->size > 0) {
        index_put_byte(&key, 'n');
        index_put(&key, cairn_namekey_view(name));
        index_put_byte(&key, 0);
    }
    return key;
}

static struct cairn_index_key index_list(uint8_t letter, struct cairn_bytes country)
{
    struct cairn_index_key key;
    key.size = 0;
    if (country.size == 0 || country.size == INDEX_COUNTRY_BYTES) {
        index_put_byte(&key, letter);
        index_put(&key, country);
    }
    return key;
}

struct cairn_index_key cairn_index_key_alerts(struct cairn_bytes country)
{
    return index_list('a', country);
}

struct cairn_index_key cairn_index_key_requests_by(struct cairn_bytes country)
{
    return index_list('q', country);
}

struct cairn_index_key cairn_index_key_requests_to(struct cairn_bytes country)
{
    return index_list('s', country);
}

/* ---- rows ---- */

static void index_put_tail(struct cairn_index_key *key, const struct cairn_index_hit *hit)
{
    uint8_t row[4];
    if (key->data[0] == 'n') {
        index_put(key, hit->birth);
        index_put_byte(key, 0);
        index_put(key, cairn_id_view(&hit->object));
        return;
    }
    cairn_bytes_put_u32(row, hit->row);
    index_put_byte(key, hit->document_kind);
    index_put(key, cairn_id_view(&hit->object));
    index_put(key, (struct cairn_bytes){row, sizeof row});
}

void cairn_index_key_write_hit(const struct cairn_index_hit *hit, struct cairn_index_key *key,
                               struct cairn_index_value *out)
{
    CAIRN_REQUIRE(key->size > 0);
    CAIRN_REQUIRE(hit->number_first.size == hit->number_last.size);
    CAIRN_REQUIRE(hit->number_first.size <= CAIRN_DOCUMENT_NUMBER_BYTES);
    index_put_tail(key, hit);
    out->data[0] = (uint8_t)hit->category;
    out->data[1] = (uint8_t)hit->action;
    out->data[2] = hit->document_status;
    cairn_bytes_put_u64(out->data + 3, hit->from_ms);
    cairn_bytes_put_u64(out->data + 11, hit->expires_ms);
    out->size = INDEX_HIT_BYTES;
    if (hit->number_first.size > 0) {
        size_t size = hit->number_first.size;
        memcpy(out->data + out->size, hit->number_first.data, size);
        memcpy(out->data + out->size + size, hit->number_last.data, size);
        out->size += 2 * size;
    }
}

/* Where the tail of a document's or a range's key begins: behind the NUL, else 0. */
static size_t index_tail_at(struct cairn_bytes key)
{
    size_t tail = 1 + CAIRN_ID_OBJECT_BYTES + 4;
    size_t least = 1 + INDEX_COUNTRY_BYTES + 1 + tail;
    bool is_long_enough = key.size > least - (key.size > 0 && key.data[0] == 'r' ? 0 : 1);
    return is_long_enough && key.data[key.size - tail - 1] == 0 ? key.size - tail : 0;
}

static cairn_err index_read_document(struct cairn_bytes key, struct cairn_bytes value,
                                     struct cairn_index_hit *out)
{
    size_t at = index_tail_at(key);
    if (at == 0) {
        return CAIRN_DISK_CORRUPT;
    }
    out->document_kind = key.data[at];
    out->row = cairn_bytes_get_u32(key.data + at + 1 + CAIRN_ID_OBJECT_BYTES);
    struct cairn_bytes object = {key.data + at + 1, CAIRN_ID_OBJECT_BYTES};
    size_t number_size = 0;
    if (key.data[0] == 'r') {
        number_size = key.data[1 + INDEX_COUNTRY_BYTES];
        out->number_first = (struct cairn_bytes){value.data + INDEX_HIT_BYTES, number_size};
        out->number_last =
            (struct cairn_bytes){value.data + INDEX_HIT_BYTES + number_size, number_size};
    }
    bool is_right = value.size == INDEX_HIT_BYTES + 2 * number_size;
    return is_right && cairn_id_parse(object, &out->object) == CAIRN_OK ? CAIRN_OK
                                                                        : CAIRN_DISK_CORRUPT;
}

static cairn_err index_read_name(struct cairn_bytes key, struct cairn_index_hit *out)
{
    size_t tail = 1 + CAIRN_ID_OBJECT_BYTES;
    size_t birth_at = 1;
    while (birth_at < key.size && key.data[birth_at] != 0) {
        birth_at++;
    }
    birth_at++;
    if (key.size < birth_at + tail || key.data[key.size - tail] != 0) {
        return CAIRN_DISK_CORRUPT;
    }
    struct cairn_bytes object = {key.data + key.size - CAIRN_ID_OBJECT_BYTES,
                                 CAIRN_ID_OBJECT_BYTES};
    out->row = CAIRN_INDEX_KEY_NO_ROW;
    out->birth = (struct cairn_bytes){key.data + birth_at, key.size - tail - birth_at};
    return cairn_id_parse(object, &out->object) == CAIRN_OK ? CAIRN_OK : CAIRN_DISK_CORRUPT;
}

cairn_err cairn_index_key_read_hit(struct cairn_bytes key, struct cairn_bytes value,
                                   struct cairn_index_hit *out)
{
    struct cairn_index_hit hit = {.row = CAIRN_INDEX_KEY_NO_ROW};
    if (key.size == 0 || value.size < INDEX_HIT_BYTES) {
        return CAIRN_DISK_CORRUPT;
    }
    if (key.data[0] == 'n') {
        CAIRN_TRY(index_read_name(key, &hit));
    } else if (key.data[0] == 'd' || key.data[0] == 'r') {
        CAIRN_TRY(index_read_document(key, value, &hit));
    } else {
        return CAIRN_DISK_CORRUPT;
    }
    hit.category = (enum cairn_alert_category)value.data[0];
    hit.action = (enum cairn_alert_action)value.data[1];
    hit.document_status = value.data[2];
    hit.from_ms = cairn_bytes_get_u64(value.data + 3);
    hit.expires_ms = cairn_bytes_get_u64(value.data + 11);
    *out = hit;
    return CAIRN_OK;
}

bool cairn_index_key_holds(const struct cairn_index_hit *hit, struct cairn_bytes number)
{
    size_t size = hit->number_first.size, at = 0;
    if (size == 0 || number.size != size || cairn_bytes_order(number, hit->number_first) < 0 ||
        cairn_bytes_order(number, hit->number_last) > 0) {
        return false;
    }
    while (at < size && hit->number_first.data[at] == hit->number_last.data[at]) {
        at++;
    }
    for (; at < size; at++) {
        if (number.data[at] < '0' || number.data[at] > '9') {
            return false;
        }
    }
    return true;
}

void cairn_index_key_write_entry(const struct cairn_index_entry *entry, bool is_mirrored,
                                 struct cairn_index_key *key, struct cairn_index_value *out)
{
    bool is_alert = entry->space == CAIRN_OPSET_ALERT;
    const char *first = is_mirrored ? entry->requested : entry->country;
    const char *second = is_mirrored ? entry->country : entry->requested;
    CAIRN_REQUIRE(!is_alert || !is_mirrored);
    key->size = 0;
    index_put_byte(key, is_alert ? 'a' : is_mirrored ? 's' : 'q');
    index_put(key, (struct cairn_bytes){(const uint8_t *)first, INDEX_COUNTRY_BYTES});
    if (is_alert) {
        index_put_byte(key, entry->category);
    } else {
        index_put(key, (struct cairn_bytes){(const uint8_t *)second, INDEX_COUNTRY_BYTES});
    }
    index_put_byte(key, entry->status);
    index_put(key, cairn_id_view(&entry->object));
    out->data[0] = entry->category;
    out->data[1] = entry->action;
    cairn_bytes_put_u64(out->data + 2, entry->from_ms);
    cairn_bytes_put_u64(out->data + 10, entry->expires_ms);
    cairn_bytes_put_u64(out->data + 18, entry->first_hlc);
    cairn_bytes_put_u64(out->data + 26, entry->changed_hlc);
    out->size = INDEX_ENTRY_BYTES;
}

cairn_err cairn_index_key_read_entry(struct cairn_bytes key, struct cairn_bytes value,
                                     struct cairn_index_entry *out)
{
    struct cairn_index_entry entry = {.space = CAIRN_OPSET_CASE};
    if (key.size == 0 || value.size != INDEX_ENTRY_BYTES) {
        return CAIRN_DISK_CORRUPT;
    }
    size_t head = 1 + 2 * INDEX_COUNTRY_BYTES + 1;
    if (key.data[0] == 'a') {
        entry.space = CAIRN_OPSET_ALERT;
        head = 1 + INDEX_COUNTRY_BYTES + 2;
    }
    struct cairn_bytes object = {key.data + head, CAIRN_ID_OBJECT_BYTES};
    if ((key.data[0] != 'a' && key.data[0] != 'q' && key.data[0] != 's') ||
        key.size != head + CAIRN_ID_OBJECT_BYTES ||
        cairn_id_parse(object, &entry.object) != CAIRN_OK) {
        return CAIRN_DISK_CORRUPT;
    }
    const uint8_t *second = key.data + 1 + INDEX_COUNTRY_BYTES;
    memcpy(key.data[0] == 's' ? entry.requested : entry.country, key.data + 1, INDEX_COUNTRY_BYTES);
    if (entry.space == CAIRN_OPSET_CASE) {
        memcpy(key.data[0] == 's' ? entry.country : entry.requested, second, INDEX_COUNTRY_BYTES);
    }
    entry.status = key.data[head - 1];
    entry.category = value.data[0];
    entry.action = value.data[1];
    entry.from_ms = cairn_bytes_get_u64(value.data + 2);
    entry.expires_ms = cairn_bytes_get_u64(value.data + 10);
    entry.first_hlc = cairn_bytes_get_u64(value.data + 18);
    entry.changed_hlc = cairn_bytes_get_u64(value.data + 26);
    *out = entry;
    return CAIRN_OK;
}
