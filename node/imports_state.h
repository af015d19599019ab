/* What the files of imports share. Not for others. */
#ifndef CAIRN_NODE_IMPORTS_STATE_H
#define CAIRN_NODE_IMPORTS_STATE_H

#include "node/importcsv.h"
#include "node/imports.h"

/* One file. */
struct imports_file {
    struct imports_file *next;
    char id[CAIRN_IMPORTS_ID_BYTES + 1];
    uint8_t sha256[32];
    enum cairn_imports_format format;
    json_t *defaults; /* object */
    char purpose[CAIRN_PURPOSE_BYTES + 1];
    char role[CAIRN_ROLE_BYTES + 1];
    char actor[CAIRN_ACTOR_BYTES + 1];
    uint64_t begun_ms;
    uint64_t offset; /* bytes taken */
    uint64_t line;   /* number of the next line */
    uint64_t accepted_count;
    uint64_t refused_count;
    char last[CAIRN_IMPORTCSV_KEY_BYTES];
    bool is_busy;
    bool is_resumed; /* read from disk: what was published before may not be folded yet */
};

/* One operation of a piece. */
struct imports_item {
    struct imports_piece *piece;
    uint64_t line;
    enum cairn_kind kind;
    uint32_t row_count; /* that it stands for */
    struct cairn_id object;
    struct cairn_bytes body; /* malloc */
};

/* A piece on its way. */
struct imports_piece {
    struct cairn_imports *imports;
    struct imports_file *file;
    struct cairn_bytes bytes; /* malloc */
    struct cairn_importcsv reader;
    uint64_t line_after;
    uint32_t item_count;
    struct imports_item *items; /* malloc */
    uint32_t item_next;         /* to be published */
    uint32_t open_count;
    uint64_t accepted_count;
    json_t *refused;
    cairn_err err; /* of the whole piece */
    char pointer[192];
    char detail[160];
    cairn_imports_done *done;
    void *host;
};

struct cairn_imports {
    struct cairn_imports_options options;
    const struct cairn_config *config;
    char dir[4096];
    struct imports_file *files;
    uint32_t file_count;
};

/* An answer that waits for its state to be durable. */
struct imports_save {
    struct cairn_imports *imports;
    struct imports_file *file;
    json_t *body; /* of the answer */
    cairn_imports_done *done;
    void *host;
};

/* imports.c */
struct imports_file *cairn_imports_find(const struct cairn_imports *imports, const char *id);

/* Write the file's state, then answer. owns: takes asked->body, also on an error
 *
 * errors  CAIRN_MEMORY, CAIRN_BUSY, CAIRN_STATE, CAIRN_TOO_LONG: not answered */
CAIRN_MUST cairn_err cairn_imports_save(struct cairn_imports *imports, struct imports_file *file,
                                        const struct imports_save *asked);

/* imports_read.c: turn a piece into items. On a reader thread */
void cairn_imports_read(struct imports_piece *piece);

/* What the rows of a file share, from its defaults. owns: the caller; errors  CAIRN_MEMORY */
CAIRN_MUST cairn_err cairn_imports_base(const struct imports_file *file, const char *country,
                                        json_t **out);

/* imports_file.c: states as JSON and files */
json_t *cairn_imports_file_json(const struct imports_file *file); /* for the API */
char *cairn_imports_file_write(const struct imports_file *file);  /* for the disk; malloc */
CAIRN_MUST cairn_err cairn_imports_file_read(const char *path, struct imports_file *out);
void cairn_imports_file_free(struct imports_file *file); /* NULL is harmless */

#endif
