/* What `cairn verify` prints, line by line while it reads: for people, or as one JSON object.
 *
 *     head, countries -> findings ... -> verdict
 *
 * Nothing is kept, so a bundle of any size can be shown. Everything printed was checked: names and
 * codes are of narrow alphabets; only the name of the file is cleaned. */
#ifndef CAIRN_NODE_CLI_CLI_VERIFY_REPORT_H
#define CAIRN_NODE_CLI_CLI_VERIFY_REPORT_H

#include <stdio.h>

#include "replication/verify.h"

struct cairn_cli_report {
    FILE *out;
    const char *file;
    bool is_json;
    bool has_head;    /* head and countries were printed */
    bool has_finding; /* so was at least one finding */
};

/* Show what a record says. verify: as it stands behind that record */
void cairn_cli_report_finding(struct cairn_cli_report *report, const struct cairn_verify *verify,
                              const struct cairn_verify_finding *finding);

/* Show the verdict. */
void cairn_cli_report_end(struct cairn_cli_report *report, const struct cairn_verify *verify,
                          const struct cairn_verify_result *result);

#endif
