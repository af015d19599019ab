/* The merge behind a pipe: folds what it reads and says what came of it. For test_model_merge.py,
 * which holds it against a model of its own.
 *
 *     new                                       forget everything
 *     op ID FEED INDEX COUNTRY FLOOR_MS BYTES REPUDIATED   {"err":0,"changed":true}    hexadecimal
 *     state KEY STATE                           hold this state, as some node shows it
 *     row KEY ROW VALUE                         ... and this row of its index
 *     show                                      [{"space":"a","status":1,...}, ...]
 *
 * One line of JSON for each line but `new`. Bodies, ids and index rows are hexadecimal. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "replication/merge/merge.h"
#include "schema/base/limits.h"
#include "tests/lib/ops.h"

#define LINE_BYTES (2u * CAIRN_LIMIT_BATCH_BYTES + 1024u)
#define STATES_MAX 4u
#define ROWS_MAX   16384u
#define FEED_BYTES 16u

struct probe_state {
    struct cairn_merge_key key;
    struct cairn_bytes state;
    uint32_t row_count;
    struct cairn_index_row rows[ROWS_MAX];
};

static struct probe_state states[STATES_MAX];
static uint32_t state_count;

static void print_hex(const char *name, struct cairn_bytes bytes)
{
    printf(",\"%s\":\"", name);
    for (size_t at = 0; at < bytes.size; at++) {
        printf("%02x", bytes.data[at]);
    }
    printf("\"");
}

static void print_number(const char *name, uint64_t value)
{
    printf(",\"%s\":%" PRIu64, name, value);
}

static void print_steps(const struct cairn_causal_step *steps, uint32_t count)
{
    printf(",\"steps\":[");
    for (uint32_t i = 0; i < count; i++) {
        printf("%s{\"err\":%d", i == 0 ? "" : ",", (int)steps[i].err);
        print_hex("id", (struct cairn_bytes){steps[i].item->entry_id, CAIRN_ID_ENTRY_BYTES});
        printf("}");
    }
    printf("]");
}

static void print_heads(const struct cairn_opset_item *const *heads, uint32_t count)
{
    printf(",\"heads\":[");
    for (uint32_t i = 0; i < count; i++) {
        printf("%s{\"n\":%" PRIu32, i == 0 ? "" : ",", i);
        print_hex("id", (struct cairn_bytes){heads[i]->entry_id, CAIRN_ID_ENTRY_BYTES});
        printf("}");
    }
    printf("]");
}

static void print_alert(const struct cairn_alert_view *view)
{
    print_number("status", view->status);
    printf(",\"repudiated\":%s", view->is_repudiated ? "true" : "false");
    print_number("frozen", view->frozen);
    print_number("batch", view->is_batch);
    print_hex("body", view->body);
    print_number("conflicts", view->conflicts);
    print_number("torn", view->is_torn);
    print_number("issued", view->issued_hlc);
    print_number("changed", view->changed_hlc);
    print_number("withdrawn", view->withdrawn_hlc);
    print_hex("withdraw", view->withdraw);
    printf(",\"rows_withdrawn\":[");
    for (uint32_t row = 0, seen = 0; row < CAIRN_LIMIT_BATCH_ROWS; row++) {
        if (view->rows_withdrawn != NULL && cairn_fold_alert_is_row_withdrawn(view, row)) {
            printf("%s%" PRIu32, seen++ == 0 ? "" : ",", row);
        }
    }
    printf("],\"places\":[");
    for (uint32_t i = 0; i < view->place_count; i++) {
        printf("%s{\"n\":%" PRIu32, i == 0 ? "" : ",", i);
        print_hex("feed", (struct cairn_bytes){view->places[i].feed, FEED_BYTES});
        printf("}");
    }
    printf("]");
    print_heads(view->heads, view->head_count);
    print_steps(view->steps, view->step_count);
}

static void print_case(const struct cairn_case_view *view)
{
    print_number("status", view->status);
    printf(",\"repudiated\":%s", view->is_repudiated ? "true" : "false");
    print_number("frozen", view->frozen);
    printf(",\"requesting\":\"%s\",\"requested\":\"%s\"", view->requesting, view->requested);
    print_hex("request", view->request);
    print_number("persons", view->persons_accepted);
    print_number("is_accepted", view->is_accepted);
    print_number("is_refused", view->is_refused);
    print_number("sent", view->sent_hlc);
    print_number("received", view->received_hlc);
    print_number("answered", view->answered_hlc);
    print_number("withdrawn", view->withdrawn_hlc);
    print_number("changed", view->changed_hlc);
    print_hex("accept", view->accept);
    print_hex("refuse", view->refuse);
    print_hex("withdraw", view->withdraw);
    print_heads(view->heads, view->head_count);
    print_steps(view->steps, view->step_count);
}

static void show_state(const struct probe_state *held, struct cairn_arena *arena)
{
    printf("{\"space\":\"%c\"", held->key.data[0]);
    if (held->key.data[0] == CAIRN_OPSET_ALERT) {
        struct cairn_alert_view view;
        assert_err(cairn_merge_evaluate_alert(held->state, arena, &view), CAIRN_OK);
        print_alert(&view);
    } else {
        struct cairn_case_view view;
        assert_err(cairn_merge_evaluate_case(held->state, arena, &view), CAIRN_OK);
        print_case(&view);
    }
    printf(",\"rows\":[");
    for (uint32_t i = 0; i < held->row_count; i++) {
        printf("%s{\"n\":%" PRIu32, i == 0 ? "" : ",", i);
        print_hex("key", held->rows[i].key);
        print_hex("value", held->rows[i].value);
        printf("}");
    }
    printf("]}");
}

static void show(void)
{
    const void *mark = ops_mark();
    void *memory = ops_take(CAIRN_MERGE_ARENA_BYTES);
    printf("[");
    for (uint32_t i = 0; i < state_count; i++) {
        struct cairn_arena arena;
        cairn_arena_init(&arena, memory, CAIRN_MERGE_ARENA_BYTES);
        printf("%s", i == 0 ? "" : ",");
        show_state(&states[i], &arena);
    }
    printf("]\n");
    ops_give_back(mark);
}

static struct cairn_bytes keep(struct cairn_bytes bytes)
{
    uint8_t *copy = ops_take(bytes.size);
    memcpy(copy, bytes.data, bytes.size);
    return (struct cairn_bytes){copy, bytes.size};
}

/* Place of a row with this key; row_count: there is none. */
static uint32_t find_row(const struct probe_state *held, struct cairn_bytes key)
{
    uint32_t at = 0;
    while (at < held->row_count && (held->rows[at].key.size != key.size ||
                                    memcmp(held->rows[at].key.data, key.data, key.size) != 0)) {
        at++;
    }
    return at;
}

static void take_rows(struct probe_state *held, const struct cairn_merge_result *result)
{
    for (uint32_t i = 0; i < result->deletes.count; i++) {
        uint32_t at = find_row(held, result->deletes.rows[i].key);
        assert_true(at < held->row_count); /* X2: only what is there goes */
        held->rows[at] = held->rows[--held->row_count];
    }
    for (uint32_t i = 0; i < result->puts.count; i++) {
        uint32_t at = find_row(held, result->puts.rows[i].key);
        assert_true(at < ROWS_MAX);
        held->row_count += at == held->row_count;
        held->rows[at] = (struct cairn_index_row){keep(result->puts.rows[i].key),
                                                  keep(result->puts.rows[i].value)};
    }
}

static struct probe_state *find_state(const struct cairn_merge_key *key)
{
    for (uint32_t i = 0; i < state_count; i++) {
        if (memcmp(states[i].key.data, key->data, CAIRN_MERGE_KEY_BYTES) == 0) {
            return &states[i];
        }
    }
    return NULL;
}

static void fold(const struct cairn_merge_entry *entry)
{
    struct cairn_merge_key keys[CAIRN_LIMIT_STATES_PER_OPERATION];
    if (cairn_merge_needs(entry, keys) == 0) {
        printf("{\"err\":0,\"changed\":false}\n");
        return;
    }
    struct probe_state *held = find_state(&keys[0]);
    struct cairn_merge_result result =
        ops_fold_one(entry, held == NULL ? (struct cairn_bytes){NULL, 0} : held->state);
    if (result.is_changed) {
        if (held == NULL) {
            assert_true(state_count < STATES_MAX);
            held = &states[state_count++];
            held->key = keys[0];
            held->row_count = 0;
        }
        held->state = result.state;
        take_rows(held, &result);
    }
    printf("{\"err\":%d,\"changed\":%s}\n", (int)result.err, result.is_changed ? "true" : "false");
}

static void take_op(char *words)
{
    struct cairn_merge_entry *entry = ops_take(sizeof *entry);
    const char *word[7];
    char *rest = words;
    for (size_t i = 0; i < 7; i++) {
        word[i] = strtok_r(rest, " \n", &rest);
        assert_non_null(word[i]);
    }
    size_t fault_at = 0;
    cairn_err err = cairn_merge_decode(keep(test_hex(word[5])), entry, &fault_at);
    if (err != CAIRN_OK) {
        printf("{\"err\":%d,\"changed\":false}\n", (int)err);
        return;
    }
    memcpy(entry->entry_id, test_hex(word[0]).data, sizeof entry->entry_id);
    memcpy(entry->feed, test_hex(word[1]).data, sizeof entry->feed);
    entry->index = strtoull(word[2], NULL, 10);
    memcpy(entry->country, word[3], 4);
    entry->floor_ms = strtoull(word[4], NULL, 10);
    entry->is_repudiated = word[6][0] == '1';
    entry->is_test_network = true;
    fold(entry);
}

static struct cairn_bytes take_word(char **rest)
{
    const char *word = strtok_r(*rest, " \n", rest);
    assert_non_null(word);
    return strcmp(word, "-") == 0 ? (struct cairn_bytes){NULL, 0} : keep(test_hex(word));
}

static void take_state(char *words)
{
    struct probe_state *held = &states[state_count++];
    assert_true(state_count <= STATES_MAX);
    struct cairn_bytes key = take_word(&words);
    assert_int_equal(key.size, CAIRN_MERGE_KEY_BYTES);
    memcpy(held->key.data, key.data, key.size);
    held->state = take_word(&words);
    held->row_count = 0;
}

static void take_row(char *words)
{
    struct cairn_merge_key key;
    memcpy(key.data, take_word(&words).data, CAIRN_MERGE_KEY_BYTES);
    struct probe_state *held = find_state(&key);
    assert_non_null(held);
    assert_true(held->row_count < ROWS_MAX);
    struct cairn_index_row *row = &held->rows[held->row_count++];
    row->key = take_word(&words);
    row->value = take_word(&words);
}

int main(void)
{
    static char line[LINE_BYTES];
    const void *begin = ops_mark();
    while (fgets(line, sizeof line, stdin) != NULL) {
        if (strncmp(line, "op ", 3) == 0) {
            take_op(line + 3);
        } else if (strncmp(line, "state ", 6) == 0) {
            take_state(line + 6);
        } else if (strncmp(line, "row ", 4) == 0) {
            take_row(line + 4);
        } else if (strncmp(line, "show", 4) == 0) {
            show();
        } else {
            state_count = 0;
            ops_give_back(begin);
        }
        fflush(stdout);
    }
    return 0;
}
