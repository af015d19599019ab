/* Any bytes as a machine-readable zone: a verdict that does not contradict itself; and as a name
 * that is folded, written into a field and read back. */
#include <string.h>

#include "schema/base/check.h"
#include "schema/mrz.h"
#include "schema/namekey.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_zone(struct cairn_bytes source)
{
    struct cairn_mrz mrz;
    enum cairn_mrz_verdict verdict = cairn_mrz_verdict(source, &mrz);
    bool has_fields = mrz.document_code[0] != '\0';
    CAIRN_REQUIRE(verdict == mrz.verdict);
    CAIRN_REQUIRE((mrz.checks_right & ~mrz.checks_made) == 0);
    CAIRN_REQUIRE((verdict == CAIRN_MRZ_VERDICT_STRUCTURE) == (mrz.problems != 0));
    CAIRN_REQUIRE((verdict == CAIRN_MRZ_VERDICT_STRUCTURE) == !has_fields);
    CAIRN_REQUIRE((verdict == CAIRN_MRZ_VERDICT_VALID) == (cairn_mrz_err(&mrz) == CAIRN_OK));
    CAIRN_REQUIRE((mrz.format == CAIRN_MRZ_NO_FORMAT) == (mrz.problems == CAIRN_MRZ_PROBLEM_LINES));
}

static void check_key(const struct cairn_namekey *key)
{
    CAIRN_REQUIRE(key->size <= CAIRN_NAMEKEY_BYTES);
    CAIRN_REQUIRE(strlen(key->text) == key->size);
    for (uint32_t i = 0; i < key->size; i++) {
        bool is_letter = key->text[i] >= 'A' && key->text[i] <= 'Z';
        bool is_blank = key->text[i] == ' ' && i > 0 && key->text[i - 1] != ' ';
        CAIRN_REQUIRE(is_letter || is_blank);
    }
    CAIRN_REQUIRE(key->size == 0 || key->text[key->size - 1] != ' ');
}

static void check_name(struct cairn_bytes surname, struct cairn_bytes given, size_t width)
{
    struct cairn_namekey key;
    struct cairn_namekey again;
    if (cairn_namekey_make(surname, given, &key) == CAIRN_OK) {
        check_key(&key);
        cairn_err err = cairn_namekey_make(given, surname, &again);
        CAIRN_REQUIRE(err == CAIRN_OK);
        CAIRN_REQUIRE(strcmp(key.text, again.text) == 0);
    }
    char field[CAIRN_MRZ_NAME_BYTES + 1];
    struct cairn_mrz_name name;
    if (cairn_mrz_write_name(surname, given, width, field) == CAIRN_OK) {
        cairn_err err = cairn_mrz_read_name(cairn_bytes_of(field), &name);
        CAIRN_REQUIRE(strlen(field) == width);
        CAIRN_REQUIRE(err == CAIRN_OK);
        CAIRN_REQUIRE(name.primary[0] != '\0');
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cairn_bytes whole = {.data = data, .size = size};
    check_zone(whole);
    size_t cut = 0;
    while (cut < size && data[cut] != ',') {
        cut++;
    }
    struct cairn_bytes surname = {.data = data, .size = cut};
    struct cairn_bytes given = {.data = data + cut, .size = size - cut};
    check_name(surname, given, 5 + size % (CAIRN_MRZ_NAME_BYTES - 4));
    return 0;
}
