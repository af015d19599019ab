#include "schema/alert/batch_check.h"

#include "schema/alert/document.h"
#include "schema/base/check.h"

#include <string.h>

#define BATCH_CHECK_DAY_MS 86400000u

/* One row's key, small enough to keep all of a batch on the stack: 64 KiB. */
struct batch_key {
    uint32_t number_at; /* offset of the number in the rows */
    uint32_t row;
    uint8_t number_size;
    uint8_t kind;
    char issuer[3];
};

struct batch_keys {
    struct cairn_bytes rows;
    uint32_t count;
    struct batch_key keys[CAIRN_LIMIT_BATCH_ROWS];
};

static int batch_order(const struct batch_keys *keys, const struct batch_key *left,
                       const struct batch_key *right)
{
    int order = memcmp(left->issuer, right->issuer, sizeof left->issuer);
    if (order == 0) {
        order = left->kind - right->kind;
    }
    if (order == 0) {
        struct cairn_bytes left_number = {keys->rows.data + left->number_at, left->number_size};
        struct cairn_bytes right_number = {keys->rows.data + right->number_at, right->number_size};
        order = cairn_bytes_order(left_number, right_number);
    }
    return order;
}

static void batch_swap(struct batch_key *left, struct batch_key *right)
{
    struct batch_key held = *left;
    *left = *right;
    *right = held;
}

static void batch_sift(struct batch_keys *keys, uint32_t root, uint32_t count)
{
    for (;;) {
        uint32_t child = 2 * root + 1;
        if (child >= count) {
            return;
        }
        if (child + 1 < count &&
            batch_order(keys, &keys->keys[child], &keys->keys[child + 1]) < 0) {
            child++;
        }
        if (batch_order(keys, &keys->keys[root], &keys->keys[child]) >= 0) {
            return;
        }
        batch_swap(&keys->keys[root], &keys->keys[child]);
        root = child;
    }
}

/* Heap sort: no recursion, no memory, no order of rows that makes it slow. */
static void batch_sort(struct batch_keys *keys)
{
    for (uint32_t root = keys->count / 2; root > 0; root--) {
        batch_sift(keys, root - 1, keys->count);
    }
    for (uint32_t count = keys->count; count > 1; count--) {
        batch_swap(&keys->keys[0], &keys->keys[count - 1]);
        batch_sift(keys, 0, count - 1);
    }
}

static void batch_add(struct batch_keys *keys, const struct cairn_document *row)
{
    CAIRN_REQUIRE(keys->count < CAIRN_LIMIT_BATCH_ROWS);
    CAIRN_REQUIRE(row->issuer.size <= sizeof keys->keys[0].issuer);
    struct batch_key *key = &keys->keys[keys->count];
    *key = (struct batch_key){
        .number_at = (uint32_t)(row->number.data - keys->rows.data),
        .row = keys->count,
        .number_size = (uint8_t)row->number.size,
        .kind = row->kind,
    };
    memcpy(key->issuer, row->issuer.data, row->issuer.size);
    keys->count++;
}

static cairn_err batch_check_duplicates(struct batch_keys *keys, struct cairn_shape_fault *fault)
{
    bool is_ascending = true;
    for (uint32_t i = 1; i < keys->count && is_ascending; i++) {
        is_ascending = batch_order(keys, &keys->keys[i - 1], &keys->keys[i]) < 0;
    }
    if (is_ascending) {
        return CAIRN_OK;
    }
    batch_sort(keys);
    for (uint32_t i = 1; i < keys->count; i++) {
        const struct batch_key *left = &keys->keys[i - 1], *right = &keys->keys[i];
        if (batch_order(keys, left, right) == 0) {
            uint32_t row = left->row > right->row ? left->row : right->row;
            return cairn_shape_refuse(CAIRN_RULE_DUPLICATE, "rows", row, fault);
        }
    }
    return CAIRN_OK;
}

cairn_err cairn_batch_check(struct cairn_bytes rows, const struct cairn_alert_context *context,
                            struct cairn_shape_fault *fault)
{
    struct batch_keys keys;
    keys.rows = rows;
    keys.count = 0;
    int32_t day = (int32_t)(context->hlc_ms / BATCH_CHECK_DAY_MS);
    struct cairn_shape_list list;
    struct cairn_bytes raw;
    cairn_shape_list_init(&list, rows);
    while (cairn_shape_list_next(&list, &raw)) {
        struct cairn_document row = cairn_document_read(raw);
        if (cairn_document_check(&row, day, fault) != CAIRN_OK) {
            return cairn_shape_inside("rows", list.next - 1, fault);
        }
        if (!cairn_document_is_issued_by(&row, context->author)) {
            return cairn_shape_refuse(CAIRN_RULE_ISSUER, "rows", list.next - 1, fault);
        }
        batch_add(&keys, &row);
    }
    return batch_check_duplicates(&keys, fault);
}
