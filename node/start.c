#include "node/start.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "crypto/hash.h"
#include "node/file.h"
#include "node/keyfile.h"
#include "node/logger.h"
#include "node/sealingkeys.h"
#include "schema/origin.h"

/* ---- keys ---- */

/* The own document says which incarnation of this node is in force, and which key is sealed to.
 *
 * errors  CAIRN_DOCUMENT  it is another country's, or does not list this node */
static cairn_err start_read_note(const char *dir, const struct cairn_config *config,
                                 struct cairn_start *out)
{
    CAIRN_TRY(cairn_ownnote_read(dir, &out->own));
    const struct cairn_country_doc *doc = &out->own.doc;
    const struct cairn_country_node *node = cairn_ownnote_node(doc, config->node);
    if (!cairn_bytes_is_equal(doc->network, cairn_bytes_of(config->network)) ||
        !cairn_bytes_is_equal(doc->country, cairn_bytes_of(config->country)) || node == NULL) {
        return CAIRN_DOCUMENT;
    }
    out->identity.origin = out->origin;
    out->incarnation = node->incarnation;
    return cairn_origin_make(doc->network, doc->country, node->name, node->incarnation,
                             out->origin);
}

static cairn_err start_sealing(const char *keys, const struct cairn_suite *suite,
                               struct cairn_start *out)
{
    struct cairn_sealingkeys sealing;
    CAIRN_TRY(cairn_sealingkeys_load(keys, &out->own.doc, suite, &sealing));
    if (sealing.missing_count > 0) {
        CAIRN_LOG(CAIRN_LOGGER_WARN, "keys.sealing_missing",
                  CAIRN_LOG_U64("count", sealing.missing_count));
    }
    out->identity.sealing_count = sealing.count;
    memcpy(out->identity.sealing_secrets, sealing.secrets, sizeof sealing.secrets);
    cairn_secret_wipe(&sealing, sizeof sealing);
    return CAIRN_OK;
}

/* Do the keys that lie here belong to the document? Partners would refuse others. */
static cairn_err start_keys_of(const char *keys, const struct cairn_config *config,
                               const struct cairn_suite *suite, struct cairn_start *out)
{
    const struct cairn_country_node *node = cairn_ownnote_node(&out->own.doc, config->node);
    cairn_suite_sign_public(suite, out->keys.log, out->identity.log_public);
    cairn_suite_sign_public(suite, out->keys.witness, out->identity.witness_public);
    if (!cairn_bytes_is_same32(node->log, out->identity.log_public)) {
        return CAIRN_DOCUMENT;
    }
    return start_sealing(keys, suite, out);
}

static cairn_err start_keys(const char *dir, const struct cairn_config *config,
                            struct cairn_start *out)
{
    const struct cairn_bytes none = {.size = 0};
    char keys[CAIRN_FILE_PATH_MAX];
    struct cairn_suite suite;
    CAIRN_TRY(cairn_file_path(dir, "keys", keys));
    struct cairn_keyfile_place seen = {.dir = keys, .kind = CAIRN_KEYFILE_SEEN};
    CAIRN_TRY(cairn_nodekeys_load(keys, out->incarnation, &out->keys));
    CAIRN_TRY(cairn_keyfile_load_seed(&seen, none, out->identity.local_secret));
    CAIRN_TRY(cairn_suite_open_real(&suite));
    cairn_err err = start_keys_of(keys, config, &suite, out);
    cairn_suite_close(&suite);
    return err;
}

/* ---- stores ---- */

/* Views may be thrown away at any time: they are folded anew from the log. */
static cairn_err start_remove_views(const char *path)
{
    DIR *dir = opendir(path);
    if (dir == NULL) {
        return CAIRN_FILE;
    }
    cairn_err err = CAIRN_OK;
    for (struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
        char file[CAIRN_FILE_PATH_MAX];
        if (entry->d_name[0] == '.') {
            continue;
        }
        cairn_err found = cairn_file_path(path, entry->d_name, file);
        if (found != CAIRN_OK || unlink(file) != 0) {
            err = CAIRN_FILE;
        }
    }
    (void)closedir(dir);
    return err;
}

static cairn_err start_open_views(const char *dir, const struct cairn_config *config, bool is_new,
                                  struct cairn_start *out)
{
    char path[CAIRN_FILE_PATH_MAX];
    CAIRN_TRY(cairn_file_path(dir, "views", path));
    struct cairn_store_options options = {
        .path = path, .kind = CAIRN_STORE_VIEWS, .is_new = is_new, .floor = config->floor};
    struct cairn_folder_options folder = {
        .log = out->log, .country = config->country, .network = config->network};
    cairn_err err = cairn_store_open(&options, &out->views);
    if (err == CAIRN_NOT_FOUND) {
        options.is_new = true;
        err = cairn_store_open(&options, &out->views);
    }
    if (err == CAIRN_OK) {
        folder.views = out->views;
        err = cairn_folder_open(&folder, &out->folder);
    }
    return err;
}

static bool start_on_state(void *host, struct cairn_bytes key, struct cairn_bytes value)
{
    bool *is_cut = host;
    (void)value;
    if (key.size == CAIRN_KEY_BYTES) {
        struct cairn_key row = cairn_key_decode(key.data);
        *is_cut = *is_cut || cairn_key_is_cut(&row);
    }
    return !*is_cut;
}

/* Views show what the log is about to lose: a branch that a country does not stand by is left. */
static cairn_err start_find_cut(struct cairn_store *log, bool *out_is_cut)
{
    static const uint8_t table = CAIRN_TABLE_STATE;
    struct cairn_bytes prefix = {.data = &table, .size = 1};
    uint8_t end[1];
    struct cairn_store_range range = {
        .from = prefix, .to = cairn_store_prefix_end(prefix, end), .is_bulk = true};
    *out_is_cut = false;
    return cairn_store_scan(log, &range, start_on_state, out_is_cut);
}

/* Views that are damaged, of another build or not of this log are made anew, once. */
static cairn_err start_views(const char *dir, const struct cairn_config *config,
                             struct cairn_start *out)
{
    char path[CAIRN_FILE_PATH_MAX];
    bool is_cut;
    CAIRN_TRY(start_find_cut(out->log, &is_cut));
    cairn_err err = is_cut ? CAIRN_STATE : start_open_views(dir, config, false, out);
    if (err != CAIRN_STATE && err != CAIRN_DISK_CORRUPT) {
        return err;
    }
    CAIRN_LOG(CAIRN_LOGGER_WARN, "views.rebuild", CAIRN_LOG_ERR(err));
    cairn_store_close(out->views);
    out->views = NULL;
    CAIRN_TRY(cairn_file_path(dir, "views", path));
    CAIRN_TRY(start_remove_views(path));
    return start_open_views(dir, config, true, out);
}

cairn_err cairn_start_make(const char *dir, const struct cairn_config *config)
{
    static const struct {
        const char *name;
        enum cairn_store_kind kind;
    } stores[] = {{"log", CAIRN_STORE_LOG}, {"views", CAIRN_STORE_VIEWS}};
    for (size_t i = 0; i < sizeof stores / sizeof *stores; i++) {
        char path[CAIRN_FILE_PATH_MAX];
        struct cairn_store *store = NULL;
        CAIRN_TRY(cairn_file_path(dir, stores[i].name, path));
        struct cairn_store_options made = {
            .path = path, .kind = stores[i].kind, .is_new = true, .floor = config->floor};
        cairn_err err = cairn_store_open(&made, &store);
        if (err != CAIRN_OK && err != CAIRN_EXISTS) {
            return err;
        }
        cairn_store_close(store);
    }
    return CAIRN_OK;
}

cairn_err cairn_start_open(const char *dir, const struct cairn_config *config,
                           struct cairn_start *out)
{
    char path[CAIRN_FILE_PATH_MAX];
    memset(out, 0, sizeof *out);
    CAIRN_TRY(start_read_note(dir, config, out));
    CAIRN_TRY(start_keys(dir, config, out));
    CAIRN_TRY(cairn_file_path(dir, "log", path));
    struct cairn_store_options options = {
        .path = path, .kind = CAIRN_STORE_LOG, .floor = config->floor};
    CAIRN_TRY(cairn_store_open(&options, &out->log));
    return start_views(dir, config, out);
}

void cairn_start_close(struct cairn_start *start)
{
    cairn_folder_close(start->folder);
    cairn_store_close(start->views);
    cairn_store_close(start->log);
    cairn_secret_wipe(start, sizeof *start);
}

/* ---- recall ---- */

struct start_recall {
    void (*step)(void *host, struct cairn_event *event);
    void *host;
    uint8_t note_id[32]; /* first half: of the own country's rows in table NOTE */
    uint64_t serial;
    bool is_damaged;
};

static bool recall_on_row(void *host, struct cairn_bytes key, struct cairn_bytes value)
{
    struct start_recall *recall = host;
    struct cairn_event event = {.type = CAIRN_EVENT_RECALL};
    if (key.size != CAIRN_KEY_BYTES) {
        recall->is_damaged = true;
        return false;
    }
    event.as.recall.key = cairn_key_decode(key.data);
    event.as.recall.value = value;
    if (event.as.recall.key.table == CAIRN_TABLE_NOTE &&
        cairn_bytes_is_same16(event.as.recall.key.id, recall->note_id)) {
        recall->serial = event.as.recall.key.index; /* ascending */
    }
    recall->step(recall->host, &event);
    return true;
}

static void recall_on_cursor(void *host, const uint8_t feed[static 16], uint64_t commits,
                             uint64_t born)
{
    struct start_recall *recall = host;
    struct cairn_event event = {.type = CAIRN_EVENT_OPENED};
    memcpy(event.as.opened.feed, feed, 16);
    event.as.opened.commit_number = commits - 1;
    event.as.opened.born = born;
    recall->step(recall->host, &event);
}

cairn_err cairn_start_recall(struct cairn_start *start,
                             void (*step)(void *host, struct cairn_event *event), void *host,
                             uint64_t *out_serial)
{
    static const uint8_t tables[] = {CAIRN_TABLE_STATE, CAIRN_TABLE_NOTE, CAIRN_TABLE_FEED};
    struct start_recall recall = {.step = step, .host = host};
    struct cairn_origin own;
    CAIRN_TRY(cairn_origin_parse(cairn_bytes_of(start->origin), &own));
    cairn_sha256_of(own.country, recall.note_id);
    for (size_t i = 0; i < sizeof tables; i++) {
        struct cairn_bytes prefix = {.data = &tables[i], .size = 1};
        uint8_t end[1];
        struct cairn_store_range range = {
            .from = prefix, .to = cairn_store_prefix_end(prefix, end), .is_bulk = true};
        CAIRN_TRY(cairn_store_scan(start->log, &range, recall_on_row, &recall));
        if (recall.is_damaged) {
            return CAIRN_DISK_CORRUPT;
        }
    }
    *out_serial = recall.serial;
    return cairn_folder_cursors(start->folder, recall_on_cursor, &recall);
}
