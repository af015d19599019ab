#include "node/importcsv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/jsontext.h"
#include "schema/alert/alert_codes.h"
#include "schema/alert/document.h"
#include "schema/base/civil.h"
#include "schema/base/text.h"
#include "schema/code.h"

#define IMPORTCSV_COLUMNS     6u
#define IMPORTCSV_FIELD_BYTES 64u
#define IMPORTCSV_LINE_BYTES  1024u

static const char importcsv_header[] = "issuer,type,number,status,issued,expires";

enum { COLUMN_ISSUER, COLUMN_TYPE, COLUMN_NUMBER, COLUMN_STATUS, COLUMN_ISSUED, COLUMN_EXPIRES };

struct importcsv_row {
    uint64_t line;
    cairn_err err;
    char fields[IMPORTCSV_COLUMNS][IMPORTCSV_FIELD_BYTES];
    char key[CAIRN_IMPORTCSV_KEY_BYTES]; /* issuer, number of the type, number: in the order that
                                            a batch is checked fastest in */
};

/* ---- one line ---- */

/* Take one field from the line; *at: behind it. */
static cairn_err importcsv_take(struct cairn_bytes line, size_t *at, char *out)
{
    size_t size = 0;
    bool is_quoted = *at < line.size && line.data[*at] == '"';
    *at += is_quoted ? 1 : 0;
    for (;; (*at)++) {
        bool is_end = *at == line.size;
        if (is_end && is_quoted) {
            return CAIRN_CSV;
        }
        if (is_end || (!is_quoted && line.data[*at] == ',')) {
            break;
        }
        char byte = (char)line.data[*at];
        if (byte == '"') {
            bool is_doubled = is_quoted && *at + 1 < line.size && line.data[*at + 1] == '"';
            if (!is_quoted) {
                return CAIRN_CSV;
            }
            (*at)++;
            if (!is_doubled) {
                break;
            }
        }
        if (size + 1 == IMPORTCSV_FIELD_BYTES) {
            return CAIRN_TOO_LONG;
        }
        out[size++] = byte;
    }
    out[size] = '\0';
    return *at == line.size || line.data[*at] == ',' ? CAIRN_OK : CAIRN_CSV;
}

static cairn_err importcsv_split(struct cairn_bytes line, struct importcsv_row *row)
{
    size_t at = 0;
    if (line.size > IMPORTCSV_LINE_BYTES) {
        return CAIRN_TOO_LONG;
    }
    CAIRN_TRY(cairn_text_check(line, IMPORTCSV_LINE_BYTES));
    for (uint32_t column = 0; column < IMPORTCSV_COLUMNS; column++) {
        CAIRN_TRY(importcsv_take(line, &at, row->fields[column]));
        bool is_last = column + 1 == IMPORTCSV_COLUMNS;
        if ((at == line.size) != is_last) {
            return CAIRN_CSV;
        }
        at++;
    }
    return CAIRN_OK;
}

static cairn_err importcsv_check_number(const char *number)
{
    size_t size = strlen(number);
    if (size > CAIRN_DOCUMENT_NUMBER_BYTES) {
        return CAIRN_TOO_LONG;
    }
    for (size_t at = 0; at < size; at++) {
        bool is_letter = number[at] >= 'A' && number[at] <= 'Z';
        bool is_digit = number[at] >= '0' && number[at] <= '9';
        if (!is_letter && !is_digit) {
            return CAIRN_NUMBER;
        }
    }
    return size == 0 ? CAIRN_NUMBER : CAIRN_OK;
}

static cairn_err importcsv_check_date(const char *date)
{
    struct cairn_civil_date unused;
    return date[0] == '\0' ? CAIRN_OK : cairn_civil_parse_date(cairn_bytes_of(date), &unused);
}

/* The same rules as the operation's own check has, one row at a time. */
static cairn_err importcsv_check(const struct cairn_importcsv *reader,
                                 const struct importcsv_row *row)
{
    struct cairn_shape_fault fault;
    struct cairn_document document = {.issuer = cairn_bytes_of(row->fields[COLUMN_ISSUER]),
                                      .number = cairn_bytes_of(row->fields[COLUMN_NUMBER]),
                                      .issued = cairn_bytes_of(row->fields[COLUMN_ISSUED]),
                                      .expires = cairn_bytes_of(row->fields[COLUMN_EXPIRES])};
    if (!cairn_code_is_known(document.issuer, reader->is_test_network)) {
        return CAIRN_CODE_UNKNOWN;
    }
    if (cairn_codelist_number(&cairn_alert_codes_documents,
                              cairn_bytes_of(row->fields[COLUMN_TYPE])) == 0 ||
        cairn_codelist_number(&cairn_alert_codes_document_statuses,
                              cairn_bytes_of(row->fields[COLUMN_STATUS])) == 0) {
        return CAIRN_RULE_CODE;
    }
    CAIRN_TRY(importcsv_check_number(row->fields[COLUMN_NUMBER]));
    CAIRN_TRY(importcsv_check_date(row->fields[COLUMN_ISSUED]));
    CAIRN_TRY(importcsv_check_date(row->fields[COLUMN_EXPIRES]));
    if (!cairn_document_is_issued_by(&document, cairn_bytes_of(reader->country))) {
        return CAIRN_RULE_ISSUER;
    }
    return cairn_document_check(&document, reader->day, &fault);
}

static void importcsv_judge(const struct cairn_importcsv *reader, struct cairn_bytes line,
                            struct importcsv_row *row)
{
    row->err = importcsv_split(line, row);
    if (row->err == CAIRN_OK) {
        row->err = importcsv_check(reader, row);
    }
    if (row->err == CAIRN_OK) {
        unsigned kind = cairn_codelist_number(&cairn_alert_codes_documents,
                                              cairn_bytes_of(row->fields[COLUMN_TYPE]));
        snprintf(row->key, sizeof row->key, "%.3s,%02u,%.20s", row->fields[COLUMN_ISSUER], kind,
                 row->fields[COLUMN_NUMBER]);
    }
}

/* ---- all lines ---- */

static int importcsv_order(const void *left, const void *right)
{
    const struct importcsv_row *a = left;
    const struct importcsv_row *b = right;
    int order = strcmp(a->key, b->key);
    return order != 0 ? order : (a->line > b->line) - (a->line < b->line);
}

/* The next line without its end; *at: behind it. */
static struct cairn_bytes importcsv_next_line(struct cairn_bytes piece, size_t *at)
{
    size_t begin = *at;
    while (*at < piece.size && piece.data[*at] != '\n') {
        (*at)++;
    }
    size_t end = *at;
    *at += *at < piece.size ? 1 : 0;
    end -= end > begin && piece.data[end - 1] == '\r' ? 1 : 0;
    return (struct cairn_bytes){piece.data + begin, end - begin};
}

static cairn_err importcsv_skip_header(struct cairn_bytes piece, size_t *at)
{
    static const uint8_t mark[3] = {0xef, 0xbb, 0xbf}; /* what some spreadsheets begin with */
    if (piece.size >= sizeof mark && memcmp(piece.data, mark, sizeof mark) == 0) {
        *at = sizeof mark;
    }
    struct cairn_bytes line = importcsv_next_line(piece, at);
    return cairn_bytes_is_equal(line, cairn_bytes_of(importcsv_header)) ? CAIRN_OK : CAIRN_CSV;
}

json_t *cairn_importcsv_reject(uint64_t line, cairn_err err, const char *detail)
{
    char reason[256];
    bool has_detail = detail != NULL && detail[0] != '\0';
    snprintf(reason, sizeof reason, "%s%s%s", cairn_err_text(err), has_detail ? ": " : "",
             has_detail ? detail : "");
    return json_pack("{s:o, s:i, s:s, s:s}", "line", cairn_jsontext_make_uint(line), "code",
                     (int)err, "name", cairn_err_name(err), "reason", reason);
}

static json_t *importcsv_make_row(const struct importcsv_row *row)
{
    const char *issued = row->fields[COLUMN_ISSUED];
    const char *expires = row->fields[COLUMN_EXPIRES];
    return json_pack("{s:s, s:s, s:s, s:s*, s:s*, s:s}", "kind", row->fields[COLUMN_TYPE], "issuer",
                     row->fields[COLUMN_ISSUER], "number", row->fields[COLUMN_NUMBER], "issued",
                     issued[0] == '\0' ? NULL : issued, "expires",
                     expires[0] == '\0' ? NULL : expires, "status", row->fields[COLUMN_STATUS]);
}

static int importcsv_order_line(const void *left, const void *right)
{
    const struct importcsv_row *a = left;
    const struct importcsv_row *b = right;
    return (a->line > b->line) - (a->line < b->line);
}

/* Good rows in order of their key, a key once; the others in order of their line. */
static cairn_err importcsv_give(const struct cairn_importcsv *reader, struct importcsv_row *rows,
                                size_t count, json_t *out_rows, json_t *out_rejects)
{
    int failed = 0;
    const char *last = reader->last;
    qsort(rows, count, sizeof *rows, importcsv_order);
    for (size_t at = 0; at < count; at++) {
        bool is_first = at == 0 || strcmp(rows[at].key, rows[at - 1].key) != 0;
        if (rows[at].err != CAIRN_OK) {
            continue;
        }
        if (!is_first || strcmp(rows[at].key, last) == 0) {
            rows[at].err = CAIRN_RULE_DUPLICATE;
        } else {
            failed |= json_array_append_new(out_rows, importcsv_make_row(&rows[at]));
        }
    }
    qsort(rows, count, sizeof *rows, importcsv_order_line);
    for (size_t at = 0; at < count; at++) {
        if (rows[at].err != CAIRN_OK) {
            json_t *reject = cairn_importcsv_reject(rows[at].line, rows[at].err, NULL);
            failed |= json_array_append_new(out_rejects, reject);
        }
    }
    return failed == 0 ? CAIRN_OK : CAIRN_MEMORY;
}

static cairn_err importcsv_read(struct cairn_importcsv *reader, struct cairn_bytes piece,
                                struct importcsv_row *rows, json_t *out_rows, json_t *out_rejects)
{
    size_t at = 0;
    size_t count = 0;
    uint64_t line_number = reader->line;
    char last[CAIRN_IMPORTCSV_KEY_BYTES];
    if (line_number == 1) {
        CAIRN_TRY(importcsv_skip_header(piece, &at));
        line_number++;
    }
    memcpy(last, reader->last, sizeof last);
    while (at < piece.size) {
        struct cairn_bytes line = importcsv_next_line(piece, &at);
        if (count == CAIRN_LIMIT_BATCH_ROWS) {
            return CAIRN_TOO_LONG;
        }
        struct importcsv_row *row = &rows[count++];
        memset(row, 0, sizeof *row);
        row->line = line_number++;
        importcsv_judge(reader, line, row);
        if (row->err == CAIRN_OK) {
            memcpy(last, row->key, sizeof last);
        }
    }
    CAIRN_TRY(importcsv_give(reader, rows, count, out_rows, out_rejects));
    memcpy(reader->last, last, sizeof last);
    reader->line = line_number;
    return CAIRN_OK;
}

cairn_err cairn_importcsv_read(struct cairn_importcsv *reader, struct cairn_bytes piece,
                               json_t **out_rows, json_t **out_rejects)
{
    struct importcsv_row *rows = malloc(CAIRN_LIMIT_BATCH_ROWS * sizeof *rows);
    json_t *good = json_array();
    json_t *rejects = json_array();
    bool is_short = rows == NULL || good == NULL || rejects == NULL;
    cairn_err err = is_short ? CAIRN_MEMORY : importcsv_read(reader, piece, rows, good, rejects);
    free(rows);
    if (err != CAIRN_OK) {
        json_decref(good);
        json_decref(rejects);
        return err;
    }
    *out_rows = good;
    *out_rejects = rejects;
    return CAIRN_OK;
}
