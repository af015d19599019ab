#include "schema/codelist.h"

const char *cairn_codelist_text(const struct cairn_codelist *list, uint64_t number)
{
    for (size_t i = 0; i < list->count; i++) {
        if (list->entries[i].number == number) {
            return list->entries[i].text;
        }
    }
    return NULL;
}

uint16_t cairn_codelist_number(const struct cairn_codelist *list, struct cairn_bytes text)
{
    for (size_t i = 0; i < list->count; i++) {
        if (cairn_bytes_is_equal(cairn_bytes_of(list->entries[i].text), text)) {
            return list->entries[i].number;
        }
    }
    return 0;
}
