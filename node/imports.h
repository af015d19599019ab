/* Files taken in piece by piece: each piece is checked, published, and only then counted as done.
 *
 *     begin(hash of the file) -> state: offset 0, or where it stood
 *     take(piece at offset)   -> accepted, a line for each refused row -> offset moves on
 *
 * The state rests in DIR/imports/<id>.json, durable before the answer, so that a crash of either
 * side repeats at most one piece. Object ids are derived from the file and the line: what is
 * published twice is one object. A piece of documents is one alert.batch, one of alerts an
 * alert.issue for each line. On the loop. docs/operate.md */
#ifndef CAIRN_NODE_IMPORTS_H
#define CAIRN_NODE_IMPORTS_H

#include <jansson.h>

#include "node/publish.h"

#define CAIRN_IMPORTS_ID_BYTES    64u /* hexadecimal */
#define CAIRN_IMPORTS_OPEN_MAX    64u /* known to the running node */
#define CAIRN_IMPORTS_PIECE_BYTES (2u << 20)
#define CAIRN_IMPORTS_LINES_MAX   1024u /* alerts in one piece */

enum cairn_imports_format { CAIRN_IMPORTS_DOCUMENTS_CSV, CAIRN_IMPORTS_ALERTS_JSONL };

struct cairn_imports;

struct cairn_imports_options {
    struct cairn_driver *driver; /* these outlive it */
    struct cairn_publish *publish;
};

/* owns: give back with cairn_imports_close. errors  CAIRN_FILE (DIR/imports), CAIRN_MEMORY */
CAIRN_MUST cairn_err cairn_imports_open(const struct cairn_imports_options *options,
                                        struct cairn_imports **out);
void cairn_imports_close(struct cairn_imports *imports); /* NULL is harmless */

struct cairn_imports_file {
    uint8_t sha256[32]; /* of the whole file */
    enum cairn_imports_format format;
    json_t *defaults; /* members for rows that lack them; borrowed; NULL: none */
    const char *purpose;
    const char *role;
    const char *actor;
};

struct cairn_imports_answer {
    cairn_err err;
    json_t *body; /* state, and of a piece what was refused; NULL on an error; borrowed */
    char pointer[192];
    char detail[160];
};
typedef void cairn_imports_done(void *host, const struct cairn_imports_answer *answer);

/* Begin a file, or go on with it. done comes later.
 *
 * errors  CAIRN_BUSY, CAIRN_MEMORY, CAIRN_FULL: done is not called
 * gives   in the answer: state as JSON; CAIRN_CONFLICT  it was begun with other defaults;
 *         CAIRN_JSON_FIELD ... (defaults), CAIRN_FILE */
CAIRN_MUST cairn_err cairn_imports_begin(struct cairn_imports *imports,
                                         const struct cairn_imports_file *file,
                                         cairn_imports_done *done, void *host);

struct cairn_imports_piece {
    char id[CAIRN_IMPORTS_ID_BYTES + 1];
    uint64_t offset;          /* in the file, bytes */
    struct cairn_bytes bytes; /* whole lines; copied */
};

/* Take the piece at the state's offset. One that was taken before is answered with the state.
 *
 * errors  CAIRN_NOT_FOUND  id; CAIRN_BUSY  a piece of it is under way; CAIRN_LATER  views are
 *         catching up after a start; CAIRN_STATE  another offset is next; CAIRN_MEMORY
 * gives   in the answer: state with `refused`; CAIRN_CSV  header; CAIRN_TOO_LONG; what stops the
 *         whole piece: 4xx and 5xx, it may be repeated */
CAIRN_MUST cairn_err cairn_imports_take(struct cairn_imports *imports,
                                        const struct cairn_imports_piece *piece,
                                        cairn_imports_done *done, void *host);

/* The state of an import that was begun, as JSON. owns: the caller. NULL: no such import */
json_t *cairn_imports_state(const struct cairn_imports *imports, const char *id);

#endif
