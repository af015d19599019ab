#include "node/screening.h"

#include <stdlib.h>
#include <string.h>

#include "node/clock.h"
#include "node/screenrow.h"
#include "schema/base/check.h"

#define SCREENING_JOB_MAX 512u /* look-ups of one job: 10 ms of a reader */

struct screening_ask {
    struct screening_ask *next;
    struct cairn_screening_question question;
    cairn_screening_done *done;
    void *host;
    cairn_err err;
    uint64_t now_ms;
    struct cairn_acceptance accepted; /* when it was asked */
    struct cairn_lookup_zone found;   /* DOCUMENT and NAME: only its hits */
};

struct screening_list {
    struct screening_ask *first;
    struct screening_ask *last;
    uint32_t count;
};

struct cairn_screening {
    struct cairn_screening_options options;
    uint32_t reader_count;
    struct cairn_lookup **lookups; /* one for each reader thread */
    struct screening_list waiting; /* for a reader */
    struct screening_list asked;   /* on a reader thread now */
    struct screening_list found;   /* for the access log */
    struct screening_list written; /* in the entry that is being written */
    bool is_asking;
    bool is_writing;
    struct cairn_screenrow_book *book;
    struct cairn_screening_stats stats;
};

static void screening_push(struct screening_list *list, struct screening_ask *ask)
{
    ask->next = NULL;
    if (list->first == NULL) {
        list->first = ask;
    } else {
        list->last->next = ask;
    }
    list->last = ask;
    list->count++;
}

static struct screening_ask *screening_pop(struct screening_list *list)
{
    struct screening_ask *ask = list->first;
    if (ask != NULL) {
        list->first = ask->next;
        list->count--;
    }
    return ask;
}

static void screening_step(struct cairn_screening *screening);

/* ---- answers ---- */

static void screening_answer(struct cairn_screening *screening, struct screening_ask *ask)
{
    bool is_zone = ask->question.type == CAIRN_LOOKUP_MRZ;
    const struct cairn_screening_answer answer = {.err = ask->err,
                                                  .now_ms = ask->now_ms,
                                                  .accepted = &ask->accepted,
                                                  .question = &ask->question,
                                                  .hits = &ask->found.hits,
                                                  .zone = is_zone ? &ask->found : NULL};
    screening->stats.waiting_count--;
    if (ask->err == CAIRN_OK) {
        screening->stats.lookup_count++;
        screening->stats.hit_count += ask->found.hits.found > 0 ? 1 : 0;
    }
    ask->done(ask->host, &answer);
    free(ask);
}

static void screening_answer_all(struct cairn_screening *screening, struct screening_list *list,
                                 cairn_err err)
{
    struct screening_list taken = *list;
    struct screening_ask *ask;
    *list = (struct screening_list){NULL, NULL, 0};
    while ((ask = screening_pop(&taken)) != NULL) {
        ask->err = err;
        screening_answer(screening, ask);
    }
}

/* ---- the access log ---- */

static void screening_on_written(void *host, const struct cairn_publish_answer *answer)
{
    struct cairn_screening *screening = host;
    screening->is_writing = false;
    screening->stats.entry_count += answer->err == CAIRN_OK ? 1 : 0;
    screening_answer_all(screening, &screening->written, answer->err);
    screening_step(screening);
}

static cairn_err screening_write(struct cairn_screening *screening)
{
    struct cairn_publish_order order = {.to = CAIRN_PUBLISH_ACCESS,
                                        .kind = CAIRN_KIND_ACCESS_LOOKUP,
                                        .purpose = "access.lookup",
                                        .role = "node",
                                        .actors = {"cairnd", NULL}};
    cairn_screenrow_reset(screening->book);
    while (screening->found.first != NULL) {
        struct screening_ask *ask = screening->found.first;
        if (!cairn_screenrow_add(screening->book, &ask->question, ask->now_ms, &ask->found.hits)) {
            break;
        }
        screening_push(&screening->written, screening_pop(&screening->found));
    }
    CAIRN_TRY(cairn_screenrow_encode(screening->book, &order.body));
    return cairn_publish_send(screening->options.publish, &order, screening_on_written, screening);
}

static void screening_begin_entry(struct cairn_screening *screening)
{
    screening->is_writing = true;
    cairn_err err = screening_write(screening);
    if (err != CAIRN_OK) {
        screening->is_writing = false;
        screening_answer_all(screening, &screening->written, err);
    }
}

/* ---- looking up ---- */

static cairn_err screening_look(struct cairn_lookup *lookup, struct screening_ask *ask)
{
    const struct cairn_lookup_moment moment = {.now_ms = ask->now_ms, .accepted = &ask->accepted};
    const struct cairn_screening_question *question = &ask->question;
    const struct cairn_lookup_document document = {.issuer = cairn_bytes_of(question->issuer),
                                                   .number = cairn_bytes_of(question->number),
                                                   .kind = question->kind};
    const struct cairn_lookup_name name = {.surname = cairn_bytes_of(question->surname),
                                           .given = cairn_bytes_of(question->given),
                                           .birth = question->birth};
    switch (question->type) {
    case CAIRN_LOOKUP_DOCUMENT:
        return cairn_lookup_by_document(lookup, &document, &moment, &ask->found.hits);
    case CAIRN_LOOKUP_NAME:
        return cairn_lookup_by_name(lookup, &name, &moment, &ask->found.hits);
    case CAIRN_LOOKUP_MRZ:
        return cairn_lookup_by_mrz(lookup,
                                   (struct cairn_bytes){question->zone, question->zone_size},
                                   &moment, &ask->found);
    }
    return CAIRN_NUMBER;
}

static void screening_run(void *host, uint32_t thread_index)
{
    struct cairn_screening *screening = host;
    struct cairn_lookup *lookup = screening->lookups[thread_index];
    for (struct screening_ask *ask = screening->asked.first; ask != NULL; ask = ask->next) {
        ask->err = screening_look(lookup, ask);
    }
}

static void screening_on_found(void *host)
{
    struct cairn_screening *screening = host;
    struct screening_list taken = screening->asked;
    struct screening_ask *ask;
    screening->asked = (struct screening_list){NULL, NULL, 0};
    screening->is_asking = false;
    while ((ask = screening_pop(&taken)) != NULL) {
        if (ask->err == CAIRN_OK) {
            screening_push(&screening->found, ask);
        } else {
            screening_answer(screening, ask); /* nothing was searched: nothing to write down */
        }
    }
    screening_step(screening);
}

static void screening_begin_job(struct cairn_screening *screening)
{
    struct cairn_worker_job job = {
        .run = screening_run, .done = screening_on_found, .host = screening};
    uint64_t now_ms = cairn_clock_wall_ms();
    struct cairn_bytes own =
        cairn_bytes_of(cairn_driver_config(screening->options.driver)->country);
    while (screening->waiting.first != NULL && screening->asked.count < SCREENING_JOB_MAX) {
        struct screening_ask *ask = screening_pop(&screening->waiting);
        ask->now_ms = now_ms;
        cairn_acceptance_make(cairn_policybook_now(screening->options.policy), own, &ask->accepted);
        screening_push(&screening->asked, ask);
    }
    screening->is_asking = true;
    cairn_err err = cairn_worker_post(cairn_driver_readers(screening->options.driver), &job);
    if (err != CAIRN_OK) {
        screening->is_asking = false;
        screening_answer_all(screening, &screening->asked, err);
    }
}

static void screening_step(struct cairn_screening *screening)
{
    if (!screening->is_writing && screening->found.first != NULL) {
        screening_begin_entry(screening);
    }
    if (!screening->is_asking && screening->waiting.first != NULL) {
        screening_begin_job(screening);
    }
}

cairn_err cairn_screening_ask(struct cairn_screening *screening,
                              const struct cairn_screening_question *question,
                              cairn_screening_done *done, void *host)
{
    if (screening->stats.waiting_count >= CAIRN_SCREENING_WAITING_MAX) {
        return CAIRN_BUSY;
    }
    struct screening_ask *ask = calloc(1, sizeof *ask);
    if (ask == NULL) {
        return CAIRN_MEMORY;
    }
    ask->question = *question;
    ask->done = done;
    ask->host = host;
    screening->stats.waiting_count++;
    screening_push(&screening->waiting, ask);
    screening_step(screening);
    return CAIRN_OK;
}

/* ---- open and close ---- */

static cairn_err screening_open_lookups(struct cairn_screening *screening)
{
    struct cairn_store *views = cairn_driver_views(screening->options.driver);
    screening->reader_count = cairn_driver_reader_count(screening->options.driver);
    screening->lookups = calloc(screening->reader_count, sizeof *screening->lookups);
    if (screening->lookups == NULL) {
        return CAIRN_MEMORY;
    }
    for (uint32_t at = 0; at < screening->reader_count; at++) {
        CAIRN_TRY(cairn_lookup_open(views, &screening->lookups[at]));
    }
    return cairn_screenrow_open(&screening->book);
}

cairn_err cairn_screening_open(const struct cairn_screening_options *options,
                               struct cairn_screening **out)
{
    struct cairn_screening *screening = calloc(1, sizeof *screening);
    if (screening == NULL) {
        return CAIRN_MEMORY;
    }
    screening->options = *options;
    cairn_err err = screening_open_lookups(screening);
    if (err != CAIRN_OK) {
        cairn_screening_close(screening);
        return err;
    }
    *out = screening;
    return CAIRN_OK;
}

void cairn_screening_close(struct cairn_screening *screening)
{
    if (screening == NULL) {
        return;
    }
    CAIRN_REQUIRE(screening->stats.waiting_count == 0);
    for (uint32_t at = 0; screening->lookups != NULL && at < screening->reader_count; at++) {
        cairn_lookup_close(screening->lookups[at]);
    }
    free(screening->lookups);
    cairn_screenrow_close(screening->book);
    free(screening);
}

struct cairn_screening_stats cairn_screening_stats(const struct cairn_screening *screening)
{
    return screening->stats;
}

struct cairn_lookup *cairn_screening_lookup(struct cairn_screening *screening,
                                            uint32_t thread_index)
{
    CAIRN_REQUIRE(thread_index < screening->reader_count);
    return screening->lookups[thread_index];
}
