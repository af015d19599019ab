/* An alert's body as values: views into it, no copy, no memory. For folds, indexes and screens.
 *
 *     struct cairn_alert alert;
 *     cairn_alert_read(body, &alert);
 *     struct cairn_shape_list list;
 *     cairn_shape_list_init(&list, alert.names);
 *     for (struct cairn_alert_name name; cairn_alert_next_name(&list, &name);) { ... }
 *
 * The bodies have passed cairn_alert_check (or cairn_alert_check_body); others are a panic. Pure.
 */
#ifndef CAIRN_SCHEMA_ALERT_ALERT_H
#define CAIRN_SCHEMA_ALERT_ALERT_H

#include "schema/alert/alert_codes.h"
#include "schema/alert/document.h"
#include "schema/base/civil.h"

/* Main values; what is absent is 0, false or empty. Arrays are raw, for cairn_shape_list_init. */
struct cairn_alert {
    enum cairn_alert_category category;
    enum cairn_alert_action action;
    uint32_t coercion; /* 0..5, of the action in this category */
    uint32_t priority; /* among several hits, 0 first */
    uint16_t fallback; /* action; 0: none */
    uint16_t reason;   /* cairn_alert_codes_reasons */
    uint16_t sex;      /* cairn_alert_codes_sexes; 0: not said */
    uint16_t status;   /* cairn_alert_codes_document_statuses; 0: none, or in the rows */
    bool is_minor;     /* as the author said */
    uint64_t from_ms;
    uint64_t expires_ms;
    struct cairn_bytes authority;
    struct cairn_bytes contact;
    struct cairn_bytes review;        /* YYYY-MM-DD */
    struct cairn_bytes birth_country; /* code */
    struct cairn_bytes names;         /* array */
    struct cairn_bytes births;        /* array */
    struct cairn_bytes nationalities; /* array */
    struct cairn_bytes documents;     /* array */
    struct cairn_bytes warnings;      /* array */
    struct cairn_bytes rows;          /* array, alert.batch only */
};

struct cairn_alert_name {
    uint16_t kind;   /* cairn_alert_codes_name_kinds */
    uint8_t quality; /* 1 confirmed .. 4 weak */
    struct cairn_bytes surname;
    struct cairn_bytes given;
    struct cairn_bytes full;   /* where it cannot be split */
    struct cairn_bytes script; /* ISO 15924 */
    struct cairn_bytes mrz;    /* name field of a zone */
};

/* Read the body of an alert.issue or an alert.batch. */
void cairn_alert_read(struct cairn_bytes body, struct cairn_alert *out);

/* Is the alert in force? It is from from_ms on, until just before expires_ms. */
bool cairn_alert_is_live(const struct cairn_alert *alert, uint64_t now_ms);

/* Walks. gives  false at the end; *out is unchanged then */
bool cairn_alert_next_name(struct cairn_shape_list *names, struct cairn_alert_name *out);
bool cairn_alert_next_birth(struct cairn_shape_list *births, struct cairn_civil_birth *out);
bool cairn_alert_next_code(struct cairn_shape_list *countries, struct cairn_bytes *out);
bool cairn_alert_next_document(struct cairn_shape_list *documents, struct cairn_document *out);

/* The next row of alert.rows; its number is rows->next - 1. status is set in every row. */
bool cairn_alert_next_row(struct cairn_shape_list *rows, struct cairn_document *out);

#endif
