/* Words that would tell a state that somebody sought protection from it. A fixed list, the same on
 * every node: a net with wide meshes, for slips of the pen, not a proof. Pure. source: C04 */
#ifndef CAIRN_SCHEMA_CASE_LINT_H
#define CAIRN_SCHEMA_CASE_LINT_H

#include "schema/base/bytes.h"

/* Does a word of the text begin with a word of the list, in whatever case of its letters?
 *
 * shape   text: well-formed UTF-8
 * gives   the entry of the list, lower case, static; NULL when there is none */
const char *cairn_lint_find(struct cairn_bytes text);

#endif
