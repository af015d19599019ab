#include "replication/core_parts.h"

#include "schema/base/check.h"

#include <string.h>

/* What is taken of each author: whether at all, how fast, and how much is kept. It counts by the
 * country that wrote it, whoever serves it; the own country is always taken. source P-88, P-89
 *
 *     WANT  <--credit--  as much as the author's level stands for; none below zero
 *     frame --------->   taken, then its cost leaves the level
 *                        the level is deep below zero: let pass, asked for again when it is not
 *                        it would be kept above the limit: the author is full, its streams end
 *
 * The level is counted in thousandths of an entry: a rate in entries a second gives whole numbers
 * of them each millisecond, so nothing is rounded and nothing drifts. */

#define ACCEPT_PART       1000 /* of an entry: the unit of a level */
#define ACCEPT_KIB        1024u
#define ACCEPT_ENTRY      128u /* bytes of credit for an entry: none on the wire is smaller */
#define ACCEPT_CREDIT_MIN 1024u
#define ACCEPT_RESERVE    1024u /* of a limit, for the checkpoint that is cosigned last */
#define ACCEPT_GRANTS     8u    /* streams of one author that go on at once */

static const struct cairn_accept accept_all = {.is_heard = true, .store_bytes = UINT64_MAX};
static const struct cairn_accept accept_none = {.is_heard = false};

static const struct cairn_accept *accept_row(const struct cairn_core *core,
                                             const uint8_t country[static 3])
{
    static const uint8_t everybody[3];
    const struct cairn_accept *found = &accept_none;
    if (!core->accept.is_given) {
        return &accept_all;
    }
    for (uint32_t i = 0; i < core->accept.row_count; i++) {
        const struct cairn_accept *row = &core->accept.rows[i];
        if (memcmp(row->country, country, 3) == 0) {
            return row;
        }
        found = memcmp(row->country, everybody, 3) == 0 ? row : found;
    }
    return found;
}

static const struct cairn_accept *accept_of(const struct cairn_core *core, uint32_t country)
{
    return country == 0 ? &accept_all : accept_row(core, core->countries[country].country);
}

static uint32_t accept_country(const struct cairn_core *core, uint32_t journal)
{
    return core->journals[journal].country;
}

static bool accept_is_open(const struct cairn_core *core, uint32_t country)
{
    return country == 0 || (!core->accept.is_scarce && !core->authors[country].is_full &&
                            accept_of(core, country)->is_heard);
}

bool cairn_core_accept_is_open(const struct cairn_core *core, uint32_t journal)
{
    return accept_is_open(core, accept_country(core, journal));
}

/* ---- the level ---- */

static int64_t accept_level(struct cairn_core *core, uint32_t country, uint32_t entries_per_s)
{
    struct core_author *author = &core->authors[country];
    int64_t full = (int64_t)entries_per_s * ACCEPT_PART;
    uint64_t passed_ms =
        core->now_ms > author->refilled_ms ? core->now_ms - author->refilled_ms : 0;
    passed_ms = passed_ms < UINT32_MAX ? passed_ms : UINT32_MAX;
    author->level += (int64_t)passed_ms * entries_per_s;
    author->level = author->level < full ? author->level : full;
    author->refilled_ms = core->now_ms;
    return author->level;
}

/* Entries that may be asked for now. UINT32_MAX: as many as there are */
static uint32_t accept_open_entries(struct cairn_core *core, uint32_t country)
{
    uint32_t rate = accept_of(core, country)->entries_per_s;
    int64_t level = rate == 0 ? 0 : accept_level(core, country, rate);
    if (rate == 0) {
        return UINT32_MAX;
    }
    return level <= 0 ? 0 : (uint32_t)((level + ACCEPT_PART - 1) / ACCEPT_PART);
}

uint32_t cairn_core_accept_credit(struct cairn_core *core, uint32_t log)
{
    uint32_t entries =
        accept_open_entries(core, accept_country(core, cairn_core_log_author(core, log)));
    if (entries == 0) {
        return 0;
    }
    uint64_t bytes =
        (uint64_t)entries * (core_log_is_feed(core, log) ? ACCEPT_ENTRY : CAIRN_LEAF_BYTES);
    bytes = bytes > ACCEPT_CREDIT_MIN ? bytes : ACCEPT_CREDIT_MIN;
    return bytes < CORE_CREDIT_BYTES ? (uint32_t)bytes : CORE_CREDIT_BYTES;
}

void cairn_core_accept_wait(struct cairn_core *core, uint32_t log, bool is_restart)
{
    struct core_intake *intake = &core->intakes[log];
    uint32_t country = accept_country(core, cairn_core_log_author(core, log));
    struct core_author *author = &core->authors[country];
    if (author->slowed_ms == 0 || core->now_ms - author->slowed_ms >= CORE_SLOWED_MS) {
        cairn_core_notice(core, CAIRN_NOTICE_ACCEPT_SLOWED, country,
                          accept_of(core, country)->entries_per_s, 0);
        author->slowed_ms = core->now_ms;
    }
    author->held_back_ms = core->now_ms;
    intake->grown_ms = core->now_ms; /* nobody brings it further now */
    if (!intake->is_waiting) {
        intake->is_waiting = true;
        core->accept.waiting_count++;
        cairn_core_wake(core, core->now_ms + CORE_ACCEPT_MS);
    }
    intake->is_restart_due = intake->is_restart_due || is_restart;
}

/* ---- what comes ---- */

static void accept_shut(struct cairn_core *core)
{
    core->accept.is_shut_due = true;
    core->accept.shut_next = 0;
}

static void accept_fill(struct cairn_core *core, uint32_t country, uint64_t limit_bytes)
{
    struct core_author *author = &core->authors[country];
    struct cairn_action *action;
    author->is_full = true;
    author->held_back_ms = core->now_ms;
    accept_shut(core);
    cairn_core_notice(core, CAIRN_NOTICE_ACCEPT_FULL, country, author->held_bytes, limit_bytes);
    action = core->actions.last;
    action->as.notice.err = CAIRN_DENIED_STORE;
}

bool cairn_core_accept_fits(struct cairn_core *core, uint32_t journal, uint64_t bytes)
{
    uint32_t country = accept_country(core, journal);
    uint64_t limit_bytes = accept_of(core, country)->store_bytes;
    uint64_t held_bytes = core->authors[country].held_bytes;
    if (!accept_is_open(core, country)) {
        return false;
    }
    bytes += ACCEPT_RESERVE;
    if (held_bytes <= limit_bytes && bytes <= limit_bytes - held_bytes) {
        return true;
    }
    accept_fill(core, country, limit_bytes);
    return false;
}

bool cairn_core_accept_takes(struct cairn_core *core, uint32_t log, uint64_t bytes)
{
    uint32_t journal = cairn_core_log_author(core, log);
    uint32_t country = accept_country(core, journal);
    uint32_t rate = accept_of(core, country)->entries_per_s;
    if (!cairn_core_accept_fits(core, journal, bytes)) {
        return false;
    }
    if (rate > 0 && accept_level(core, country, rate) < -(int64_t)CORE_ACCEPT_DEBT * ACCEPT_PART) {
        cairn_core_accept_wait(core, log, true);
        return false;
    }
    return true;
}

void cairn_core_accept_charge(struct cairn_core *core, uint32_t journal, uint64_t entries,
                              uint64_t bytes)
{
    uint32_t country = accept_country(core, journal);
    uint32_t rate = accept_of(core, country)->entries_per_s;
    uint64_t by_size = (bytes + ACCEPT_KIB - 1) / ACCEPT_KIB;
    if (rate > 0) {
        (void)accept_level(core, country, rate);
        core->authors[country].level -=
            (int64_t)(entries > by_size ? entries : by_size) * ACCEPT_PART;
    }
}

void cairn_core_accept_keep(struct cairn_core *core, uint32_t journal, uint64_t bytes)
{
    core->authors[accept_country(core, journal)].held_bytes += bytes;
}

uint64_t cairn_core_accept_held_back_ms(struct cairn_core *core, uint32_t journal)
{
    uint32_t country = accept_country(core, journal);
    struct core_author *author = &core->authors[country];
    if (!accept_is_open(core, country)) {
        author->held_back_ms = core->now_ms;
    }
    author->held_back_ms =
        author->held_back_ms < core->now_ms ? author->held_back_ms : core->now_ms;
    return author->held_back_ms;
}

/* ---- what is said of it ---- */

/* Logs of whom nothing is taken any more are asked for no longer; all others may be again. */
static void accept_change(struct cairn_core *core)
{
    for (uint32_t i = 1; i < core->country_count; i++) {
        struct core_author *author = &core->authors[i];
        author->is_full = author->is_full && author->held_bytes >= accept_of(core, i)->store_bytes;
    }
    accept_shut(core);
    core->is_source_due = true;
    core->source_next = 0;
    for (uint32_t link = 0; link < core->limits.links && cairn_core_is_roomy(core); link++) {
        if (core->links[link].is_greeted) {
            cairn_core_ask_invited(core, link);
        }
    }
}

void cairn_core_on_accept(struct cairn_core *core, const struct cairn_event *event)
{
    struct core_accept *accept = &core->accept;
    CAIRN_REQUIRE(event->as.accept.row_count <= CAIRN_ACCEPT_ROWS_MAX);
    accept->is_given = true;
    accept->row_count = event->as.accept.row_count;
    for (uint32_t i = 0; i < accept->row_count; i++) {
        accept->rows[i] = event->as.accept.rows[i];
        CAIRN_REQUIRE(accept->rows[i].entries_per_s <= CAIRN_ACCEPT_RATE_MAX);
    }
    accept_change(core);
}

void cairn_core_on_space(struct cairn_core *core, const struct cairn_event *event)
{
    if (core->accept.is_scarce != event->as.is_scarce) {
        core->accept.is_scarce = event->as.is_scarce;
        cairn_core_notice(core, CAIRN_NOTICE_ACCEPT_SPACE, CORE_NONE, event->as.is_scarce, 0);
        accept_change(core);
    }
}

/* What the rows that were read at the start say is held. */
void cairn_core_accept_recall(struct cairn_core *core)
{
    for (uint32_t i = 0; i < core->journal_count; i++) {
        struct core_journal *journal = &core->journals[i];
        journal->kept_leaves = journal->verified.size;
        cairn_core_accept_keep(core, i,
                               journal->kept_leaves * CAIRN_LEAF_BYTES + journal->kept_bytes);
    }
    for (uint32_t i = 0; i < core->feed_count; i++) {
        cairn_core_accept_keep(core, core->feeds[i].journal, core->feeds[i].held_bytes);
    }
}

/* ---- what follows ---- */

static void accept_fit_streams(struct cairn_core *core)
{
    struct core_accept *accept = &core->accept;
    uint32_t logs = core->limits.journals + core->feed_count;
    for (; accept->is_shut_due && cairn_core_is_roomy(core); accept->shut_next++) {
        uint32_t log = accept->shut_next;
        if (log >= logs) {
            accept->is_shut_due = false;
            return;
        }
        const struct core_intake *intake = &core->intakes[log];
        if (intake->link == CORE_NONE || cairn_core_heal_is_on(core, log) ||
            cairn_core_branch_is_on(core, log)) {
            continue;
        }
        if (!cairn_core_accept_is_open(core, cairn_core_log_author(core, log))) {
            cairn_core_want_stop(core, log);
        } else if (intake->credit > cairn_core_accept_credit(core, log)) {
            cairn_core_want_again(core, log); /* credit of before is taken back */
        }
    }
}

/* It was asked for anew: nothing is owed to it. */
void cairn_core_accept_asked(struct cairn_core *core, uint32_t log)
{
    struct core_intake *intake = &core->intakes[log];
    core->accept.waiting_count -= intake->is_waiting;
    intake->is_waiting = false;
    intake->is_restart_due = false;
}

static void accept_go_on(struct cairn_core *core, uint32_t log)
{
    bool is_restart = core->intakes[log].is_restart_due;
    cairn_core_accept_asked(core, log);
    if (is_restart) {
        cairn_core_want_again(core, log);
    } else {
        cairn_core_want_more(core, log);
    }
}

/* Journals first, feeds in turn: each author's go on as its level allows. */
static void accept_release(struct cairn_core *core)
{
    uint8_t grants[CAIRN_LIMIT_COUNTRIES] = {0};
    struct core_accept *accept = &core->accept;
    uint32_t logs = core->limits.journals + core->feed_count;
    for (uint32_t i = 0; i < logs && cairn_core_is_roomy(core); i++) {
        uint32_t feed = (accept->feed_next + i - core->limits.journals) % core->feed_count;
        uint32_t log = i < core->limits.journals ? i : core_log_of_feed(core, feed);
        if (!core->intakes[log].is_waiting) {
            continue;
        }
        uint32_t country = accept_country(core, cairn_core_log_author(core, log));
        bool is_open = accept_is_open(core, country);
        if (is_open &&
            (grants[country] >= ACCEPT_GRANTS || accept_open_entries(core, country) == 0)) {
            core->authors[country].held_back_ms = core->now_ms;
            continue;
        }
        grants[country]++;
        accept->feed_next = core_log_is_feed(core, log) ? feed + 1 : accept->feed_next;
        accept_go_on(core, log);
    }
}

void cairn_core_accept_follow(struct cairn_core *core)
{
    struct core_accept *accept = &core->accept;
    accept_fit_streams(core);
    bool is_early =
        core->now_ms < accept->release_ms && accept->release_ms - core->now_ms <= CORE_ACCEPT_MS;
    if (accept->waiting_count == 0) {
        return;
    }
    if (!is_early) {
        accept->release_ms = core->now_ms + CORE_ACCEPT_MS;
        accept_release(core);
    }
    if (accept->waiting_count > 0) {
        cairn_core_wake(core, accept->release_ms);
    }
}

/* ---- for the host ---- */

void cairn_core_accept(const struct cairn_core *core, const uint8_t country[static 3],
                       struct cairn_core_accepted *out)
{
    static const struct core_author nobody;
    uint32_t number = cairn_core_country_find(core, country);
    const struct core_author *author = number == CORE_NONE ? &nobody : &core->authors[number];
    *out = (struct cairn_core_accepted){
        .limits = number == 0 ? accept_all : *accept_row(core, country),
        .held_bytes = author->held_bytes,
    };
    memcpy(out->limits.country, country, 3);
    bool is_slowed = out->limits.entries_per_s > 0 && author->held_back_ms > 0 &&
                     core->now_ms - author->held_back_ms < CORE_LOOK_MS;
    out->state = !out->limits.is_heard                   ? CAIRN_ACCEPTED_NOT
                 : author->is_full                       ? CAIRN_ACCEPTED_FULL
                 : core->accept.is_scarce && number != 0 ? CAIRN_ACCEPTED_SCARCE
                 : is_slowed                             ? CAIRN_ACCEPTED_SLOWED
                                                         : CAIRN_ACCEPTED_OPEN;
}
