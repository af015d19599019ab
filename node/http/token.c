#include "node/http/token.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/hash.h"
#include "crypto/secret.h"
#include "node/file.h"
#include "node/jsontext.h"
#include "schema/base/text.h"

#define TOKEN_FILE_BYTES_MAX (4u << 20)

static const char token_prefix[] = "cairn_";
static const char *const token_kinds[] = {"bearer", "certificate"};

struct cairn_token_book {
    char path[CAIRN_FILE_PATH_MAX];
    struct cairn_token *tokens;
    size_t count;
};

/* 1..size_max bytes of visible ASCII; inner spaces are fine in an actor's name. */
static bool token_is_name(const char *name, size_t size_max)
{
    size_t size = strlen(name);
    if (size == 0 || size > size_max || name[0] == ' ' || name[size - 1] == ' ') {
        return false;
    }
    for (size_t at = 0; at < size; at++) {
        if (name[at] < 0x20 || name[at] > 0x7e) {
            return false;
        }
    }
    return true;
}

static void token_set_hash(struct cairn_token *token, const uint8_t hash[static 32])
{
    memcpy(token->hash, hash, 32);
    cairn_text_hex_encode((struct cairn_bytes){hash, 8}, token->id);
    token->id[16] = '\0';
}

static cairn_err token_read_names(const json_t *row, struct cairn_token *out)
{
    const char *kind = json_string_value(json_object_get(row, "kind"));
    const char *role = json_string_value(json_object_get(row, "role"));
    const char *actor = json_string_value(json_object_get(row, "actor"));
    if (kind == NULL || role == NULL || actor == NULL ||
        !token_is_name(role, CAIRN_HTTP_ROLE_BYTES_MAX) ||
        !token_is_name(actor, CAIRN_HTTP_ACTOR_BYTES_MAX)) {
        return CAIRN_JSON;
    }
    snprintf(out->role, sizeof out->role, "%s", role);
    snprintf(out->actor, sizeof out->actor, "%s", actor);
    if (strcmp(kind, token_kinds[CAIRN_TOKEN_BEARER]) == 0) {
        out->kind = CAIRN_TOKEN_BEARER;
    } else if (strcmp(kind, token_kinds[CAIRN_TOKEN_CERTIFICATE]) == 0) {
        out->kind = CAIRN_TOKEN_CERTIFICATE;
    } else {
        return CAIRN_JSON;
    }
    return CAIRN_OK;
}

static cairn_err token_read_row(const json_t *row, struct cairn_token *out)
{
    uint8_t hash[32];
    const char *hex = json_string_value(json_object_get(row, "sha256"));
    const json_t *created = json_object_get(row, "created_ms");
    *out = (struct cairn_token){0};
    CAIRN_TRY(token_read_names(row, out));
    if (hex == NULL || !json_is_integer(created) || json_integer_value(created) < 0 ||
        cairn_text_hex_decode(cairn_bytes_of(hex), sizeof hash, hash) != CAIRN_OK) {
        return CAIRN_JSON;
    }
    out->created_ms = (uint64_t)json_integer_value(created);
    token_set_hash(out, hash);
    return CAIRN_OK;
}

static cairn_err token_read_rows(struct cairn_token_book *book, const json_t *rows)
{
    if (!json_is_array(rows) || json_array_size(rows) > CAIRN_TOKENS_MAX) {
        return CAIRN_JSON;
    }
    for (size_t at = 0; at < json_array_size(rows); at++) {
        CAIRN_TRY(token_read_row(json_array_get(rows, at), &book->tokens[at]));
        book->count++;
    }
    return CAIRN_OK;
}

static cairn_err token_read_file(struct cairn_token_book *book)
{
    size_t size = 0;
    json_t *root = NULL;
    struct cairn_json_fault fault;
    uint8_t *text = malloc(TOKEN_FILE_BYTES_MAX);
    if (text == NULL) {
        return CAIRN_MEMORY;
    }
    cairn_err err = cairn_file_read_secret(book->path, text, TOKEN_FILE_BYTES_MAX, &size);
    if (err == CAIRN_OK) {
        err = cairn_jsontext_parse((struct cairn_bytes){text, size}, &root, &fault);
    }
    free(text);
    if (err == CAIRN_NOT_FOUND) {
        return CAIRN_OK;
    }
    if (err == CAIRN_OK) {
        err = token_read_rows(book, json_object_get(root, "tokens"));
    }
    json_decref(root);
    return err;
}

cairn_err cairn_token_open(const char *path, struct cairn_token_book **out)
{
    if (strlen(path) >= CAIRN_FILE_PATH_MAX) {
        return CAIRN_FILE;
    }
    struct cairn_token_book *book = calloc(1, sizeof *book);
    cairn_err err = book == NULL ? CAIRN_MEMORY : CAIRN_OK;
    if (err == CAIRN_OK) {
        memcpy(book->path, path, strlen(path) + 1);
        book->tokens = calloc(CAIRN_TOKENS_MAX, sizeof *book->tokens);
        err = book->tokens == NULL ? CAIRN_MEMORY : token_read_file(book);
    }
    if (err != CAIRN_OK) {
        cairn_token_close(book);
        return err;
    }
    *out = book;
    return CAIRN_OK;
}

void cairn_token_close(struct cairn_token_book *book)
{
    if (book != NULL) {
        free(book->tokens);
        free(book);
    }
}

static json_t *token_make_row(const struct cairn_token *token)
{
    char hex[65] = {0};
    cairn_text_hex_encode((struct cairn_bytes){token->hash, sizeof token->hash}, hex);
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:I}", "id", token->id, "kind",
                     token_kinds[token->kind], "role", token->role, "actor", token->actor, "sha256",
                     hex, "created_ms", (json_int_t)token->created_ms);
}

static char *token_dump(const struct cairn_token_book *book)
{
    json_t *rows = json_array();
    bool is_whole = rows != NULL;
    for (size_t at = 0; is_whole && at < book->count; at++) {
        is_whole = json_array_append_new(rows, token_make_row(&book->tokens[at])) == 0;
    }
    json_t *root = json_pack("{s:o}", "tokens", rows);
    char *text = is_whole && root != NULL ? json_dumps(root, JSON_INDENT(1)) : NULL;
    json_decref(root);
    return text;
}

static cairn_err token_write_file(const struct cairn_token_book *book)
{
    static const struct cairn_file_how how = {.mode = 0600, .is_replace = true};
    char *text = token_dump(book);
    if (text == NULL) {
        return CAIRN_MEMORY;
    }
    cairn_err err = cairn_file_write(book->path, cairn_bytes_of(text), &how);
    free(text);
    return err;
}

static cairn_err token_append(struct cairn_token_book *book, const struct cairn_token_grant *grant,
                              enum cairn_token_kind kind, const uint8_t hash[static 32])
{
    struct cairn_token *token = &book->tokens[book->count];
    if (!token_is_name(grant->role, CAIRN_HTTP_ROLE_BYTES_MAX) ||
        !token_is_name(grant->actor, CAIRN_HTTP_ACTOR_BYTES_MAX)) {
        return CAIRN_USAGE;
    }
    if (book->count == CAIRN_TOKENS_MAX) {
        return CAIRN_FULL;
    }
    *token = (struct cairn_token){.kind = kind, .created_ms = grant->now_ms};
    snprintf(token->role, sizeof token->role, "%s", grant->role);
    snprintf(token->actor, sizeof token->actor, "%s", grant->actor);
    token_set_hash(token, hash);
    book->count++;
    cairn_err err = token_write_file(book);
    if (err != CAIRN_OK) {
        book->count--;
    }
    return err;
}

static void token_write_base32(const uint8_t random[static CAIRN_TOKEN_RANDOM_BYTES], char *out)
{
    static const char digits[] = "abcdefghijklmnopqrstuvwxyz234567"; /* RFC 4648, lower case */
    uint32_t bits = 0;
    uint32_t bit_count = 0;
    for (size_t at = 0; at < CAIRN_TOKEN_RANDOM_BYTES; at++) {
        bits = bits << 8 | random[at];
        bit_count += 8;
        while (bit_count >= 5) {
            bit_count -= 5;
            *out++ = digits[bits >> bit_count & 31];
        }
    }
    *out++ = digits[bits << (5 - bit_count) & 31];
    *out = '\0';
}

cairn_err cairn_token_add(struct cairn_token_book *book, const struct cairn_token_grant *grant,
                          const uint8_t random[static CAIRN_TOKEN_RANDOM_BYTES],
                          char out_text[static CAIRN_TOKEN_TEXT_BYTES + 1])
{
    uint8_t hash[32];
    memcpy(out_text, token_prefix, sizeof token_prefix - 1);
    token_write_base32(random, out_text + sizeof token_prefix - 1);
    cairn_sha256_of(cairn_bytes_of(out_text), hash);
    cairn_err err = token_append(book, grant, CAIRN_TOKEN_BEARER, hash);
    if (err != CAIRN_OK) {
        cairn_secret_wipe(out_text, CAIRN_TOKEN_TEXT_BYTES + 1);
    }
    return err;
}

cairn_err cairn_token_add_certificate(struct cairn_token_book *book,
                                      const struct cairn_token_grant *grant,
                                      const uint8_t spki_hash[static 32])
{
    if (cairn_token_find_certificate(book, spki_hash) != NULL) {
        return CAIRN_EXISTS;
    }
    return token_append(book, grant, CAIRN_TOKEN_CERTIFICATE, spki_hash);
}

cairn_err cairn_token_revoke(struct cairn_token_book *book, const char *id)
{
    size_t at = 0;
    while (at < book->count && strcmp(book->tokens[at].id, id) != 0) {
        at++;
    }
    if (at == book->count) {
        return CAIRN_NOT_FOUND;
    }
    struct cairn_token revoked = book->tokens[at];
    struct cairn_token *place = &book->tokens[at];
    memmove(place, place + 1, (book->count - at - 1) * sizeof *place);
    book->count--;
    cairn_err err = token_write_file(book);
    if (err != CAIRN_OK) {
        memmove(place + 1, place, (book->count - at) * sizeof *place);
        *place = revoked;
        book->count++;
    }
    return err;
}

/* Looks at every token, whichever matches. */
static const struct cairn_token *token_find_hash(const struct cairn_token_book *book,
                                                 enum cairn_token_kind kind,
                                                 const uint8_t hash[static 32])
{
    const struct cairn_token *found = NULL;
    for (size_t at = 0; at < book->count; at++) {
        const struct cairn_token *token = &book->tokens[at];
        bool is_same = cairn_secret_is_same((struct cairn_bytes){token->hash, 32},
                                            (struct cairn_bytes){hash, 32});
        if (is_same && token->kind == kind) {
            found = token;
        }
    }
    return found;
}

const struct cairn_token *cairn_token_find(const struct cairn_token_book *book,
                                           struct cairn_bytes text)
{
    uint8_t hash[32];
    if (text.size != CAIRN_TOKEN_TEXT_BYTES) {
        return NULL;
    }
    cairn_sha256_of(text, hash);
    return token_find_hash(book, CAIRN_TOKEN_BEARER, hash);
}

const struct cairn_token *cairn_token_find_certificate(const struct cairn_token_book *book,
                                                       const uint8_t spki_hash[static 32])
{
    return token_find_hash(book, CAIRN_TOKEN_CERTIFICATE, spki_hash);
}

size_t cairn_token_count(const struct cairn_token_book *book)
{
    return book->count;
}

const struct cairn_token *cairn_token_at(const struct cairn_token_book *book, size_t index)
{
    return index < book->count ? &book->tokens[index] : NULL;
}
