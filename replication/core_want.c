#include "replication/core_parts.h"

#include "schema/base/check.h"

#include <string.h>

/* What we ask for, and of whom. Each log comes from one link at a time: that of its author, else
 * anybody who has it. A source that stays silent while there must be something to say is changed
 * for another one, in turn; a single one is asked again. */

static void want_set_offered(struct cairn_core *core, uint32_t link, uint32_t log)
{
    size_t bit = (size_t)link * (core->limits.journals + core->limits.feeds) + log;
    core->offered[bit / 8] = (uint8_t)((uint32_t)core->offered[bit / 8] | 1u << bit % 8);
}

static bool want_has_offered(const struct cairn_core *core, uint32_t link, uint32_t log)
{
    size_t bit = (size_t)link * (core->limits.journals + core->limits.feeds) + log;
    return core->links[link].is_greeted && ((uint32_t)core->offered[bit / 8] >> bit % 8 & 1u) != 0;
}

/* May this journal still become longer here? */
static bool want_is_growing(const struct cairn_core *core, uint32_t number)
{
    const struct core_journal *journal = &core->journals[number];
    return journal->is_ended && number != 0 ? journal->verified.size < journal->ended_size
                                            : !journal->is_forked;
}

/* Is there anything to ask for? */
static bool want_is_open(const struct cairn_core *core, uint32_t log)
{
    if (core->journals[cairn_core_log_author(core, log)].is_cut) {
        return false;
    }
    if (!core_log_is_feed(core, log)) {
        return log < core->journal_count && cairn_core_is_followed(core, log) &&
               want_is_growing(core, log) && cairn_core_accept_is_open(core, log);
    }
    uint32_t number = log - core->limits.journals;
    if (number >= core->feed_count) {
        return false;
    }
    const struct cairn_feed *feed = &core->feeds[number];
    return cairn_core_is_followed(core, feed->journal) && !feed->is_closed && !feed->is_broken &&
           cairn_core_accept_is_open(core, feed->journal) &&
           (feed->is_at_end || feed->pending_count > 0);
}

/* Its stream is for something else than to follow on: healing, or another branch. */
static bool want_is_held(const struct cairn_core *core, uint32_t log)
{
    return cairn_core_heal_is_on(core, log) || cairn_core_branch_is_on(core, log);
}

/* The next link behind `after`, in turn, that has the log. CORE_NONE: nobody */
static uint32_t want_next_source(const struct cairn_core *core, uint32_t log, uint32_t after)
{
    uint32_t count = core->limits.links;
    uint32_t start = after == CORE_NONE ? count - 1 : after;
    for (uint32_t i = 1; i <= count; i++) {
        uint32_t link = (start + i) % count;
        if (want_has_offered(core, link, log)) {
            return link;
        }
    }
    return CORE_NONE;
}

static uint32_t want_first_source(const struct cairn_core *core, uint32_t log)
{
    for (uint32_t link = 0; link < core->limits.links; link++) {
        if (core->links[link].journal == cairn_core_log_author(core, log) &&
            want_has_offered(core, link, log)) {
            return link;
        }
    }
    return want_next_source(core, log, CORE_NONE);
}

/* What the source may still send if it has not heard anything since. */
static int64_t want_owed(const struct core_intake *intake)
{
    int64_t owed =
        (intake->credit > 0 ? intake->credit : 0) + intake->debt + (int64_t)CAIRN_LIMIT_FRAME_BYTES;
    return owed < (int64_t)CORE_DEBT_MAX ? owed : (int64_t)CORE_DEBT_MAX;
}

/* Begin anew. What the source may still send under the WANT before stays owed. */
static void want_send_from(struct cairn_core *core, uint32_t log, uint64_t from,
                           uint32_t credit_bytes)
{
    struct core_intake *intake = &core->intakes[log];
    struct cairn_message want = {
        .type = CAIRN_MESSAGE_WANT,
        .as.want = {.has_from = true, .from = from, .credit_bytes = credit_bytes},
    };
    cairn_core_accept_asked(core, log);
    memcpy(want.as.want.log, cairn_core_log_id(core, log), 16);
    intake->debt = want_owed(intake);
    intake->credit = credit_bytes;
    intake->is_restarted = true;
    intake->moved_ms = core->now_ms;
    cairn_core_send(core, intake->link, &want);
}

/* ... from what we hold, as far as the author's rate goes. */
static void want_send(struct cairn_core *core, uint32_t log)
{
    uint32_t credit_bytes = cairn_core_accept_credit(core, log);
    uint64_t from;
    if (credit_bytes == 0) {
        cairn_core_accept_wait(core, log, true);
        return;
    }
    if (core_log_is_feed(core, log)) {
        from = core->feeds[log - core->limits.journals].commits;
    } else {
        struct core_journal *journal = &core->journals[log];
        from = journal->verified.size;
        journal->candidate = journal->verified;
        journal->candidate_suspect = CORE_SUSPECT_OPEN;
    }
    want_send_from(core, log, from, credit_bytes);
}

/* The source need not go on. What is on its way is let pass. source P-64 */
void cairn_core_want_stop(struct cairn_core *core, uint32_t log)
{
    struct core_intake *intake = &core->intakes[log];
    if (intake->link == CORE_NONE) {
        return;
    }
    struct cairn_message want = {.type = CAIRN_MESSAGE_WANT, .as.want = {.has_from = true}};
    memcpy(want.as.want.log, cairn_core_log_id(core, log), 16);
    core->links[intake->link].stray_bytes += want_owed(intake);
    cairn_core_send(core, intake->link, &want);
    intake->link = CORE_NONE;
    intake->credit = 0;
    intake->debt = 0;
}

static void want_set_source(struct cairn_core *core, uint32_t log, uint32_t link)
{
    struct core_intake *intake = &core->intakes[log];
    cairn_core_want_stop(core, log);
    intake->link = link;
    intake->grown_ms = core_log_is_feed(core, log) ? intake->grown_ms : core->now_ms;
}

static void want_switch(struct cairn_core *core, uint32_t log, uint32_t link)
{
    want_set_source(core, log, link);
    want_send(core, log);
}

void cairn_core_want(struct cairn_core *core, uint32_t log)
{
    if (core->intakes[log].link != CORE_NONE || !want_is_open(core, log)) {
        return;
    }
    uint32_t source = want_first_source(core, log);
    if (source != CORE_NONE) {
        want_switch(core, log, source);
    }
}

/* Was it asked for before its source knew of it? Pairwise feeds are: documents come to one side
 * first. source P-94 */
static bool want_is_unheard(const struct cairn_core *core, uint32_t log)
{
    return core_log_is_feed(core, log) && core->intakes[log].is_restarted &&
           core->feeds[log - core->limits.journals].commits == 0 && want_is_open(core, log);
}

/* The peer has this log: a possible source, and the best one if it is the author. */
void cairn_core_offered(struct cairn_core *core, uint32_t link, uint32_t log)
{
    uint32_t held = core->intakes[log].link;
    want_set_offered(core, link, log);
    bool is_author = core->links[link].journal == cairn_core_log_author(core, log);
    if (held == CORE_NONE) {
        cairn_core_want(core, log);
    } else if (is_author && !want_is_held(core, log) &&
               core->links[held].journal != core->links[link].journal && want_is_open(core, log)) {
        want_switch(core, log, link);
    } else if (held == link && want_is_unheard(core, log)) {
        want_send(core, log);
    }
}

/* The peer shows more of a journal than is here, and the source has had nothing for a while: it may
 * wait for the same. source P-67 */
void cairn_core_want_longer(struct cairn_core *core, uint32_t link, uint32_t journal)
{
    const struct core_intake *intake = &core->intakes[journal];
    bool is_quiet =
        core->now_ms >= intake->moved_ms && core->now_ms - intake->moved_ms >= CORE_SILENT_MS;
    if (intake->link != CORE_NONE && intake->link != link && is_quiet &&
        core->links[intake->link].journal != journal && want_is_open(core, journal) &&
        !want_is_held(core, journal)) {
        want_switch(core, journal, link);
    }
}

/* This link is no source for this log: what it sent could not be used. */
void cairn_core_want_elsewhere(struct cairn_core *core, uint32_t link, uint32_t log)
{
    size_t bit = (size_t)link * (core->limits.journals + core->limits.feeds) + log;
    core->offered[bit / 8] = (uint8_t)((uint32_t)core->offered[bit / 8] & ~(1u << bit % 8));
    if (core->intakes[log].link == link) {
        cairn_core_want_stop(core, log);
        cairn_core_want(core, log);
    }
}

/* Start the stream anew from what we hold; also the acknowledgement of a checkpoint. */
void cairn_core_want_again(struct cairn_core *core, uint32_t log)
{
    if (want_is_open(core, log) && core->intakes[log].link != CORE_NONE &&
        !want_is_held(core, log)) {
        want_send(core, log);
    }
}

/* ---- what is to be healed ---- */

/* Who may have it? Of its own feeds every member does, whether it was offered or not. */
static bool want_may_have(const struct cairn_core *core, uint32_t link, uint32_t log)
{
    if (!core->links[link].is_greeted || cairn_core_log_author(core, log) != 0) {
        return want_has_offered(core, link, log);
    }
    uint32_t country = core->journals[core->links[link].journal].country;
    return !core_log_is_feed(core, log) ||
           cairn_core_feed_is_served(core, log - core->limits.journals, country);
}

/* The next link behind `after` (CORE_NONE: the first one) that may have it. CORE_NONE: nobody */
uint32_t cairn_core_want_source_after(const struct cairn_core *core, uint32_t log, uint32_t after)
{
    for (uint32_t link = after == CORE_NONE ? 0 : after + 1; link < core->limits.links; link++) {
        if (want_may_have(core, link, log)) {
            return link;
        }
    }
    return CORE_NONE;
}

/* Ask this link for what was had before. source P-91 */
void cairn_core_want_from(struct cairn_core *core, uint32_t log, uint32_t link, uint64_t from)
{
    if (core->intakes[log].link != link) {
        want_set_source(core, log, link);
    }
    want_send_from(core, log, from, CORE_CREDIT_BYTES); /* it was taken once: no rate counts */
}

/* ---- whole authors ---- */

/* An author is followed from now on: whoever is linked may have its logs. */
void cairn_core_want_author(struct cairn_core *core, uint32_t journal)
{
    for (uint32_t link = 0; link < core->limits.links; link++) {
        if (!core->links[link].is_greeted) {
            continue;
        }
        uint32_t country = core->journals[core->links[link].journal].country;
        want_set_offered(core, link, journal);
        for (uint32_t i = core->journals[journal].feed_first; i != CORE_NONE;
             i = core->feed_next[i]) {
            bool is_open = core->feeds[i].type == CAIRN_FEED_TYPE_CONTROL;
            bool is_pair = core->feeds[i].type == CAIRN_FEED_TYPE_PAIRWISE;
            if (is_open || (is_pair && cairn_members_has(&core->feeds[i].members, country))) {
                want_set_offered(core, link, core_log_of_feed(core, i));
            }
        }
    }
    core->is_source_due = true;
}

void cairn_core_want_nothing(struct cairn_core *core, uint32_t journal)
{
    cairn_core_want_stop(core, journal);
    for (uint32_t i = core->journals[journal].feed_first; i != CORE_NONE; i = core->feed_next[i]) {
        cairn_core_want_stop(core, core_log_of_feed(core, i));
    }
}

/* Logs that came over this link are asked for elsewhere, as soon as there is room. */
void cairn_core_resource(struct cairn_core *core, uint32_t link)
{
    uint32_t logs = core->limits.journals + core->limits.feeds;
    for (uint32_t log = 0; log < logs; log++) {
        if (core->intakes[log].link == link) {
            core->intakes[log].link = CORE_NONE;
            core->intakes[log].credit = 0;
            core->intakes[log].debt = 0;
            core->is_source_due = true;
        }
    }
}

/* ---- what came ---- */

/* More credit, when half of it is used. */
void cairn_core_want_more(struct cairn_core *core, uint32_t log)
{
    struct core_intake *intake = &core->intakes[log];
    if (intake->link == CORE_NONE || intake->is_stalled || intake->is_waiting ||
        intake->credit >= (int64_t)CORE_CREDIT_BYTES / 2) {
        return;
    }
    int64_t window =
        want_is_held(core, log) ? (int64_t)CORE_CREDIT_BYTES : cairn_core_accept_credit(core, log);
    if (window == 0) {
        cairn_core_accept_wait(core, log, false);
    } else if (intake->credit < window / 2) {
        int64_t more = window - intake->credit;
        more = more > (int64_t)CORE_CREDIT_BYTES ? (int64_t)CORE_CREDIT_BYTES : more;
        struct cairn_message want = {.type = CAIRN_MESSAGE_WANT,
                                     .as.want = {.credit_bytes = (uint32_t)more}};
        memcpy(want.as.want.log, cairn_core_log_id(core, log), 16);
        intake->credit += more;
        cairn_core_send(core, intake->link, &want);
    }
}

/* Book a frame of a log that came over this link.
 *
 * errors  CAIRN_PEER_OVERDRAW  it was never granted */
cairn_err cairn_core_want_book(struct cairn_core *core, uint32_t link, uint32_t log,
                               size_t frame_bytes)
{
    struct core_intake *intake = log == CORE_NONE ? NULL : &core->intakes[log];
    if (intake == NULL || intake->link != link) {
        core->links[link].stray_bytes -= (int64_t)frame_bytes;
        return core->links[link].stray_bytes < 0 ? CAIRN_PEER_OVERDRAW : CAIRN_OK;
    }
    intake->credit -= (int64_t)frame_bytes;
    if (intake->credit < 0 && intake->debt > 0) {
        int64_t paid = intake->debt < -intake->credit ? intake->debt : -intake->credit;
        intake->debt -= paid;
        intake->credit += paid;
    }
    if (intake->credit < -(int64_t)CAIRN_LIMIT_FRAME_BYTES) {
        return CAIRN_PEER_OVERDRAW;
    }
    return CAIRN_OK;
}

/* It was of use: the source is not silent. */
void cairn_core_want_moved(struct cairn_core *core, uint32_t log)
{
    core->intakes[log].moved_ms = core->now_ms;
}

/* A journal has more verified leaves, or a feed one more commit: no frame that only looks like news
 * counts as that. */
void cairn_core_want_grown(struct cairn_core *core, uint32_t log)
{
    cairn_core_want_moved(core, log);
    core->intakes[log].grown_ms = core->now_ms;
    core->intakes[log].barren = 0;
}

/* What came cannot be used yet; it is asked for again when that may have changed. */
void cairn_core_stall(struct cairn_core *core, uint32_t log)
{
    if (!core->intakes[log].is_stalled) {
        core->intakes[log].is_stalled = true;
        core->stalled_count++;
    }
}

/* May the feed's next commit be taken? Its leaf must be known, and every mark before it. P-50 */
bool cairn_core_feed_is_ready(const struct cairn_core *core, const struct cairn_feed *feed)
{
    const struct cairn_pending *pending = cairn_feed_pending(feed, &core->pending);
    const struct cairn_feed *control = &core->feeds[core->journals[feed->journal].control_feed];
    const struct cairn_pending *mark = cairn_feed_pending(control, &core->pending);
    if (pending == NULL || feed->is_secret_due || feed == control) {
        return pending != NULL && !feed->is_secret_due;
    }
    return mark != NULL ? mark->leaf_index > pending->leaf_index
                        : cairn_core_scanned(core, control) > pending->leaf_index;
}

void cairn_core_unstall(struct cairn_core *core)
{
    if (core->stalled_count == 0 || core->task_count > CORE_TASKS_BUSY / 2) {
        return;
    }
    for (uint32_t i = 0; i < core->feed_count && core->stalled_count > 0; i++) {
        uint32_t log = core_log_of_feed(core, i);
        if (core->intakes[log].is_stalled && cairn_core_is_roomy(core) &&
            (core->feeds[i].is_closed || core->feeds[i].is_broken ||
             cairn_core_feed_is_ready(core, &core->feeds[i]))) {
            core->intakes[log].is_stalled = false;
            core->stalled_count--;
            cairn_core_want_again(core, log);
        }
    }
}

/* ---- what does not come ---- */

/* Ask for the feed's record whoever has it, its author before all. */
void cairn_core_ask_records(struct cairn_core *core, uint32_t log)
{
    uint32_t first = want_first_source(core, log);
    uint32_t author = cairn_core_log_author(core, log);
    for (uint32_t link = 0; link < core->limits.links && first != CORE_NONE; link++) {
        bool is_asked = core->links[first].journal == author ? link == first
                                                             : want_has_offered(core, link, log);
        if (is_asked) {
            cairn_core_ask_record(core, link, cairn_core_log_id(core, log));
        }
    }
}

/* How long may this source say nothing? */
static uint64_t want_patience_ms(const struct cairn_core *core, uint32_t log)
{
    if (!core_log_is_feed(core, log)) {
        return CORE_SILENT_LEAF_MS;
    }
    return core->feeds[log - core->limits.journals].pending_count > 0 ? CORE_SILENT_MS : UINT64_MAX;
}

static bool want_is_silent(const struct cairn_core *core, uint32_t log)
{
    uint64_t moved_ms = core->intakes[log].moved_ms;
    return core->now_ms >= moved_ms && core->now_ms - moved_ms >= want_patience_ms(core, log);
}

/* It talks, and its journal grows no longer, and there is somebody else to ask? A long range from a
 * slow source needs its time: of sources in a row each gets twice that of the one before. */
static bool want_is_barren(const struct cairn_core *core, uint32_t log)
{
    const struct core_intake *intake = &core->intakes[log];
    uint64_t patience_ms = (uint64_t)CORE_BARREN_MS << intake->barren;
    return !core_log_is_feed(core, log) && core->now_ms >= intake->grown_ms &&
           core->now_ms - intake->grown_ms >= patience_ms &&
           want_next_source(core, log, intake->link) != intake->link;
}

static void want_look(struct cairn_core *core, uint32_t log)
{
    struct core_intake *intake = &core->intakes[log];
    if (core_log_is_feed(core, log) && core->feeds[log - core->limits.journals].is_secret_due) {
        cairn_core_ask_records(core, log);
        return;
    }
    if (intake->link == CORE_NONE || !want_is_open(core, log)) {
        cairn_core_want(core, log);
        return;
    }
    bool is_silent = want_is_silent(core, log);
    if (intake->is_waiting) {
        return; /* it is we who keep it from sending */
    }
    if (want_is_held(core, log) || (!is_silent && !want_is_barren(core, log))) {
        return;
    }
    uint32_t next = want_next_source(core, log, intake->link);
    if (next == intake->link || next == CORE_NONE) {
        want_send(core, log);
    } else {
        intake->barren = is_silent                          ? 0
                         : intake->barren < CORE_BARREN_MAX ? intake->barren + 1
                                                            : CORE_BARREN_MAX;
        want_switch(core, log, next);
    }
}

/* Look at every log, as far as there is room; go on in the next step. */
void cairn_core_sources(struct cairn_core *core)
{
    if (!core->is_source_due) {
        return;
    }
    uint32_t logs = core->limits.journals + core->feed_count;
    for (; core->source_next < logs && cairn_core_is_roomy(core); core->source_next++) {
        want_look(core, core->source_next);
    }
    if (core->source_next >= logs) {
        core->source_next = 0;
        core->is_source_due = false;
    }
}
