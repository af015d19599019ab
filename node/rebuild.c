#include "node/rebuild.h"

#include <string.h>

#include "crypto/secret.h"
#include "node/keyfile.h"
#include "node/notecard.h"
#include "node/ownnote.h"

static cairn_err rebuild_note(const char *dir, const struct cairn_notecard *card,
                              struct cairn_bytes note)
{
    struct cairn_ownnote held;
    cairn_err err = cairn_ownnote_read(dir, &held);
    if (err == CAIRN_OK) {
        bool is_same = held.size == note.size && memcmp(held.bytes, note.data, note.size) == 0;
        return is_same || held.doc.serial > card->serial ? CAIRN_OK : CAIRN_EXISTS;
    }
    if (err != CAIRN_NOT_FOUND) {
        return err;
    }
    held.size = note.size;
    memcpy(held.bytes, note.data, note.size);
    return cairn_ownnote_write(dir, &held, false);
}

static cairn_err rebuild_seen(const char *dir)
{
    const struct cairn_bytes none = {.size = 0};
    char keys[CAIRN_FILE_PATH_MAX];
    uint8_t seed[32];
    CAIRN_TRY(cairn_file_path(dir, "keys", keys));
    struct cairn_keyfile_place place = {.dir = keys, .kind = CAIRN_KEYFILE_SEEN};
    CAIRN_TRY(cairn_keyfile_draw_seed(&place, none, seed));
    cairn_secret_wipe(seed, sizeof seed);
    return CAIRN_OK;
}

cairn_err cairn_rebuild(const char *dir, const struct cairn_config *config, struct cairn_bytes note)
{
    struct cairn_notecard card;
    char path[CAIRN_FILE_PATH_MAX];
    CAIRN_TRY(cairn_notecard_read(note, &card));
    if (strcmp(card.network, config->network) != 0 || strcmp(card.country, config->country) != 0) {
        return CAIRN_DOCUMENT;
    }
    CAIRN_TRY(cairn_file_make_dir(dir));
    CAIRN_TRY(rebuild_note(dir, &card, note));
    CAIRN_TRY(rebuild_seen(dir));
    CAIRN_TRY(cairn_file_path(dir, "cairn.yaml", path));
    return cairn_file_is_there(path) ? CAIRN_OK : cairn_config_save(dir, config, false);
}
