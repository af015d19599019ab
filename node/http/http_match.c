#include "node/http/http_match.h"

#include <stdio.h>

#include "schema/alert/alert_codes.h"
#include "schema/base/civil.h"

static json_t *match_time(uint64_t time_ms)
{
    char text[25];
    cairn_civil_write_time_ms(time_ms, text);
    return json_string(text);
}

static json_t *match_why(uint32_t why)
{
    json_t *reasons = json_array();
    for (uint32_t bit = 1; bit != 0; bit <<= 1) {
        const char *text = (why & bit) != 0 ? cairn_lookup_why_text(bit) : NULL;
        if (text != NULL) {
            (void)json_array_append_new(reasons, json_string(text));
        }
    }
    return reasons;
}

static json_t *match_warnings(const struct cairn_lookup_hit *hit)
{
    json_t *warnings = json_array();
    for (uint32_t at = 0; at < hit->warning_count; at++) {
        const char *text = cairn_codelist_text(&cairn_alert_codes_warnings, hit->warnings[at]);
        if (text != NULL) {
            (void)json_array_append_new(warnings, json_string(text));
        }
    }
    return warnings;
}

static void match_put(json_t *object, const char *key, const char *text)
{
    if (text != NULL && text[0] != '\0') {
        (void)json_object_set_new(object, key, json_string(text));
    }
}

static json_t *match_hit(const struct cairn_lookup_hit *hit)
{
    json_t *row = json_pack(
        "{s:s, s:s, s:s*, s:s*, s:s, s:i, s:i, s:i, s:b}", "id", hit->object.text, "country",
        hit->country, "category", cairn_codelist_text(&cairn_alert_codes_categories, hit->category),
        "action", cairn_codelist_text(&cairn_alert_codes_actions, hit->action), "action_text",
        cairn_lookup_action_text(hit->action), "coercion", (int)hit->coercion, "priority",
        (int)hit->priority, "score", (int)hit->score, "is_minor", hit->is_minor);
    if (row == NULL) {
        return NULL;
    }
    if (hit->row != CAIRN_LOOKUP_NO_ROW) {
        (void)json_object_set_new(row, "row", json_integer((json_int_t)hit->row));
    }
    match_put(row, "fallback", cairn_codelist_text(&cairn_alert_codes_actions, hit->fallback));
    match_put(row, "reason", cairn_codelist_text(&cairn_alert_codes_reasons, hit->reason));
    match_put(row, "document_status",
              cairn_codelist_text(&cairn_alert_codes_document_statuses, hit->status));
    match_put(row, "authority", hit->authority);
    match_put(row, "contact", hit->contact);
    (void)json_object_set_new(row, "why", match_why(hit->why));
    (void)json_object_set_new(row, "warnings", match_warnings(hit));
    (void)json_object_set_new(row, "from", match_time(hit->from_ms));
    (void)json_object_set_new(row, "expires", match_time(hit->expires_ms));
    return row;
}

/* ---- the zone ---- */

static json_t *match_problems(const struct cairn_mrz *mrz)
{
    json_t *problems = json_array();
    for (uint32_t bit = 1; bit != 0 && bit <= CAIRN_MRZ_PROBLEM_COMPOSITE_DIGIT; bit <<= 1) {
        const char *text = cairn_mrz_problem_text((enum cairn_mrz_problem)bit);
        if ((mrz->problems & bit) != 0 && text != NULL) {
            (void)json_array_append_new(problems, json_string(text));
        }
    }
    return problems;
}

static json_t *match_wrong_digits(const struct cairn_mrz *mrz)
{
    json_t *wrong = json_array();
    uint32_t bits = mrz->checks_made & ~mrz->checks_right;
    for (uint32_t bit = 1; bit != 0 && bit <= CAIRN_MRZ_CHECK_COMPOSITE; bit <<= 1) {
        const char *text = cairn_mrz_check_text((enum cairn_mrz_check)bit);
        if ((bits & bit) != 0 && text != NULL) {
            (void)json_array_append_new(wrong, json_string(text));
        }
    }
    return wrong;
}

static json_t *match_zone(const struct cairn_lookup_zone *zone)
{
    const struct cairn_mrz *mrz = &zone->mrz;
    json_t *said =
        json_pack("{s:s, s:b, s:b, s:b}", "verdict", cairn_mrz_verdict_text(mrz->verdict),
                  "document_searched", zone->is_document_searched, "name_searched",
                  zone->is_name_searched, "clear", zone->is_clear);
    if (said == NULL) {
        return NULL;
    }
    match_put(said, "format", cairn_mrz_format_text(mrz->format));
    match_put(said, "document_code", mrz->document_code);
    match_put(said, "issuer", mrz->issuing_state);
    match_put(said, "number", mrz->document_number);
    match_put(said, "nationality", mrz->nationality);
    match_put(said, "born", mrz->birth_date);
    match_put(said, "expires", mrz->expiry_date);
    match_put(said, "primary", mrz->primary);
    match_put(said, "secondary", mrz->secondary);
    (void)json_object_set_new(said, "problems", match_problems(mrz));
    (void)json_object_set_new(said, "wrong_digits", match_wrong_digits(mrz));
    return said;
}

/* ---- all of it ---- */

static bool match_is_searched(const struct cairn_lookup_zone *zone)
{
    return zone->is_document_searched || zone->is_name_searched;
}

static const char *match_verdict(const struct cairn_screening_answer *answer)
{
    if (answer->zone != NULL && !match_is_searched(answer->zone)) {
        return "unreadable";
    }
    if (answer->hits->found > 0) {
        return "hit";
    }
    bool is_sure = answer->zone == NULL || answer->zone->is_clear;
    return is_sure && !answer->hits->is_cut ? "no_hit" : "uncertain";
}

static void match_caution(json_t *cautions, const char *text)
{
    (void)json_array_append_new(cautions, json_string(text));
}

static json_t *match_cautions(const struct cairn_screening_answer *answer)
{
    json_t *cautions = json_array();
    const struct cairn_lookup_zone *zone = answer->zone;
    if (zone != NULL && !match_is_searched(zone)) {
        match_caution(cautions, "the zone could not be read: type the document or the name");
    } else if (zone != NULL && zone->mrz.verdict == CAIRN_MRZ_VERDICT_CHECK_DIGIT) {
        match_caution(cautions, "a check digit is wrong: compare the zone with the document");
    }
    if (zone != NULL && match_is_searched(zone) && zone->mrz.name_may_be_truncated) {
        match_caution(cautions, "the name may be cut in the zone: type it in full");
    }
    if (answer->hits->is_cut || answer->hits->found > answer->hits->count) {
        match_caution(cautions, "there may be more matches than are shown");
    }
    return cautions;
}

json_t *cairn_http_match_json(const struct cairn_screening_answer *answer)
{
    json_t *matches = json_array();
    for (uint32_t at = 0; at < answer->hits->count; at++) {
        (void)json_array_append_new(matches, match_hit(&answer->hits->hits[at]));
    }
    json_t *body =
        json_pack("{s:s, s:o, s:i, s:o, s:o}", "verdict", match_verdict(answer), "checked_at",
                  match_time(answer->now_ms), "found", (int)answer->hits->found, "matches", matches,
                  "cautions", match_cautions(answer));
    if (body != NULL && answer->zone != NULL) {
        (void)json_object_set_new(body, "mrz", match_zone(answer->zone));
    }
    return body;
}
