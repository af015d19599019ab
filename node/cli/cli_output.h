/* What commands print: lines and tables for people, or JSON with --json. Text from outside is shown
 * with its control characters replaced, so that no name can move a terminal's cursor. */
#ifndef CAIRN_NODE_CLI_CLI_OUTPUT_H
#define CAIRN_NODE_CLI_CLI_OUTPUT_H

#include <jansson.h>
#include <stdio.h>

#include "node/cli/cli_client.h"

struct cairn_cli_output {
    FILE *out; /* answers */
    FILE *err; /* what went wrong */
    bool is_json;
};

struct cairn_cli_column {
    const char *title;
    const char *key; /* of the row objects; "a.b" looks into an inner object */
};

/* One line, printf style; nothing with --json. The texts given are cleaned. */
void cairn_cli_output_line(const struct cairn_cli_output *output, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* A table, columns as wide as their widest cell; with --json the rows as they are.
 *
 * shape   rows: array of objects, borrowed */
void cairn_cli_output_table(const struct cairn_cli_output *output,
                            const struct cairn_cli_column *columns, size_t column_count,
                            const json_t *rows);

/* "key: value" lines of an object, inner ones indented; with --json the object. */
void cairn_cli_output_object(const struct cairn_cli_output *output, const json_t *object);

/* An error of our own: "cairn: text (508 FILE): detail"; with --json a problem object on out.
 *
 * gives   the exit code */
int cairn_cli_output_error(const struct cairn_cli_output *output, cairn_err err,
                           const char *detail);

/* An answer that is not 2xx: prints its problem. gives: the exit code, CAIRN_EXIT_DONE for 2xx
 * (nothing is printed then) */
int cairn_cli_output_refusal(const struct cairn_cli_output *output,
                             const struct cairn_cli_response *response);

/* Usage on err, with the fault. gives: CAIRN_EXIT_USAGE */
int cairn_cli_output_usage(const struct cairn_cli_output *output, const char *usage,
                           const char *fault);

#endif
