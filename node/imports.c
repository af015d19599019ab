#include "node/imports.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/hash.h"
#include "node/clock.h"
#include "node/file.h"
#include "node/imports_state.h"
#include "node/savefile.h"
#include "schema/base/check.h"
#include "schema/base/text.h"

static cairn_err imports_path(const struct cairn_imports *imports, const char *id, char *out)
{
    char name[CAIRN_IMPORTS_ID_BYTES + 8];
    snprintf(name, sizeof name, "%s.json", id);
    return cairn_file_path(imports->dir, name, out);
}

struct imports_file *cairn_imports_find(const struct cairn_imports *imports, const char *id)
{
    struct imports_file *file = imports->files;
    while (file != NULL && strcmp(file->id, id) != 0) {
        file = file->next;
    }
    return file;
}

/* One import for each file and format. */
static void imports_derive_id(const struct cairn_imports_file *what, char *out)
{
    uint8_t bytes[33];
    uint8_t digest[32];
    memcpy(bytes, what->sha256, 32);
    bytes[32] = (uint8_t)what->format;
    cairn_sha256_of((struct cairn_bytes){bytes, sizeof bytes}, digest);
    cairn_text_hex_encode((struct cairn_bytes){digest, sizeof digest}, out);
    out[CAIRN_IMPORTS_ID_BYTES] = '\0';
}

/* ---- states on disk ---- */

static void imports_on_saved(void *host, cairn_err err)
{
    struct imports_save *save = host;
    struct cairn_imports_answer answer = {.err = err, .body = err == CAIRN_OK ? save->body : NULL};
    save->file->is_busy = false;
    save->done(save->host, &answer);
    json_decref(save->body);
    free(save);
}

cairn_err cairn_imports_save(struct cairn_imports *imports, struct imports_file *file,
                             const struct imports_save *asked)
{
    char path[CAIRN_FILE_PATH_MAX];
    struct imports_save *save = malloc(sizeof *save);
    char *text = cairn_imports_file_write(file);
    cairn_err err =
        save == NULL || text == NULL ? CAIRN_MEMORY : imports_path(imports, file->id, path);
    if (err == CAIRN_OK) {
        *save = *asked;
        const struct cairn_savefile what = {.path = path,
                                            .bytes = cairn_bytes_of(text),
                                            .mode = 0600,
                                            .done = imports_on_saved,
                                            .host = save};
        err = cairn_savefile_post(cairn_driver_readers(imports->options.driver), &what);
    }
    free(text);
    if (err != CAIRN_OK) {
        free(save);
        json_decref(asked->body);
    }
    return err;
}

/* ---- begin ---- */

static cairn_err imports_make(struct cairn_imports *imports, const struct cairn_imports_file *what,
                              const char *id, struct imports_file **out)
{
    char path[CAIRN_FILE_PATH_MAX];
    struct imports_file *file = calloc(1, sizeof *file);
    if (file == NULL) {
        return CAIRN_MEMORY;
    }
    snprintf(file->id, sizeof file->id, "%s", id);
    memcpy(file->sha256, what->sha256, sizeof file->sha256);
    file->format = what->format;
    file->line = 1;
    file->begun_ms = cairn_clock_wall_ms();
    snprintf(file->purpose, sizeof file->purpose, "%s", what->purpose);
    snprintf(file->role, sizeof file->role, "%s", what->role);
    snprintf(file->actor, sizeof file->actor, "%s", what->actor);
    file->defaults = what->defaults == NULL ? json_object() : json_deep_copy(what->defaults);
    cairn_err err = file->defaults == NULL ? CAIRN_MEMORY : imports_path(imports, id, path);
    if (err == CAIRN_OK && cairn_file_is_there(path)) {
        err = cairn_imports_file_read(path, file);
        file->is_resumed = true;
    }
    if (err != CAIRN_OK) {
        cairn_imports_file_free(file);
        return err;
    }
    *out = file;
    return CAIRN_OK;
}

/* At most so many states are kept in memory; those that are not under way can be read again. */
static cairn_err imports_make_room(struct cairn_imports *imports)
{
    if (imports->file_count < CAIRN_IMPORTS_OPEN_MAX) {
        return CAIRN_OK;
    }
    for (struct imports_file **link = &imports->files; *link != NULL; link = &(*link)->next) {
        struct imports_file *file = *link;
        if (!file->is_busy) {
            *link = file->next;
            imports->file_count--;
            cairn_imports_file_free(file);
            return CAIRN_OK;
        }
    }
    return CAIRN_FULL;
}

static cairn_err imports_open_file(struct cairn_imports *imports,
                                   const struct cairn_imports_file *what, struct imports_file **out)
{
    char id[CAIRN_IMPORTS_ID_BYTES + 1];
    imports_derive_id(what, id);
    *out = cairn_imports_find(imports, id);
    if (*out == NULL) {
        CAIRN_TRY(imports_make_room(imports));
        CAIRN_TRY(imports_make(imports, what, id, out));
        (*out)->next = imports->files;
        imports->files = *out;
        imports->file_count++;
    }
    return (*out)->is_busy ? CAIRN_BUSY : CAIRN_OK;
}

cairn_err cairn_imports_begin(struct cairn_imports *imports, const struct cairn_imports_file *what,
                              cairn_imports_done *done, void *host)
{
    struct imports_file *file = NULL;
    CAIRN_TRY(imports_open_file(imports, what, &file));
    bool is_same = what->defaults == NULL ? json_object_size(file->defaults) == 0
                                          : json_equal(file->defaults, what->defaults) == 1;
    if (!is_same && file->offset > 0) {
        return CAIRN_CONFLICT;
    }
    if (!is_same) {
        json_decref(file->defaults);
        file->defaults = what->defaults == NULL ? json_object() : json_deep_copy(what->defaults);
    }
    const struct imports_save save = {.imports = imports,
                                      .file = file,
                                      .body = cairn_imports_file_json(file),
                                      .done = done,
                                      .host = host};
    file->is_busy = true;
    cairn_err err = cairn_imports_save(imports, file, &save);
    if (err != CAIRN_OK) {
        file->is_busy = false;
    }
    return err;
}

json_t *cairn_imports_state(const struct cairn_imports *imports, const char *id)
{
    const struct imports_file *file = cairn_imports_find(imports, id);
    return file == NULL ? NULL : cairn_imports_file_json(file);
}

/* ---- open and close ---- */

cairn_err cairn_imports_open(const struct cairn_imports_options *options,
                             struct cairn_imports **out)
{
    struct cairn_imports *imports = calloc(1, sizeof *imports);
    if (imports == NULL) {
        return CAIRN_MEMORY;
    }
    imports->options = *options;
    imports->config = cairn_driver_config(options->driver);
    cairn_err err = cairn_file_path(cairn_driver_dir(options->driver), "imports", imports->dir);
    if (err == CAIRN_OK) {
        err = cairn_file_make_dir(imports->dir);
    }
    if (err != CAIRN_OK) {
        free(imports);
        return err;
    }
    *out = imports;
    return CAIRN_OK;
}

void cairn_imports_close(struct cairn_imports *imports)
{
    if (imports == NULL) {
        return;
    }
    for (struct imports_file *file = imports->files; file != NULL;) {
        struct imports_file *next = file->next;
        CAIRN_REQUIRE(!file->is_busy);
        cairn_imports_file_free(file);
        file = next;
    }
    free(imports);
}
