/* YAML of an operator as JSON: plain numbers and truth values become such, everything else text.
 * For small files beside a command (--defaults). */
#ifndef CAIRN_NODE_CLI_CLI_YAML_H
#define CAIRN_NODE_CLI_CLI_YAML_H

#include <jansson.h>

#include "schema/yaml.h"

/* Convert a file's text; the top must be a map.
 *
 * owns    *out: the caller's
 * gives   out_fault: "line:column: what", on an error
 * errors  those of cairn_yaml_parse; CAIRN_YAML_TYPE; CAIRN_TOO_LONG (over 64 KiB); CAIRN_MEMORY */
CAIRN_MUST cairn_err cairn_cli_yaml_read(struct cairn_bytes text, json_t **out,
                                         char out_fault[static 256]);

#endif
