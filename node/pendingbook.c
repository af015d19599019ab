#include "node/pendingbook.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/hmac.h"
#include "crypto/secret.h"
#include "crypto/suite.h"
#include "node/entropy.h"
#include "node/file.h"
#include "schema/base/check.h"

#define PENDING_VERSION     1u
#define PENDING_NONCE_BYTES 12u
#define PENDING_HEAD_BYTES  96u /* version, state, flags, 0, kind, err, hlc, time, key, object, 0 */
#define PENDING_TEXTS       5u
#define PENDING_FILE_MAX    ((size_t)CAIRN_LIMIT_BATCH_BYTES + 4096u)
#define PENDING_NAME_DIGITS 16u

struct cairn_pendingbook {
    char dir[CAIRN_PENDINGBOOK_PATH_MAX];
    struct cairn_suite suite;
    uint8_t key[32];
    uint64_t number_next;
    uint32_t count;
    size_t body_bytes;
    struct cairn_pending_order *first;
};

/* ---- bytes of an order ---- */

static const char *pending_text(const struct cairn_pending_order *order, uint32_t at)
{
    const char *const texts[PENDING_TEXTS] = {order->purpose, order->role, order->actors[0],
                                              order->actors[1], order->detail};
    return texts[at];
}

static size_t pending_size(const struct cairn_pending_order *order)
{
    size_t size = PENDING_HEAD_BYTES + order->body.size;
    for (uint32_t at = 0; at < PENDING_TEXTS; at++) {
        size += 2 + strlen(pending_text(order, at));
    }
    return size;
}

static void pending_encode(const struct cairn_pending_order *order, uint8_t *out)
{
    memset(out, 0, PENDING_HEAD_BYTES);
    out[0] = PENDING_VERSION;
    out[1] = (uint8_t)order->state;
    out[2] = (uint8_t)((order->is_owner ? 1u : 0u) | (order->has_key ? 2u : 0u));
    cairn_bytes_put_u32(out + 4, (uint32_t)order->kind);
    cairn_bytes_put_u32(out + 8, (uint32_t)order->err);
    cairn_bytes_put_u64(out + 12, order->since_hlc);
    cairn_bytes_put_u64(out + 20, order->taken_ms);
    memcpy(out + 28, order->key, sizeof order->key);
    memcpy(out + 60, order->object.text, CAIRN_ID_OBJECT_BYTES);
    uint8_t *to = out + PENDING_HEAD_BYTES;
    for (uint32_t at = 0; at < PENDING_TEXTS; at++) {
        const char *text = pending_text(order, at);
        size_t size = strlen(text);
        to[0] = (uint8_t)(size >> 8);
        to[1] = (uint8_t)size;
        memcpy(to + 2, text, size);
        to += 2 + size;
    }
    if (order->body.size > 0) {
        memcpy(to, order->body.data, order->body.size);
    }
}

/* gives: false when it is malformed; bytes: what is left */
static bool pending_take_text(struct cairn_bytes *bytes, char *out, size_t capacity)
{
    if (bytes->size < 2) {
        return false;
    }
    size_t size = (size_t)bytes->data[0] << 8 | bytes->data[1];
    if (size >= capacity || size > bytes->size - 2) {
        return false;
    }
    memcpy(out, bytes->data + 2, size);
    out[size] = '\0';
    bytes->data += 2 + size;
    bytes->size -= 2 + size;
    return true;
}

static bool pending_decode_head(const uint8_t *head, struct cairn_pending_order *out)
{
    uint32_t kind = cairn_bytes_get_u32(head + 4);
    struct cairn_bytes object = {head + 60, CAIRN_ID_OBJECT_BYTES};
    if (head[0] != PENDING_VERSION || head[1] < CAIRN_PENDING_WAITING ||
        head[1] > CAIRN_PENDING_REFUSED || head[2] > 3 || !cairn_kind_of_number(kind, &out->kind) ||
        cairn_id_parse(object, &out->object) != CAIRN_OK) {
        return false;
    }
    out->state = (enum cairn_pending_state)head[1];
    out->is_owner = (head[2] & 1u) != 0;
    out->has_key = (head[2] & 2u) != 0;
    out->err = (cairn_err)cairn_bytes_get_u32(head + 8);
    out->since_hlc = cairn_bytes_get_u64(head + 12);
    out->taken_ms = cairn_bytes_get_u64(head + 20);
    memcpy(out->key, head + 28, sizeof out->key);
    return true;
}

/* owns: *out->body is malloc */
static cairn_err pending_decode(struct cairn_bytes plain, struct cairn_pending_order *out)
{
    if (plain.size < PENDING_HEAD_BYTES || !pending_decode_head(plain.data, out)) {
        return CAIRN_DISK_CORRUPT;
    }
    struct cairn_bytes left = {plain.data + PENDING_HEAD_BYTES, plain.size - PENDING_HEAD_BYTES};
    if (!pending_take_text(&left, out->purpose, sizeof out->purpose) ||
        !pending_take_text(&left, out->role, sizeof out->role) ||
        !pending_take_text(&left, out->actors[0], sizeof out->actors[0]) ||
        !pending_take_text(&left, out->actors[1], sizeof out->actors[1]) ||
        !pending_take_text(&left, out->detail, sizeof out->detail)) {
        return CAIRN_DISK_CORRUPT;
    }
    out->body = left;
    return CAIRN_OK;
}

/* ---- sealed ---- */

struct pending_aad {
    uint8_t bytes[16 + 8]; /* label with its NUL, number */
};

static struct pending_aad pending_aad_of(uint64_t number)
{
    struct pending_aad aad;
    memcpy(aad.bytes, "cairn pending 1", 16);
    cairn_bytes_put_u64(aad.bytes + 16, number);
    return aad;
}

cairn_err cairn_pendingbook_seal(const struct cairn_pendingbook *book,
                                 const struct cairn_pending_order *order, struct cairn_bytes *out)
{
    size_t size = pending_size(order);
    struct pending_aad aad = pending_aad_of(order->number);
    uint8_t *sealed = malloc(PENDING_NONCE_BYTES + size + CAIRN_SUITE_TAG_BYTES);
    if (sealed == NULL) {
        return CAIRN_MEMORY;
    }
    cairn_entropy_fill(sealed, PENDING_NONCE_BYTES);
    const struct cairn_suite_box box = {
        .key = book->key, .nonce = sealed, .aad = {aad.bytes, sizeof aad.bytes}};
    uint8_t *plain = sealed + PENDING_NONCE_BYTES;
    pending_encode(order, plain);
    cairn_suite_seal(&book->suite, &box, (struct cairn_bytes){plain, size}, plain);
    *out = (struct cairn_bytes){sealed, PENDING_NONCE_BYTES + size + CAIRN_SUITE_TAG_BYTES};
    return CAIRN_OK;
}

static cairn_err pending_open(struct cairn_pendingbook *book, uint64_t number, uint8_t *sealed,
                              size_t size)
{
    struct cairn_pending_order order = {.number = number};
    struct pending_aad aad = pending_aad_of(number);
    if (size < PENDING_NONCE_BYTES + CAIRN_SUITE_TAG_BYTES) {
        return CAIRN_DISK_CORRUPT;
    }
    const struct cairn_suite_box box = {
        .key = book->key, .nonce = sealed, .aad = {aad.bytes, sizeof aad.bytes}};
    struct cairn_bytes body = {sealed + PENDING_NONCE_BYTES, size - PENDING_NONCE_BYTES};
    uint8_t *plain = sealed + PENDING_NONCE_BYTES;
    if (cairn_suite_open(&book->suite, &box, body, plain) != CAIRN_OK) {
        return CAIRN_DISK_CORRUPT;
    }
    struct cairn_bytes bytes = {plain, body.size - CAIRN_SUITE_TAG_BYTES};
    struct cairn_pending_order *copy = NULL;
    CAIRN_TRY(pending_decode(bytes, &order));
    uint64_t next = book->number_next;
    CAIRN_TRY(cairn_pendingbook_make(book, &order, &copy));
    book->number_next = next;
    copy->number = number;
    cairn_pendingbook_add(book, copy);
    return CAIRN_OK;
}

/* ---- the book ---- */

cairn_err cairn_pendingbook_make(struct cairn_pendingbook *book,
                                 const struct cairn_pending_order *order,
                                 struct cairn_pending_order **out)
{
    if (book->count >= CAIRN_PENDINGBOOK_MAX ||
        order->body.size > CAIRN_PENDINGBOOK_BYTES_MAX - book->body_bytes) {
        return CAIRN_FULL;
    }
    struct cairn_pending_order *copy = malloc(sizeof *copy);
    uint8_t *body = malloc(order->body.size + 1);
    if (copy == NULL || body == NULL) {
        free(copy);
        free(body);
        return CAIRN_MEMORY;
    }
    *copy = *order;
    if (order->body.size > 0) {
        memcpy(body, order->body.data, order->body.size);
    }
    copy->body = (struct cairn_bytes){body, order->body.size};
    copy->number = book->number_next++;
    copy->next = NULL;
    *out = copy;
    return CAIRN_OK;
}

void cairn_pendingbook_free(struct cairn_pending_order *order)
{
    if (order != NULL) {
        free((void *)(uintptr_t)order->body.data);
        free(order);
    }
}

void cairn_pendingbook_add(struct cairn_pendingbook *book, struct cairn_pending_order *order)
{
    struct cairn_pending_order **at = &book->first;
    while (*at != NULL && (*at)->number < order->number) {
        at = &(*at)->next;
    }
    order->next = *at;
    *at = order;
    book->count++;
    book->body_bytes += order->body.size;
    if (order->number >= book->number_next) {
        book->number_next = order->number + 1;
    }
}

void cairn_pendingbook_drop(struct cairn_pendingbook *book, struct cairn_pending_order *order)
{
    struct cairn_pending_order **at = &book->first;
    while (*at != order) {
        CAIRN_REQUIRE(*at != NULL);
        at = &(*at)->next;
    }
    *at = order->next;
    book->count--;
    book->body_bytes -= order->body.size;
    cairn_pendingbook_free(order);
}

struct cairn_pending_order *cairn_pendingbook_first(const struct cairn_pendingbook *book)
{
    return book->first;
}

struct cairn_pending_order *cairn_pendingbook_find(const struct cairn_pendingbook *book,
                                                   uint64_t number)
{
    struct cairn_pending_order *order = book->first;
    while (order != NULL && order->number != number) {
        order = order->next;
    }
    return order;
}

void cairn_pendingbook_path(const struct cairn_pendingbook *book,
                            const struct cairn_pending_order *order,
                            char out[static CAIRN_PENDINGBOOK_PATH_MAX])
{
    (void)snprintf(out, CAIRN_PENDINGBOOK_PATH_MAX, "%.4060s/%016" PRIx64 ".order", book->dir,
                   order->number);
}

/* ---- from the disk ---- */

/* gives: false for what is no order, such as a temporary file of a write that was cut off */
static bool pending_read_name(const char *name, uint64_t *out)
{
    char *end = NULL;
    if (strlen(name) != PENDING_NAME_DIGITS + 6 || strspn(name, "0123456789abcdef") != 16 ||
        strcmp(name + PENDING_NAME_DIGITS, ".order") != 0) {
        return false;
    }
    *out = strtoull(name, &end, 16);
    return *out > 0 && *out < UINT64_MAX;
}

static cairn_err pending_load(struct cairn_pendingbook *book, uint64_t number, char *out_path)
{
    const struct cairn_pending_order place = {.number = number};
    size_t size = 0;
    uint8_t *bytes = malloc(PENDING_FILE_MAX);
    if (bytes == NULL) {
        return CAIRN_MEMORY;
    }
    cairn_pendingbook_path(book, &place, out_path);
    cairn_err err = cairn_file_read(out_path, bytes, PENDING_FILE_MAX, &size);
    if (err == CAIRN_OK) {
        err = pending_open(book, number, bytes, size);
    }
    free(bytes);
    return err == CAIRN_TOO_LONG ? CAIRN_DISK_CORRUPT : err;
}

static cairn_err pending_load_all(struct cairn_pendingbook *book, char *out_path)
{
    const struct dirent *entry;
    cairn_err err = CAIRN_OK;
    DIR *dir = opendir(book->dir);
    if (dir == NULL) {
        return errno == ENOENT ? CAIRN_OK : CAIRN_FILE;
    }
    errno = 0;
    while (err == CAIRN_OK && (entry = readdir(dir)) != NULL) {
        uint64_t number;
        if (pending_read_name(entry->d_name, &number)) {
            err = pending_load(book, number, out_path);
        }
        errno = 0;
    }
    if (err == CAIRN_OK && errno != 0) {
        err = CAIRN_FILE;
    }
    (void)closedir(dir);
    return err;
}

cairn_err cairn_pendingbook_open(const char *dir, const uint8_t secret[static 32],
                                 struct cairn_pendingbook **out,
                                 char out_path[static CAIRN_PENDINGBOOK_PATH_MAX])
{
    static const char label[] = "cairn pending key v1";
    out_path[0] = '\0';
    struct cairn_pendingbook *book = calloc(1, sizeof *book);
    if (book == NULL) {
        return CAIRN_MEMORY;
    }
    book->number_next = 1;
    cairn_err err = cairn_suite_open_real(&book->suite);
    if (err != CAIRN_OK) {
        free(book);
        return err;
    }
    cairn_hmac_expand(secret, cairn_bytes_of(label), book->key, sizeof book->key);
    err = cairn_file_path(dir, "pending", book->dir);
    if (err == CAIRN_OK) {
        err = pending_load_all(book, out_path);
    }
    if (err != CAIRN_OK) {
        cairn_pendingbook_close(book);
        return err;
    }
    *out = book;
    return CAIRN_OK;
}

void cairn_pendingbook_close(struct cairn_pendingbook *book)
{
    if (book == NULL) {
        return;
    }
    while (book->first != NULL) {
        cairn_pendingbook_drop(book, book->first);
    }
    cairn_secret_wipe(book->key, sizeof book->key);
    cairn_suite_close(&book->suite);
    free(book);
}
