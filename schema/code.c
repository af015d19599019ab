#include "schema/code.h"

#include <string.h>

static struct cairn_bytes code_bytes(const struct cairn_code *row)
{
    return cairn_bytes_of(row->code);
}

const struct cairn_code *cairn_code_find(struct cairn_bytes code)
{
    size_t end;
    const struct cairn_code *rows = cairn_code_table(&end);
    size_t first = 0;
    while (first < end) {
        size_t middle = first + (end - first) / 2;
        int order = cairn_bytes_order(code, code_bytes(&rows[middle]));
        if (order == 0) {
            return &rows[middle];
        }
        if (order < 0) {
            end = middle;
        } else {
            first = middle + 1;
        }
    }
    return NULL;
}

bool cairn_code_is_known(struct cairn_bytes code, bool is_test_network)
{
    const struct cairn_code *row = cairn_code_find(code);
    return row != NULL && (row->kind != CAIRN_CODE_SPECIMEN || is_test_network);
}

bool cairn_code_is_country(struct cairn_bytes code, bool is_test_network)
{
    const struct cairn_code *row = cairn_code_find(code);
    if (row == NULL || code.size != 3) {
        return false;
    }
    switch (row->kind) {
    case CAIRN_CODE_STATE:
    case CAIRN_CODE_ORGANIZATION:
        return true;
    case CAIRN_CODE_SPECIMEN:
        return is_test_network;
    case CAIRN_CODE_BRITISH:
    case CAIRN_CODE_NO_NATIONALITY:
    case CAIRN_CODE_WITHDRAWN:
        break;
    }
    return false;
}

bool cairn_code_is_without_nationality(struct cairn_bytes code)
{
    const struct cairn_code *row = cairn_code_find(code);
    return row != NULL && row->kind == CAIRN_CODE_NO_NATIONALITY;
}

bool cairn_code_is_refugee(struct cairn_bytes code)
{
    return cairn_bytes_is_equal(code, cairn_bytes_of("XXB")) ||
           cairn_bytes_is_equal(code, cairn_bytes_of("XXC"));
}

cairn_err cairn_code_map(struct cairn_bytes code, char out[static 4])
{
    const struct cairn_code *row = cairn_code_find(code);
    if (row == NULL || row->country[0] == '\0') {
        return CAIRN_CODE_UNKNOWN;
    }
    memcpy(out, row->country, sizeof row->country);
    return CAIRN_OK;
}
