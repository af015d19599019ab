#include "node/policybook.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/file.h"
#include "schema/base/check.h"

#define POLICYBOOK_ARENA_BYTES ((size_t)8 << 20) /* a node for every other byte of the longest */

struct cairn_policybook_page {
    struct cairn_policy policy;
    uint8_t *memory;
    size_t text_size;
    uint8_t text[]; /* as applied */
};

struct cairn_policybook {
    char path[CAIRN_FILE_PATH_MAX];
    struct cairn_policybook_page *page; /* never NULL once open */
};

void cairn_policybook_drop(struct cairn_policybook_page *page)
{
    if (page != NULL) {
        free(page->memory);
        free(page);
    }
}

static void policybook_fault(const struct cairn_yaml_fault *fault, char *out)
{
    bool has_subject = fault->subject.size > 0;
    snprintf(out, CAIRN_POLICYBOOK_FAULT, "%u:%u: %s%s%.*s%s", fault->line, fault->column,
             fault->what, has_subject ? " (" : "", has_subject ? (int)fault->subject.size : 0,
             has_subject ? (const char *)fault->subject.data : "", has_subject ? ")" : "");
}

static cairn_err policybook_parse(struct cairn_policybook_page *page, bool is_test_network,
                                  char *out_fault)
{
    struct cairn_arena arena;
    struct cairn_yaml_fault fault = {.what = ""};
    cairn_arena_init(&arena, page->memory, POLICYBOOK_ARENA_BYTES);
    cairn_err err = cairn_policy_parse((struct cairn_bytes){page->text, page->text_size},
                                       is_test_network, &arena, &page->policy, &fault);
    if (err != CAIRN_OK) {
        policybook_fault(&fault, out_fault);
    }
    return err;
}

cairn_err cairn_policybook_read(struct cairn_bytes text, bool is_test_network,
                                struct cairn_policybook_page **out,
                                char out_fault[static CAIRN_POLICYBOOK_FAULT])
{
    out_fault[0] = '\0';
    if (text.size > CAIRN_POLICYBOOK_BYTES_MAX) {
        return CAIRN_TOO_LONG;
    }
    struct cairn_policybook_page *page = calloc(1, sizeof *page + text.size + 1);
    if (page == NULL) {
        return CAIRN_MEMORY;
    }
    page->memory = malloc(POLICYBOOK_ARENA_BYTES);
    page->text_size = text.size;
    if (text.size > 0) {
        memcpy(page->text, text.data, text.size);
    }
    cairn_err err =
        page->memory == NULL ? CAIRN_MEMORY : policybook_parse(page, is_test_network, out_fault);
    if (err != CAIRN_OK) {
        cairn_policybook_drop(page);
        return err;
    }
    *out = page;
    return CAIRN_OK;
}

static cairn_err policybook_load(struct cairn_policybook *book, bool is_test_network,
                                 char *out_fault)
{
    size_t size = 0;
    uint8_t *text = malloc(CAIRN_POLICYBOOK_BYTES_MAX);
    if (text == NULL) {
        return CAIRN_MEMORY;
    }
    cairn_err err = cairn_file_read(book->path, text, CAIRN_POLICYBOOK_BYTES_MAX, &size);
    struct cairn_bytes source = {text, size};
    if (err == CAIRN_NOT_FOUND) {
        source = cairn_policy_default();
        err = CAIRN_OK;
    }
    if (err == CAIRN_OK) {
        err = cairn_policybook_read(source, is_test_network, &book->page, out_fault);
    }
    free(text);
    return err;
}

cairn_err cairn_policybook_open(const char *dir, bool is_test_network,
                                struct cairn_policybook **out,
                                char out_fault[static CAIRN_POLICYBOOK_FAULT])
{
    out_fault[0] = '\0';
    struct cairn_policybook *book = calloc(1, sizeof *book);
    if (book == NULL) {
        return CAIRN_MEMORY;
    }
    cairn_err err = cairn_file_path(dir, "policy.yaml", book->path);
    if (err == CAIRN_OK) {
        err = policybook_load(book, is_test_network, out_fault);
    }
    if (err != CAIRN_OK) {
        cairn_policybook_close(book);
        return err;
    }
    *out = book;
    return CAIRN_OK;
}

void cairn_policybook_close(struct cairn_policybook *book)
{
    if (book != NULL) {
        cairn_policybook_drop(book->page);
        free(book);
    }
}

const struct cairn_policy *cairn_policybook_now(const struct cairn_policybook *book)
{
    return &book->page->policy;
}

struct cairn_bytes cairn_policybook_text(const struct cairn_policybook *book)
{
    return (struct cairn_bytes){book->page->text, book->page->text_size};
}

const struct cairn_policy *cairn_policybook_policy(const struct cairn_policybook_page *page)
{
    return &page->policy;
}

struct cairn_bytes cairn_policybook_source(const struct cairn_policybook_page *page)
{
    return (struct cairn_bytes){page->text, page->text_size};
}

void cairn_policybook_turn(struct cairn_policybook *book, struct cairn_policybook_page *page)
{
    CAIRN_REQUIRE(page != NULL);
    cairn_policybook_drop(book->page);
    book->page = page;
}

const char *cairn_policybook_path(const struct cairn_policybook *book)
{
    return book->path;
}
