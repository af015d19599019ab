#include "node/store_leveldb.h"

/* What can still be read is gathered into whole files; damaged ones go to the directory `lost` of
 * the store. The engine looks at every block and its checksum itself. */

cairn_err cairn_store_repair(const struct cairn_store_options *options)
{
    struct cairn_store *store = NULL;
    cairn_err err = cairn_store_open(options, &store); /* nobody else has it open */
    cairn_store_close(store);
    if (err != CAIRN_OK && err != CAIRN_DISK_CORRUPT && err != CAIRN_DISK) {
        return err;
    }
    CAIRN_TRY(cairn_diskspace_check(options->path, &options->floor, 0));
    char *message = NULL;
    leveldb_options_t *made = leveldb_options_create();
    leveldb_options_set_paranoid_checks(made, 1);
    leveldb_options_set_compression(made, options->kind == CAIRN_STORE_LOG
                                              ? leveldb_no_compression
                                              : leveldb_snappy_compression);
    leveldb_repair_db(made, options->path, &message);
    leveldb_options_destroy(made);
    err = message == NULL ? CAIRN_OK : CAIRN_DISK_CORRUPT;
    leveldb_free(message);
    return err;
}
