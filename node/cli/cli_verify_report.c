#include "node/cli/cli_verify_report.h"

#include <inttypes.h>
#include <string.h>

#include "schema/base/civil.h"
#include "schema/base/text.h"
#include "schema/operation.h"

#define HEX_MAX 64u

struct report_hex {
    char text[HEX_MAX + 1];
};

static struct report_hex report_hex(const uint8_t *data, size_t size)
{
    struct report_hex hex = {.text = ""};
    cairn_text_hex_encode((struct cairn_bytes){.data = data, .size = size}, hex.text);
    return hex;
}

struct report_time {
    char text[CAIRN_CIVIL_TIME_MS_BYTES + 1];
};

/* A time that no calendar has is shown as its number. */
static struct report_time report_time(uint64_t time_ms)
{
    struct report_time time = {.text = ""};
    if (time_ms / 1000 <= CAIRN_CIVIL_TIME_S_MAX) {
        cairn_civil_write_time_ms(time_ms, time.text);
    } else {
        snprintf(time.text, sizeof time.text, "%" PRIu64, time_ms);
    }
    return time;
}

static struct report_time report_time_s(uint64_t time_s)
{
    return report_time(time_s <= CAIRN_CIVIL_TIME_S_MAX ? time_s * 1000 : time_s);
}

struct report_kind {
    char text[32];
};

static struct report_kind report_kind(uint64_t number)
{
    struct report_kind kind = {.text = ""};
    enum cairn_kind known;
    if (cairn_kind_of_number(number, &known)) {
        snprintf(kind.text, sizeof kind.text, "%s", cairn_kind_text(known));
    } else {
        snprintf(kind.text, sizeof kind.text, "kind %" PRIu64, number);
    }
    return kind;
}

/* The scope as the head spells it. */
static void report_scope(FILE *out, const struct cairn_scope *scope)
{
    switch (scope->type) {
    case CAIRN_SCOPE_ALL:
        fputs("all", out);
        break;
    case CAIRN_SCOPE_FEED:
        fprintf(out, "feed %s", report_hex(scope->feed, sizeof scope->feed).text);
        break;
    case CAIRN_SCOPE_OBJECT:
        fprintf(out, "object %s", scope->object.text);
        break;
    case CAIRN_SCOPE_FORK:
        fprintf(out, "fork %.*s", (int)scope->origin.size, (const char *)scope->origin.data);
        break;
    case CAIRN_SCOPE_WITHHELD:
        fprintf(out, "withheld%s%.*s", scope->origin.size > 0 ? " " : "", (int)scope->origin.size,
                scope->origin.size > 0 ? (const char *)scope->origin.data : "");
        break;
    }
}

static void report_bytes(FILE *out, struct cairn_bytes text)
{
    fwrite(text.data, 1, text.size, out);
}

/* Of a text from the command line: no control characters, and for JSON none that must be escaped.
 */
static void report_name(const struct cairn_cli_report *report)
{
    bool is_text = cairn_text_is_utf8(cairn_bytes_of(report->file));
    for (const char *at = report->file; *at != '\0'; at++) {
        unsigned char c = (unsigned char)*at;
        bool is_shown = c >= 0x20 && c != 0x7f && (c < 0x80 || is_text);
        if (report->is_json && is_shown && (c == '"' || c == '\\')) {
            fputc('\\', report->out);
        }
        fputc(is_shown ? c : '?', report->out);
    }
}

static const char *report_trust(enum cairn_verify_trust trust)
{
    switch (trust) {
    case CAIRN_VERIFY_NOT_COMPARED:
        return "not compared";
    case CAIRN_VERIFY_COMPARED:
        return "compared";
    case CAIRN_VERIFY_FOLLOWS:
        return "follows a compared one";
    }
    return "not compared";
}

/* ---- for people ---- */

static void report_head_lines(const struct cairn_cli_report *report,
                              const struct cairn_verify *verify)
{
    const struct cairn_bundle_head *head = cairn_verify_head(verify);
    fputs("network ", report->out);
    report_bytes(report->out, head->network);
    fputs(", exported by ", report->out);
    report_bytes(report->out, head->origin);
    fprintf(report->out, " at %s\n", report_time(head->time_ms).text);
    for (uint32_t i = 0; i < cairn_verify_country_count(verify); i++) {
        struct cairn_verify_country country;
        cairn_verify_country(verify, i, &country);
        fprintf(report->out, "country %s %s %s\n", country.code, country.words,
                report_trust(country.trust));
    }
}

static void report_witness_lines(FILE *out, const struct cairn_verify_finding *finding)
{
    for (uint32_t i = 0; i < finding->witness_count; i++) {
        fputs("  cosigned by ", out);
        report_bytes(out, finding->witnesses[i].origin);
        fprintf(out, " at %s: size %" PRIu64 "\n", report_time_s(finding->witnesses[i].time_s).text,
                finding->size);
    }
}

/* Was the fingerprint of the country that introduces this origin compared? Any of its root keys. */
static bool report_is_compared(const struct cairn_verify *verify, struct cairn_bytes origin)
{
    struct cairn_origin parts;
    if (cairn_origin_parse(origin, &parts) != CAIRN_OK) {
        return false;
    }
    for (uint32_t i = 0; i < cairn_verify_country_count(verify); i++) {
        struct cairn_verify_country country;
        cairn_verify_country(verify, i, &country);
        if (memcmp(country.code, parts.country.data, parts.country.size) == 0 &&
            country.trust != CAIRN_VERIFY_NOT_COMPARED) {
            return true;
        }
    }
    return false;
}

static void report_fork_lines(FILE *out, const struct cairn_verify *verify,
                              const struct cairn_verify_finding *finding)
{
    fputs("fork: two histories were signed with the log key of ", out);
    report_bytes(out, finding->origin);
    fprintf(out, "\n  one of size %" PRIu64 " with root %s\n", finding->fork_size,
            report_hex(finding->fork_root, 32).text);
    fprintf(out, "  one of size %" PRIu64 " with root %s\n", finding->size,
            report_hex(finding->root, 32).text);
    if (finding->fork_size < finding->size) {
        fprintf(out, "  the second one had root %s at size %" PRIu64 ": not the first one's\n",
                report_hex(finding->begin_root, 32).text, finding->fork_size);
    }
    if (!report_is_compared(verify, finding->origin)) {
        fputs("  the fingerprint above was not compared: whose key this is stays open\n", out);
    }
}

/* The statement behind a withheld leaf. */
static bool report_is_missing(const struct cairn_verify *verify,
                              const struct cairn_verify_finding *finding)
{
    return finding->type == CAIRN_BUNDLE_ENTRY && finding->kind == CAIRN_KIND_MISSING &&
           cairn_verify_head(verify)->scope.type == CAIRN_SCOPE_WITHHELD;
}

static const char *report_tie(enum cairn_verify_tie tie)
{
    switch (tie) {
    case CAIRN_VERIFY_TIE_WORD:
        return "that its key is this feed's is the exporter's word";
    case CAIRN_VERIFY_TIE_CONTROL:
        return "it is the control feed, which is for everybody";
    case CAIRN_VERIFY_TIE_EARLIER:
        return "an earlier leaf with the same key was opened, and names this feed";
    case CAIRN_VERIFY_TIE_OPENING:
        return "its own opening names this feed";
    }
    return "";
}

static const char *report_tie_name(enum cairn_verify_tie tie)
{
    static const char *const names[] = {"word", "control", "earlier", "opening"};
    return names[tie];
}

static void report_withheld_lines(FILE *out, const struct cairn_verify *verify,
                                  const struct cairn_verify_finding *finding)
{
    fprintf(out, "leaf %" PRIu64 " of ", finding->leaf_index);
    report_bytes(out, finding->origin);
    fprintf(out, " is commit %" PRIu64 " of feed %s%s\n", finding->commit_number,
            report_hex(finding->feed, 16).text, finding->is_repudiated ? ", repudiated" : "");
    fprintf(out, "  %s\n", report_tie(finding->tie));
    for (uint32_t i = 0; i < finding->member_count; i++) {
        fprintf(out, "%s%.3s", i == 0 ? "  the feed was opened for " : ", ",
                (const char *)finding->members[i]);
    }
    fputs(finding->member_count > 0 ? "\n" : "", out);
    fprintf(out, "  it stands in the journal signed at size %" PRIu64 "\n", finding->size);
    report_witness_lines(out, finding);
    if (!report_is_compared(verify, finding->origin)) {
        fputs("  the fingerprint above was not compared: whose key this is stays open\n", out);
    }
}

/* The entry behind it: who misses it, and since when. That nothing came is its word alone. */
static void report_missing_lines(FILE *out, const struct cairn_verify *verify,
                                 const struct cairn_verify_finding *finding)
{
    const struct cairn_bundle_head *head = cairn_verify_head(verify);
    fputs("  ", out);
    report_bytes(out, finding->origin);
    fprintf(out, " says, dated %s, that its content had not come%s\n",
            report_time(cairn_civil_hlc_ms(finding->hlc)).text,
            finding->is_repudiated ? " (repudiated)" : "");
    fprintf(out, "  it said so at leaf %" PRIu64 " of its journal, signed at size %" PRIu64 "\n",
            finding->leaf_index, finding->size);
    report_witness_lines(out, finding);
    if (finding->is_late) {
        fputs("  it came after all: the exporter shows its opening\n", out);
    } else {
        fprintf(out, "  by the word of the exporter it has not come by %s\n",
                report_time(head->time_ms).text);
    }
}

/* What the country of a journal does not stand by. */
static void report_repudiated(FILE *out, const struct cairn_verify_finding *finding)
{
    if (finding->repudiated_count > 0) {
        fprintf(out, ", %" PRIu64 " repudiated", finding->repudiated_count);
    }
    fputs(finding->is_other_branch ? ": a branch that its country did not name\n" : "\n", out);
}

/* What the author says that it has not got any more, and nobody returned. */
static void report_loss_lines(FILE *out, const struct cairn_verify_finding *finding)
{
    for (uint32_t i = 0; i < finding->loss_count; i++) {
        const struct cairn_verify_loss *loss = &finding->losses[i];
        fputs("lost: ", out);
        report_bytes(out, finding->origin);
        fprintf(out,
                " says that of feed %s of %s it held the first %" PRIu64
                " entries only\n  nobody returned what leaves from %" PRIu64 " to %" PRIu64
                " of that journal commit to for this feed\n",
                report_hex(loss->feed, sizeof loss->feed).text, loss->origin, loss->size,
                loss->from_leaf, loss->to_leaf - 1);
        if (loss->shown_size > loss->size) {
            fprintf(out, "  %" PRIu64 " of these entries are in this bundle\n",
                    loss->shown_size - loss->size);
        }
    }
}

static void report_lines(FILE *out, const struct cairn_verify *verify,
                         const struct cairn_verify_finding *finding)
{
    if (finding->type == CAIRN_BUNDLE_FORK) {
        report_fork_lines(out, verify, finding);
        return;
    }
    if (finding->type == CAIRN_BUNDLE_COMMIT) {
        report_loss_lines(out, finding);
        return;
    }
    if (finding->type == CAIRN_BUNDLE_WITHHELD) {
        report_withheld_lines(out, verify, finding);
        return;
    }
    if (report_is_missing(verify, finding)) {
        report_missing_lines(out, verify, finding);
        return;
    }
    if (finding->type == CAIRN_BUNDLE_CHECKPOINT) {
        fputs("journal ", out);
        report_bytes(out, finding->origin);
        fprintf(out,
                ": size %" PRIu64 ", root %s, %" PRIu64 " commits, %" PRIu64 " entries, %" PRIu64
                " opened",
                finding->size, report_hex(finding->root, 32).text, finding->commit_count,
                finding->entry_count, finding->opened_count);
        report_repudiated(out, finding);
    } else {
        fprintf(out, "entry %s of ", report_hex(finding->entry_id, 32).text);
        report_bytes(out, finding->origin);
        fprintf(out, ": feed %s index %" PRIu64 ", %s", report_hex(finding->feed, 16).text,
                finding->index, finding->is_open ? report_kind(finding->kind).text : "not opened");
        fprintf(out, "%s%s%s\n", finding->has_object ? " " : "",
                finding->has_object ? finding->object.text : "",
                finding->is_repudiated ? ", repudiated" : "");
    }
    report_witness_lines(out, finding);
}

static void report_verdict_line(const struct cairn_cli_report *report,
                                const struct cairn_verify *verify,
                                const struct cairn_verify_result *result)
{
    FILE *out = report->out;
    report_name(report);
    if (result->err == CAIRN_OK) {
        fputs(result->counts.forks > 0      ? ": the proof holds, scope "
              : result->counts.withheld > 0 ? ": the evidence holds, scope "
                                            : ": whole, scope ",
              out);
        report_scope(out, &cairn_verify_head(verify)->scope);
        if (result->counts.withheld > 0) {
            fprintf(out, ", %" PRIu64 " missed, %" PRIu64 " came late", result->counts.withheld,
                    result->counts.late);
        }
        fprintf(out, ", %" PRIu64 " records\n", result->counts.records);
    } else if (!result->is_bundle) {
        fprintf(out, ": no bundle: %s\n", result->what);
    } else {
        fprintf(out, ": %s at record %" PRIu64 ", byte %" PRIu64,
                result->err == CAIRN_FULL ? "not checked to the end, stopped" : "broken",
                result->record, result->offset);
        if (result->inside > 0) {
            fprintf(out, " + %zu", result->inside);
        }
        fprintf(out, ": %s (%d %s)\n", result->what, (int)result->err, cairn_err_name(result->err));
    }
}

/* ---- JSON ---- */

static void report_head_json(const struct cairn_cli_report *report,
                             const struct cairn_verify *verify)
{
    const struct cairn_bundle_head *head = cairn_verify_head(verify);
    FILE *out = report->out;
    fputs("{\"file\":\"", out);
    report_name(report);
    fputs("\",\"network\":\"", out);
    report_bytes(out, head->network);
    fputs("\",\"exporter\":\"", out);
    report_bytes(out, head->origin);
    fprintf(out, "\",\"time\":\"%s\",\"scope\":\"", report_time(head->time_ms).text);
    report_scope(out, &head->scope);
    fputs("\",\"countries\":[", out);
    for (uint32_t i = 0; i < cairn_verify_country_count(verify); i++) {
        struct cairn_verify_country country;
        cairn_verify_country(verify, i, &country);
        fprintf(out, "%s{\"country\":\"%s\",\"fingerprint\":\"%s\",\"trust\":\"%s\"}",
                i > 0 ? "," : "", country.code, country.words, report_trust(country.trust));
    }
    fputs("],\"found\":[", out);
}

static void report_witness_json(FILE *out, const struct cairn_verify_finding *finding)
{
    fputs(",\"cosignatures\":[", out);
    for (uint32_t i = 0; i < finding->witness_count; i++) {
        fprintf(out, "%s{\"origin\":\"", i > 0 ? "," : "");
        report_bytes(out, finding->witnesses[i].origin);
        fprintf(out, "\",\"time\":\"%s\"}", report_time_s(finding->witnesses[i].time_s).text);
    }
    fputs("]}", out);
}

static void report_fork_json(FILE *out, const struct cairn_verify *verify,
                             const struct cairn_verify_finding *finding)
{
    fputs("{\"type\":\"fork\",\"origin\":\"", out);
    report_bytes(out, finding->origin);
    fprintf(out, "\",\"is_compared\":%s,\"statements\":[{\"size\":%" PRIu64 ",\"root\":\"%s\"},",
            report_is_compared(verify, finding->origin) ? "true" : "false", finding->fork_size,
            report_hex(finding->fork_root, 32).text);
    fprintf(out, "{\"size\":%" PRIu64 ",\"root\":\"%s\",\"root_at_first_size\":\"%s\"}]}",
            finding->size, report_hex(finding->root, 32).text,
            report_hex(finding->begin_root, 32).text);
}

static void report_withheld_json(FILE *out, const struct cairn_verify *verify,
                                 const struct cairn_verify_finding *finding)
{
    fputs("{\"type\":\"withheld\",\"origin\":\"", out);
    report_bytes(out, finding->origin);
    fprintf(out, "\",\"is_compared\":%s,\"leaf\":%" PRIu64 ",\"feed\":\"%s\",\"commit\":%" PRIu64,
            report_is_compared(verify, finding->origin) ? "true" : "false", finding->leaf_index,
            report_hex(finding->feed, 16).text, finding->commit_number);
    fprintf(out, ",\"tie\":\"%s\",\"late\":%s,\"repudiated\":%s,\"members\":[",
            report_tie_name(finding->tie), finding->is_late ? "true" : "false",
            finding->is_repudiated ? "true" : "false");
    for (uint32_t i = 0; i < finding->member_count; i++) {
        fprintf(out, "%s\"%.3s\"", i > 0 ? "," : "", (const char *)finding->members[i]);
    }
    fprintf(out, "],\"size\":%" PRIu64, finding->size);
    report_witness_json(out, finding);
}

static void report_loss_json(FILE *out, const struct cairn_verify_finding *finding)
{
    for (uint32_t i = 0; i < finding->loss_count; i++) {
        const struct cairn_verify_loss *loss = &finding->losses[i];
        fprintf(out, "%s{\"type\":\"lost\",\"told_by\":\"", i > 0 ? "," : "");
        report_bytes(out, finding->origin);
        fprintf(out,
                "\",\"origin\":\"%s\",\"feed\":\"%s\",\"entries\":%" PRIu64
                ",\"from_leaf\":%" PRIu64 ",\"to_leaf\":%" PRIu64 ",\"shown_entries\":%" PRIu64 "}",
                loss->origin, report_hex(loss->feed, sizeof loss->feed).text, loss->size,
                loss->from_leaf, loss->to_leaf, loss->shown_size);
    }
}

static void report_finding_json(FILE *out, const struct cairn_verify_finding *finding)
{
    bool is_journal = finding->type == CAIRN_BUNDLE_CHECKPOINT;
    fprintf(out, "{\"type\":\"%s\",\"origin\":\"", is_journal ? "journal" : "entry");
    report_bytes(out, finding->origin);
    fprintf(out, "\",\"size\":%" PRIu64 ",\"root\":\"%s\"", finding->size,
            report_hex(finding->root, 32).text);
    if (is_journal) {
        fprintf(out, ",\"commits\":%" PRIu64 ",\"entries\":%" PRIu64 ",\"opened\":%" PRIu64,
                finding->commit_count, finding->entry_count, finding->opened_count);
        fprintf(out, ",\"repudiated\":%" PRIu64 ",\"other_branch\":%s", finding->repudiated_count,
                finding->is_other_branch ? "true" : "false");
    } else {
        fprintf(out, ",\"leaf\":%" PRIu64 ",\"repudiated\":%s", finding->leaf_index,
                finding->is_repudiated ? "true" : "false");
        fprintf(out, ",\"entry\":\"%s\",\"feed\":\"%s\",\"index\":%" PRIu64,
                report_hex(finding->entry_id, 32).text, report_hex(finding->feed, 16).text,
                finding->index);
        if (finding->is_open) {
            fprintf(out, ",\"kind\":\"%s\"", report_kind(finding->kind).text);
            if (finding->hlc > 0) {
                fprintf(out, ",\"dated\":\"%s\"",
                        report_time(cairn_civil_hlc_ms(finding->hlc)).text);
            }
        }
        if (finding->has_object) {
            fprintf(out, ",\"object\":\"%s\"", finding->object.text);
        }
    }
    report_witness_json(out, finding);
}

static void report_verdict_json(const struct cairn_cli_report *report,
                                const struct cairn_verify_result *result)
{
    const struct cairn_verify_counts *counts = &result->counts;
    FILE *out = report->out;
    if (!report->has_head) {
        fputs("{\"file\":\"", out);
        report_name(report);
        fputs("\",\"found\":[", out);
    }
    fprintf(out,
            "],\"counts\":{\"records\":%" PRIu64 ",\"countries\":%" PRIu64 ",\"journals\":%" PRIu64
            ",\"leaves\":%" PRIu64 ",\"commits\":%" PRIu64,
            counts->records, counts->countries, counts->journals, counts->leaves, counts->commits);
    fprintf(out,
            ",\"entries\":%" PRIu64 ",\"opened\":%" PRIu64 ",\"checkpoints\":%" PRIu64
            ",\"cosignatures\":%" PRIu64 ",\"forks\":%" PRIu64 ",\"repudiated\":%" PRIu64,
            counts->entries, counts->opened, counts->checkpoints, counts->cosignatures,
            counts->forks, counts->repudiated);
    fprintf(out, ",\"withheld\":%" PRIu64 ",\"late\":%" PRIu64 "}", counts->withheld, counts->late);
    if (result->err == CAIRN_OK) {
        fputs(",\"verdict\":\"whole\"}\n", out);
        return;
    }
    fprintf(out, ",\"verdict\":\"%s\",\"error\":{\"number\":%d,\"name\":\"%s\",\"text\":\"%s\"",
            result->is_bundle && result->err != CAIRN_FULL ? "broken" : "unusable",
            (int)result->err, cairn_err_name(result->err), result->what);
    fprintf(out, ",\"record\":%" PRIu64 ",\"offset\":%" PRIu64 ",\"inside\":%zu}}\n",
            result->record, result->offset, result->inside);
}

/* ---- both ---- */

/* Head and countries, once all documents were read. */
static void report_begin(struct cairn_cli_report *report, const struct cairn_verify *verify)
{
    if (report->has_head || cairn_verify_head(verify) == NULL) {
        return;
    }
    report->has_head = true;
    if (report->is_json) {
        report_head_json(report, verify);
    } else {
        report_head_lines(report, verify);
    }
}

void cairn_cli_report_finding(struct cairn_cli_report *report, const struct cairn_verify *verify,
                              const struct cairn_verify_finding *finding)
{
    if (finding->type != CAIRN_BUNDLE_HEAD && finding->type != CAIRN_BUNDLE_DOCUMENT) {
        report_begin(report, verify);
    }
    bool is_fork = finding->type == CAIRN_BUNDLE_FORK;
    bool is_withheld = finding->type == CAIRN_BUNDLE_WITHHELD;
    bool is_loss = finding->type == CAIRN_BUNDLE_COMMIT && finding->loss_count > 0;
    if (finding->type != CAIRN_BUNDLE_CHECKPOINT && finding->type != CAIRN_BUNDLE_ENTRY &&
        !is_fork && !is_withheld && !is_loss) {
        return;
    }
    if (report->is_json) {
        fputs(report->has_finding ? "," : "", report->out);
        if (is_fork) {
            report_fork_json(report->out, verify, finding);
        } else if (is_withheld) {
            report_withheld_json(report->out, verify, finding);
        } else if (is_loss) {
            report_loss_json(report->out, finding);
        } else {
            report_finding_json(report->out, finding);
        }
    } else {
        report_lines(report->out, verify, finding);
    }
    report->has_finding = true;
}

void cairn_cli_report_end(struct cairn_cli_report *report, const struct cairn_verify *verify,
                          const struct cairn_verify_result *result)
{
    report_begin(report, verify);
    if (report->is_json) {
        report_verdict_json(report, result);
    } else {
        report_verdict_line(report, verify, result);
    }
}
