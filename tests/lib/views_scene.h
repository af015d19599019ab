/* A log store and a views store in a temporary directory, a folder between them, and operations to
 * fold: for tests of node/views. */
#ifndef CAIRN_TESTS_LIB_VIEWS_SCENE_H
#define CAIRN_TESTS_LIB_VIEWS_SCENE_H

#include "node/views/dossier.h"
#include "node/views/folder.h"
#include "schema/feedop.h"
#include "tests/lib/feed_writer.h"
#include "tests/lib/tempdir.h"

#define VIEWS_NOW_MS 1772366400000u /* 2026-03-01T12:00:00Z, the time of test_operation */
#define VIEWS_DAY_MS UINT64_C(86400000)
#define VIEWS_AUT    "test-demo/AUT/vienna-1/1"
#define VIEWS_SRB    "test-demo/SRB/beograd/1"

struct views_scene {
    char dir[TEST_PATH_MAX], log_path[TEST_PATH_MAX], views_path[TEST_PATH_MAX];
    struct cairn_store *log, *views;
    struct cairn_suite suite;
    struct cairn_folder *folder; /* of SRB */
    struct feed_writer aut;      /* sealed feed of AUT that SRB reads */
    struct feed_writer control;  /* of AUT */
    uint64_t leaf_index;         /* of AUT's journal, next one */
    uint64_t now_ms;
    uint64_t born; /* of the feeds, as the core says it */
};

void views_scene_open(struct views_scene *scene);
void views_scene_close(struct views_scene *scene);

/* Close folder and stores, open them again. */
void views_scene_restart(struct views_scene *scene);

/* Close folder and views, delete views, open new ones. */
void views_scene_delete_views(struct views_scene *scene);

/* Commit what was appended, at AUT's next leaf; fold it; give back with cairn_folder_result_free
 * when there are invites. */
struct cairn_folder_result views_scene_fold(struct views_scene *scene, struct feed_writer *feed);

/* Fold a commit again, or for the first time. */
struct cairn_folder_result views_scene_fold_number(struct views_scene *scene,
                                                   const struct feed_writer *feed, uint64_t number);

/* Write a control.mark of AUT at its next leaf; not folded. */
void views_scene_mark(struct views_scene *scene, uint64_t time_ms);

/* An operation on object number `number` of AUT. body: as test_body; 0 milliseconds after the hour
 */
struct cairn_operation views_operation(enum cairn_kind kind, uint8_t number, const char *body);

/* Append one to AUT's sealed feed: any; alert `number` on a document; its withdrawal. */
void views_append(struct views_scene *scene, const struct cairn_operation *operation);
void views_append_document(struct views_scene *scene, uint8_t number);
void views_append_withdraw(struct views_scene *scene, uint8_t number,
                           const uint8_t entry_id[static 32]);

/* Append an operation of a kind below 32. */
void views_append_feedop(struct feed_writer *feed, const struct cairn_feedop *op);

/* Status of alert `number` of AUT as SRB sees it; -1: there is none. */
int views_status(struct views_scene *scene, uint8_t number);

struct views_refusals {
    uint32_t count;
    struct cairn_dossier_refused last;
};

/* Entries that had no effect. */
struct views_refusals views_refusals_of(struct views_scene *scene);

/* Bodies: a refusal of a person, a lost document, a range of blanks, two rows. */
extern const char views_person[];
extern const char views_document[];
extern const char views_blank[];
extern const char views_batch[];

#endif
