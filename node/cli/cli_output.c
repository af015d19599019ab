#include "node/cli/cli_output.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "node/http/http_problem.h"
#include "schema/base/text.h"

#define OUTPUT_COLUMNS_MAX 16u
#define OUTPUT_CELL_BYTES  256u

/* Replace what could command a terminal or turn the line around by '?', in place. */
static void output_clean(char *text)
{
    struct cairn_bytes rest = cairn_bytes_of(text);
    size_t at = 0;
    while (at < rest.size) {
        uint32_t code_point = 0;
        size_t before = at;
        if (cairn_text_next(rest, &at, &code_point) != CAIRN_OK) {
            text[at++] = '?';
        } else if (cairn_text_is_forbidden(code_point)) {
            memset(text + before, '?', at - before);
        }
    }
}

static void output_json(const struct cairn_cli_output *output, const json_t *value)
{
    (void)json_dumpf(value, output->out, JSON_INDENT(2) | JSON_ENCODE_ANY);
    fputc('\n', output->out);
}

void cairn_cli_output_line(const struct cairn_cli_output *output, const char *format, ...)
{
    char line[2048];
    if (output->is_json) {
        return;
    }
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    output_clean(line);
    fprintf(output->out, "%s\n", line);
}

/* Follow "a.b" into inner objects. gives: NULL when something is absent */
static const json_t *output_find(const json_t *row, const char *key)
{
    char name[64];
    while (row != NULL) {
        const char *dot = strchr(key, '.');
        size_t size = dot == NULL ? strlen(key) : (size_t)(dot - key);
        if (size >= sizeof name) {
            return NULL;
        }
        memcpy(name, key, size);
        name[size] = '\0';
        row = json_object_get(row, name);
        if (dot == NULL) {
            return row;
        }
        key = dot + 1;
    }
    return NULL;
}

/* One value in one line; lists as "a, b", objects as compact JSON. */
static void output_write_cell(const json_t *value, char *out, size_t capacity)
{
    out[0] = '\0';
    if (json_is_string(value)) {
        snprintf(out, capacity, "%s", json_string_value(value));
    } else if (json_is_boolean(value)) {
        snprintf(out, capacity, "%s", json_is_true(value) ? "yes" : "no");
    } else if (json_is_array(value)) {
        size_t size = 0;
        for (size_t at = 0; at < json_array_size(value) && size + 3 < capacity; at++) {
            size += (size_t)snprintf(out + size, capacity - size, "%s", at == 0 ? "" : ", ");
            output_write_cell(json_array_get(value, at), out + size, capacity - size);
            size += strlen(out + size);
        }
    } else if (value != NULL && !json_is_null(value)) {
        char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
        snprintf(out, capacity, "%s", text == NULL ? "" : text);
        free(text);
    }
    output_clean(out);
}

static size_t output_width(const char *text)
{
    return cairn_text_count(cairn_bytes_of(text));
}

static void output_pad(const struct cairn_cli_output *output, const char *text, size_t width)
{
    fputs(text, output->out);
    for (size_t at = output_width(text); at < width; at++) {
        fputc(' ', output->out);
    }
}

static void output_row(const struct cairn_cli_output *output,
                       const struct cairn_cli_column *columns, size_t column_count,
                       const size_t *widths, const json_t *row)
{
    char cell[OUTPUT_CELL_BYTES];
    for (size_t at = 0; at < column_count; at++) {
        bool is_last = at + 1 == column_count;
        if (row == NULL) {
            snprintf(cell, sizeof cell, "%s", columns[at].title);
        } else {
            output_write_cell(output_find(row, columns[at].key), cell, sizeof cell);
        }
        output_pad(output, cell, is_last ? 0 : widths[at]);
        fputs(is_last ? "\n" : "  ", output->out);
    }
}

void cairn_cli_output_table(const struct cairn_cli_output *output,
                            const struct cairn_cli_column *columns, size_t column_count,
                            const json_t *rows)
{
    char cell[OUTPUT_CELL_BYTES];
    size_t widths[OUTPUT_COLUMNS_MAX] = {0};
    if (output->is_json) {
        output_json(output, rows);
        return;
    }
    column_count = column_count < OUTPUT_COLUMNS_MAX ? column_count : OUTPUT_COLUMNS_MAX;
    for (size_t column = 0; column < column_count; column++) {
        widths[column] = output_width(columns[column].title);
        for (size_t at = 0; at < json_array_size(rows); at++) {
            const json_t *row = json_array_get(rows, at);
            output_write_cell(output_find(row, columns[column].key), cell, sizeof cell);
            size_t width = output_width(cell);
            widths[column] = width > widths[column] ? width : widths[column];
        }
    }
    output_row(output, columns, column_count, widths, NULL);
    for (size_t at = 0; at < json_array_size(rows); at++) {
        output_row(output, columns, column_count, widths, json_array_get(rows, at));
    }
}

static void output_members(const struct cairn_cli_output *output, const json_t *object, int indent)
{
    const char *key;
    json_t *value;
    char cell[2048];
    json_object_foreach((json_t *)(uintptr_t)object, key, value)
    {
        char name[128];
        snprintf(name, sizeof name, "%s", key);
        output_clean(name);
        bool is_inner = json_is_object(value) && indent < 16;
        bool is_list = json_is_array(value) && json_is_object(json_array_get(value, 0));
        if (is_inner) {
            fprintf(output->out, "%*s%s:\n", indent, "", name);
            output_members(output, value, indent + 2);
        } else if (is_list && indent < 16) {
            for (size_t at = 0; at < json_array_size(value); at++) {
                fprintf(output->out, "%*s%s %zu:\n", indent, "", name, at + 1);
                output_members(output, json_array_get(value, at), indent + 2);
            }
        } else {
            output_write_cell(value, cell, sizeof cell);
            fprintf(output->out, "%*s%s: %s\n", indent, "", name, cell);
        }
    }
}

void cairn_cli_output_object(const struct cairn_cli_output *output, const json_t *object)
{
    if (output->is_json) {
        output_json(output, object);
    } else {
        output_members(output, object, 0);
    }
}

int cairn_cli_output_error(const struct cairn_cli_output *output, cairn_err err, const char *detail)
{
    char shown[512];
    snprintf(shown, sizeof shown, "%s", detail == NULL ? "" : detail);
    output_clean(shown);
    if (output->is_json) {
        json_t *problem = cairn_http_problem_make(err, 0, detail == NULL ? NULL : shown, NULL);
        output_json(output, problem);
        json_decref(problem);
    }
    fprintf(output->err, "cairn: %s (%d %s)%s%s\n", cairn_err_text(err), (int)err,
            cairn_err_name(err), detail == NULL ? "" : ": ", shown);
    return cairn_cli_client_exit(err);
}

/* "cairn: title (code NAME): detail at /pointer" */
static void output_problem(const struct cairn_cli_output *output, const json_t *problem)
{
    char title[256];
    char detail[512];
    char pointer[256];
    output_write_cell(json_object_get(problem, "title"), title, sizeof title);
    output_write_cell(json_object_get(problem, "detail"), detail, sizeof detail);
    output_write_cell(json_object_get(problem, "pointer"), pointer, sizeof pointer);
    long long code = json_integer_value(json_object_get(problem, "code"));
    fprintf(output->err, "cairn: %s (%lld)%s%s%s%s\n", title, code, detail[0] == '\0' ? "" : ": ",
            detail, pointer[0] == '\0' ? "" : " at ", pointer);
}

int cairn_cli_output_refusal(const struct cairn_cli_output *output,
                             const struct cairn_cli_response *response)
{
    json_t *problem = NULL;
    if (response->status >= 200 && response->status <= 299) {
        return CAIRN_EXIT_DONE;
    }
    if (cairn_cli_client_json(response, &problem) != CAIRN_OK) {
        return cairn_cli_output_error(output, CAIRN_HTTP, "the daemon's answer is not understood");
    }
    if (output->is_json) {
        output_json(output, problem);
    }
    output_problem(output, problem);
    long long code = json_integer_value(json_object_get(problem, "code"));
    json_decref(problem);
    return code >= 500 && code <= 599 ? CAIRN_EXIT_MACHINE : CAIRN_EXIT_REFUSED;
}

int cairn_cli_output_usage(const struct cairn_cli_output *output, const char *usage,
                           const char *fault)
{
    char shown[256];
    snprintf(shown, sizeof shown, "%s", fault);
    output_clean(shown);
    if (output->is_json) {
        json_t *problem = cairn_http_problem_make(CAIRN_USAGE, 0, shown, NULL);
        output_json(output, problem);
        json_decref(problem);
    }
    fprintf(output->err, "cairn: %s\n%s\n", shown, usage);
    return CAIRN_EXIT_USAGE;
}
