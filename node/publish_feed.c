#include "node/publish_state.h"

#include <stdlib.h>
#include <string.h>

#include "crypto/hash.h"
#include "node/logger.h"

/* Rows: a feed for each audience. Opened when the first entry comes, also when nobody else could
 * read it yet; continued when the core has closed it, grown when partners come. One command of a
 * row is under way at a time. source P-87, P-95 */

#define FEED_ROWS_MAX CAIRN_LIMIT_OPEN_FEEDS

static struct cairn_audience_asker feed_asker(const struct cairn_publish *publish)
{
    return (struct cairn_audience_asker){.own = publish->config->country,
                                         .partners = (const char(*)[4])publish->partners,
                                         .partner_count = publish->partner_count};
}

/* gives: false when the core does not know the feed */
static bool feed_ask(const struct publish_row *row, struct cairn_core_feed *out)
{
    const struct cairn_core *core = cairn_driver_core(row->publish->options.driver);
    uint32_t number;
    if (!row->has_feed || !cairn_core_feed_find(core, row->feed, &number)) {
        return false;
    }
    cairn_core_feed(core, number, out);
    return true;
}

static bool feed_has_member(const struct cairn_core_feed *feed, const uint8_t country[static 3])
{
    for (uint32_t at = 0; at < feed->member_count; at++) {
        if (memcmp(feed->members[at], country, 3) == 0) {
            return true;
        }
    }
    return false;
}

/* What is for nobody else goes into a private feed, and nothing else does, whatever feeds.json
 * says. source P-86 */
static bool feed_is_of_kind(const struct cairn_core_feed *feed,
                            const struct cairn_audience *audience)
{
    return feed->kind ==
           (cairn_audience_is_private(audience) ? CAIRN_FEED_PRIVATE : CAIRN_FEED_AUDIENCE);
}

/* What an epoch would be sealed to that begins now. */
static void feed_seal(const struct publish_row *row, const uint8_t (*members)[3], size_t count,
                      uint8_t out[static CAIRN_PUBLISH_SEAL_BYTES])
{
    const struct cairn_core *core = cairn_driver_core(row->publish->options.driver);
    struct cairn_core_document document;
    uint8_t keys[CAIRN_LIMIT_MEMBERS][3 + sizeof document.sealing];
    for (size_t at = 0; at < count; at++) {
        memset(&document, 0, sizeof document);
        (void)cairn_core_document(core, members[at], &document);
        memcpy(keys[at], members[at], 3);
        memcpy(keys[at] + 3, document.sealing, sizeof document.sealing);
    }
    cairn_sha256_of((struct cairn_bytes){.data = keys[0], .size = count * sizeof keys[0]}, out);
}

/* Has a member another sealing key than when the newest epoch began? source P-95 */
static bool feed_is_stale(const struct publish_row *row, const struct cairn_core_feed *feed)
{
    uint8_t seal[CAIRN_PUBLISH_SEAL_BYTES];
    feed_seal(row, feed->members, feed->member_count, seal);
    return feed->kind == CAIRN_FEED_AUDIENCE && memcmp(seal, row->seal, sizeof seal) != 0;
}

static void feed_step(struct publish_row *row);

/* Append what waits, or refuse it. */
static void feed_let_go(struct publish_row *row, cairn_err err)
{
    struct publish_list waiting = row->waiting;
    struct publish_task *task;
    row->waiting = (struct publish_list){NULL, NULL};
    while ((task = cairn_publish_pop(&waiting)) != NULL) {
        if (err == CAIRN_OK) {
            cairn_publish_append(task, row->feed);
        } else {
            cairn_publish_finish(task, err);
        }
    }
}

/* The row's feed has another one behind it from now on. */
static cairn_err feed_turn(struct publish_row *row, const uint8_t feed[static 16])
{
    if (row->has_feed) {
        uint8_t(*past)[16] = realloc(row->past, (row->past_count + 1) * sizeof *past);
        if (past == NULL) {
            return CAIRN_MEMORY;
        }
        row->past = past;
        memcpy(row->past[row->past_count++], row->feed, sizeof row->feed);
    }
    memcpy(row->feed, feed, sizeof row->feed);
    memcpy(row->seal, row->next_seal, sizeof row->seal);
    row->has_feed = true;
    row->turn = ++row->publish->turn;
    cairn_publish_table_save(row->publish);
    return CAIRN_OK;
}

static void feed_on_opened(void *host, const struct cairn_driver_answer *answer)
{
    struct publish_row *row = host;
    struct cairn_publish *publish = row->publish;
    row->state = PUBLISH_ROW_IDLE;
    cairn_err err = answer->err == CAIRN_OK ? feed_turn(row, answer->feed) : answer->err;
    if (err == CAIRN_OK) {
        feed_step(row);
    } else {
        feed_let_go(row, err);
    }
    cairn_publish_release(publish);
}

static void feed_on_admitted(void *host, const struct cairn_driver_answer *answer)
{
    struct publish_row *row = host;
    struct cairn_publish *publish = row->publish;
    row->state = PUBLISH_ROW_IDLE;
    if (answer->err == CAIRN_OK || answer->err == CAIRN_EXISTS) {
        memcpy(row->seal, row->next_seal, sizeof row->seal);
        cairn_publish_table_save(publish);
        feed_step(row);
    } else {
        row->is_behind = true; /* tried again by cairn_publish_grow; entries need not wait */
        if (answer->err != CAIRN_BUSY) {
            CAIRN_LOG(CAIRN_LOGGER_WARN, "publish.admit", CAIRN_LOG_ERR(answer->err));
        }
        feed_let_go(row, CAIRN_OK);
    }
    cairn_publish_release(publish);
}

static void feed_command(struct publish_row *row, const struct cairn_driver_command *command,
                         cairn_driver_done *done)
{
    struct cairn_publish *publish = row->publish;
    bool is_needed = command->type != CAIRN_DRIVER_FEED_ADMIT;
    publish->pending_count++;
    cairn_err err = cairn_driver_command(publish->options.driver, command, done, row);
    if (err == CAIRN_OK) {
        row->state = is_needed ? PUBLISH_ROW_OPENING : PUBLISH_ROW_ADMITTING;
        return;
    }
    row->is_behind = row->is_behind || !is_needed;
    feed_let_go(row, is_needed ? err : CAIRN_OK);
    cairn_publish_release(publish);
}

/* Nobody waits for a country that cannot be told of a feed yet: it is admitted later. A feed for
 * nobody else waits for it. gives: their number */
static uint32_t feed_first_members(const struct publish_row *row, uint8_t (*members)[3])
{
    const struct cairn_audience_asker asker = feed_asker(row->publish);
    const struct cairn_core *core = cairn_driver_core(row->publish->options.driver);
    uint32_t count = cairn_audience_members(row->audience, &asker, members);
    uint8_t kept_members[CAIRN_LIMIT_MEMBERS][3];
    uint32_t kept = 0;
    for (uint32_t at = 0; at < count; at++) {
        if (cairn_core_may_tell(core, members[at])) {
            memcpy(kept_members[kept++], members[at], 3);
        }
    }
    if (kept == 1) {
        return count;
    }
    memcpy(members, kept_members, kept * sizeof kept_members[0]);
    return kept;
}

static void feed_open(struct publish_row *row, const uint8_t *continues)
{
    uint8_t members[CAIRN_LIMIT_MEMBERS][3];
    struct cairn_driver_command command = {.type = CAIRN_DRIVER_FEED_OPEN};
    command.as.feed_open.member_count = feed_first_members(row, members);
    command.as.feed_open.members = (const uint8_t(*)[3])members;
    command.as.feed_open.is_private = cairn_audience_is_private(row->audience);
    feed_seal(row, command.as.feed_open.members, command.as.feed_open.member_count, row->next_seal);
    if (continues != NULL) {
        memcpy(command.as.feed_open.continues, continues, 16);
    }
    feed_command(row, &command, feed_on_opened);
}

/* What the feed stands for must be on the disk before anything is in it: else, after a crash, who
 * comes later could never be admitted to it. gives: false while that is awaited */
static bool feed_is_kept(struct publish_row *row)
{
    struct cairn_publish *publish = row->publish;
    if (cairn_audience_is_private(row->audience) || row->turn <= publish->saved_turn) {
        return true;
    }
    if (!publish->is_saving) {
        cairn_publish_table_save(publish);
    }
    if (publish->is_saving) {
        row->state = PUBLISH_ROW_SAVING;
    } else {
        feed_let_go(row, CAIRN_BUSY);
    }
    return false;
}

/* ---- another epoch, because a member has another key ---- */

static void feed_on_closed(void *host, const struct cairn_driver_answer *answer)
{
    struct publish_row *row = host;
    struct cairn_publish *publish = row->publish;
    row->state = PUBLISH_ROW_IDLE;
    if (answer->err == CAIRN_OK) {
        feed_step(row); /* the next feed continues it */
    } else {
        feed_let_go(row, answer->err);
    }
    cairn_publish_release(publish);
}

/* Is it for this node to try again, and nothing to be written meanwhile? */
static bool feed_may_come(cairn_err err)
{
    return err == CAIRN_BUSY || err == CAIRN_LATER || err == CAIRN_RESTORING ||
           err == CAIRN_STATE || err == CAIRN_DISK;
}

static void feed_on_rekeyed(void *host, const struct cairn_driver_answer *answer)
{
    struct publish_row *row = host;
    struct cairn_publish *publish = row->publish;
    row->state = PUBLISH_ROW_IDLE;
    if (answer->err == CAIRN_OK) {
        memcpy(row->seal, row->next_seal, sizeof row->seal);
        cairn_publish_table_save(publish);
        feed_step(row);
    } else if (answer->err == CAIRN_FULL) { /* it has all the epochs that there may be */
        struct cairn_driver_command command = {.type = CAIRN_DRIVER_FEED_CLOSE};
        memcpy(command.as.feed.id, row->feed, 16);
        feed_command(row, &command, feed_on_closed);
    } else if (feed_may_come(answer->err)) {
        feed_let_go(row, answer->err);
    } else {
        CAIRN_LOG(CAIRN_LOGGER_ERROR, "publish.rekey", CAIRN_LOG_ERR(answer->err));
        feed_let_go(row, CAIRN_OK); /* a partner's key that is none must not silence this node */
    }
    cairn_publish_release(publish);
}

static void feed_rekey(struct publish_row *row, const struct cairn_core_feed *feed)
{
    struct cairn_driver_command command = {.type = CAIRN_DRIVER_FEED_REKEY};
    memcpy(command.as.feed.id, row->feed, 16);
    feed_seal(row, feed->members, feed->member_count, row->next_seal);
    feed_command(row, &command, feed_on_rekeyed);
}

/* ---- what is to be done next ---- */

static void feed_admit(struct publish_row *row, const struct cairn_core_feed *feed,
                       const uint8_t country[static 3])
{
    struct cairn_driver_command command = {.type = CAIRN_DRIVER_FEED_ADMIT};
    uint8_t members[CAIRN_LIMIT_MEMBERS][3];
    uint32_t at = feed->member_count;
    memcpy(command.as.feed.id, row->feed, 16);
    memcpy(command.as.feed.country, country, 3);
    if (at < CAIRN_LIMIT_MEMBERS) {
        memcpy(members, feed->members, at * sizeof members[0]);
        for (; at > 0 && memcmp(members[at - 1], country, 3) > 0; at--) {
            memcpy(members[at], members[at - 1], 3);
        }
        memcpy(members[at], country, 3);
        feed_seal(row, (const uint8_t(*)[3])members, feed->member_count + 1, row->next_seal);
    }
    feed_command(row, &command, feed_on_admitted);
}

/* The first country of the audience that is no member yet. gives: NULL when there is none */
static const uint8_t *feed_newcomer(const struct cairn_core_feed *feed, const uint8_t (*wanted)[3],
                                    uint32_t count)
{
    for (uint32_t at = 0; at < count; at++) {
        if (!feed_has_member(feed, wanted[at])) {
            return wanted[at];
        }
    }
    return NULL;
}

/* Do the next thing that is needed before entries may go in: one command, or none. */
static void feed_step(struct publish_row *row)
{
    uint8_t members[CAIRN_LIMIT_MEMBERS][3];
    struct cairn_core_feed feed;
    const struct cairn_audience_asker asker = feed_asker(row->publish);
    uint32_t count = cairn_audience_members(row->audience, &asker, members);
    if (!feed_ask(row, &feed) || !feed_is_of_kind(&feed, row->audience)) {
        feed_open(row, NULL);
        return;
    }
    if (feed.is_closed) {
        feed_open(row, row->feed);
        return;
    }
    if (!feed_is_kept(row)) {
        return;
    }
    const uint8_t *newcomer = feed_newcomer(&feed, (const uint8_t(*)[3])members, count);
    bool is_written_to = newcomer != NULL || row->waiting.first != NULL;
    if (is_written_to && feed_is_stale(row, &feed)) {
        feed_rekey(row, &feed);
        return;
    }
    if (newcomer != NULL) {
        feed_admit(row, &feed, newcomer);
        return;
    }
    row->is_behind = false;
    feed_let_go(row, CAIRN_OK);
}

void cairn_publish_row_saved(struct publish_row *row, cairn_err err)
{
    if (row->state != PUBLISH_ROW_SAVING) {
        return;
    }
    if (row->turn <= row->publish->saved_turn) {
        row->state = PUBLISH_ROW_IDLE;
        feed_step(row);
    } else if (!row->publish->is_saving) {
        row->state = PUBLISH_ROW_IDLE;
        feed_let_go(row, err == CAIRN_OK ? CAIRN_BUSY : err);
    }
}

void cairn_publish_row_take(struct publish_row *row, struct publish_task *task)
{
    cairn_publish_push(&row->waiting, task);
    if (row->state == PUBLISH_ROW_IDLE) {
        feed_step(row);
    }
}

void cairn_publish_row_grow(struct publish_row *row)
{
    struct cairn_core_feed feed;
    bool is_open = feed_ask(row, &feed) && !feed.is_closed && feed.kind == CAIRN_FEED_AUDIENCE;
    if (is_open && row->state == PUBLISH_ROW_IDLE) {
        feed_step(row);
    }
}

struct publish_row *cairn_publish_row_find(struct cairn_publish *publish,
                                           const uint8_t feed[static 16])
{
    for (struct publish_row *row = publish->rows; row != NULL; row = row->next) {
        if (row->has_feed && cairn_bytes_is_same16(row->feed, feed)) {
            return row;
        }
        for (uint32_t at = 0; at < row->past_count; at++) {
            if (cairn_bytes_is_same16(row->past[at], feed)) {
                return row;
            }
        }
    }
    return NULL;
}

struct publish_row *cairn_publish_row_of(struct cairn_publish *publish,
                                         const struct cairn_audience *audience)
{
    for (struct publish_row *row = publish->rows; row != NULL; row = row->next) {
        if (cairn_audience_is_equal(row->audience, audience)) {
            return row;
        }
    }
    struct publish_row *row = calloc(1, sizeof *row);
    struct cairn_audience *copy = malloc(sizeof *copy);
    if (row == NULL || copy == NULL) {
        free(row);
        free(copy);
        return NULL;
    }
    *copy = *audience;
    row->publish = publish;
    row->audience = copy;
    row->next = publish->rows;
    publish->rows = row;
    publish->row_count++;
    return row;
}

/* ---- partners ---- */

static bool feed_is_known_partner(const struct cairn_publish *publish, const char *country)
{
    for (uint32_t at = 0; at < publish->partner_count; at++) {
        if (strcmp(publish->partners[at], country) == 0) {
            return true;
        }
    }
    return false;
}

void cairn_publish_refresh(struct cairn_publish *publish)
{
    const struct cairn_core *core = cairn_driver_core(publish->options.driver);
    struct cairn_core_peer peer;
    uint32_t count = cairn_core_peer_count(core);
    publish->partner_count = 0;
    for (uint32_t number = 1; number < count; number++) {
        cairn_core_peer(core, number, &peer);
        bool is_own = strcmp(peer.country, publish->config->country) == 0;
        if (peer.is_recognised && !is_own && publish->partner_count < CAIRN_LIMIT_COUNTRIES &&
            !feed_is_known_partner(publish, peer.country)) {
            memcpy(publish->partners[publish->partner_count++], peer.country, 4);
        }
    }
}

void cairn_publish_grow(struct cairn_publish *publish)
{
    cairn_publish_refresh(publish);
    for (struct publish_row *row = publish->rows; row != NULL; row = row->next) {
        cairn_publish_row_grow(row);
    }
    if (publish->is_dirty && !publish->is_saving) {
        cairn_publish_table_save(publish);
    }
}
