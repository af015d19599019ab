/* The bodies of alert operations as tables, and the keys of their fields.
 *
 *     alert.issue     the whole alert
 *     alert.amend     {1: fields set anew, 2: list elements added, 3: list elements removed}
 *     alert.withdraw  {1: reason, 2: text, 3: merged into, 4: rows of a batch; absent: all of it}
 *     alert.leave     {}   whoever may not see where it went must not learn it
 *     alert.batch     what all rows share, and the rows
 *
 * Pure. docs/format.md, section 3. */
#ifndef CAIRN_SCHEMA_ALERT_ALERT_SHAPE_H
#define CAIRN_SCHEMA_ALERT_ALERT_SHAPE_H

#include "schema/operation.h"
#include "schema/shape.h"

/* Keys of alert.issue, alert.batch, and of the maps inside alert.amend. */
enum cairn_alert_key {
    CAIRN_ALERT_KEY_CATEGORY = 1,
    CAIRN_ALERT_KEY_ACTION = 2,
    CAIRN_ALERT_KEY_FALLBACK = 3,
    CAIRN_ALERT_KEY_REASON = 4,
    CAIRN_ALERT_KEY_REASON_TEXT = 5,
    CAIRN_ALERT_KEY_AUTHORITY = 6,
    CAIRN_ALERT_KEY_FROM = 7,
    CAIRN_ALERT_KEY_EXPIRES = 8,
    CAIRN_ALERT_KEY_REVIEW = 9,
    CAIRN_ALERT_KEY_HANDLING = 10,
    CAIRN_ALERT_KEY_CONTACT = 11,
    CAIRN_ALERT_KEY_LANGUAGE = 12,
    CAIRN_ALERT_KEY_NAMES = 13,
    CAIRN_ALERT_KEY_BIRTHS = 14,
    CAIRN_ALERT_KEY_SEX = 15,
    CAIRN_ALERT_KEY_BIRTH_PLACE = 16,
    CAIRN_ALERT_KEY_NATIONALITIES = 17,
    CAIRN_ALERT_KEY_DOCUMENTS = 18,
    CAIRN_ALERT_KEY_MARKS = 19,
    CAIRN_ALERT_KEY_WARNINGS = 20,
    CAIRN_ALERT_KEY_DECISION = 21,
    CAIRN_ALERT_KEY_WARRANT = 22,
    CAIRN_ALERT_KEY_MINOR = 23,
    CAIRN_ALERT_KEY_RETURN = 24,
    CAIRN_ALERT_KEY_CASE = 25,
    CAIRN_ALERT_KEY_CHECK = 26,
    CAIRN_ALERT_KEY_STATUS = 27,
    CAIRN_ALERT_KEY_ROWS = 28,
    CAIRN_ALERT_KEY_END = 29, /* for slots: one more than the last */
};

/* Keys of alert.amend. */
enum cairn_alert_amend_key {
    CAIRN_ALERT_AMEND_SET = 1,
    CAIRN_ALERT_AMEND_ADD = 2,
    CAIRN_ALERT_AMEND_REMOVE = 3,
    CAIRN_ALERT_AMEND_END = 4,
};

/* Keys of alert.withdraw. */
enum cairn_alert_withdraw_key {
    CAIRN_ALERT_WITHDRAW_REASON = 1,
    CAIRN_ALERT_WITHDRAW_TEXT = 2,
    CAIRN_ALERT_WITHDRAW_INTO = 3,
    CAIRN_ALERT_WITHDRAW_ROWS = 4,
    CAIRN_ALERT_WITHDRAW_END = 5,
};

/* Most rows that one alert.withdraw may name. */
#define CAIRN_ALERT_WITHDRAW_ROWS_MAX 1024u

/* The shape of an alert's body. gives  NULL when the kind is no alert */
const struct cairn_shape *cairn_alert_shape_find(enum cairn_kind kind);

/* A document inside an alert. Cases have a like one with the same keys (schema/alert/document.h).
 */
extern const struct cairn_shape cairn_alert_shape_document;

#endif
