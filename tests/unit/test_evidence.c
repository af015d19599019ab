#include "schema/case/evidence.h"

#include "tests/lib/test.h"

#include <stdlib.h>

static cairn_err check(uint64_t media, const char *hex)
{
    return cairn_evidence_check(media, test_hex(hex));
}

TEST(the_first_bytes_are_those_of_the_media_type)
{
    static const struct {
        uint64_t media;
        const char *hex;
    } cases[] = {
        {CAIRN_CASE_MEDIA_PDF, "255044462d312e34"},
        {CAIRN_CASE_MEDIA_JPEG, "ffd8ffe0"},
        {CAIRN_CASE_MEDIA_PNG, "89504e470d0a1a0a"},
        {CAIRN_CASE_MEDIA_TIFF, "49492a00"},
        {CAIRN_CASE_MEDIA_TIFF, "4d4d002a"},
        {CAIRN_CASE_MEDIA_WSQ, "ffa0ffa4"},
        {CAIRN_CASE_MEDIA_JP2, "0000000c6a5020200d0a870a"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (uint64_t media = 0; media <= 7; media++) {
            assert_err(check(media, cases[i].hex),
                       media == cases[i].media ? CAIRN_OK : CAIRN_RULE_EVIDENCE);
        }
    }
}

TEST(an_empty_cut_or_oversize_payload_is_refused)
{
    assert_err(check(CAIRN_CASE_MEDIA_PDF, ""), CAIRN_RULE_EVIDENCE);
    assert_err(check(CAIRN_CASE_MEDIA_PDF, "25504446"), CAIRN_RULE_EVIDENCE);
    uint8_t *large = calloc(1, CAIRN_EVIDENCE_BYTES_MAX + 1);
    large[0] = 0xff;
    large[1] = 0xd8;
    large[2] = 0xff;
    struct cairn_bytes payload = {large, CAIRN_EVIDENCE_BYTES_MAX};
    assert_err(cairn_evidence_check(CAIRN_CASE_MEDIA_JPEG, payload), CAIRN_OK);
    payload.size++;
    assert_err(cairn_evidence_check(CAIRN_CASE_MEDIA_JPEG, payload), CAIRN_RULE_EVIDENCE);
    free(large);
}

TEST(a_pdf_that_can_run_something_is_refused)
{
    static const char *const bad[] = {"%PDF-1.7 /JavaScript", "%PDF-1.7 /JS (x)",
                                      "%PDF-1.7 /Launch", "%PDF-1.7 /OpenAction"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_err(cairn_evidence_check(CAIRN_CASE_MEDIA_PDF, cairn_bytes_of(bad[i])),
                   CAIRN_RULE_EVIDENCE);
    }
    assert_err(cairn_evidence_check(CAIRN_CASE_MEDIA_JPEG, cairn_bytes_of("\xff\xd8\xff /JS")),
               CAIRN_OK); /* a picture runs nothing, whatever its bytes spell */
    assert_err(cairn_evidence_check(CAIRN_CASE_MEDIA_PDF, cairn_bytes_of("%PDF-1.7 /Type")),
               CAIRN_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_bytes_are_those_of_the_media_type),
        cmocka_unit_test(an_empty_cut_or_oversize_payload_is_refused),
        cmocka_unit_test(a_pdf_that_can_run_something_is_refused),
    };
    return cmocka_run_group_tests_name("evidence", tests, NULL, NULL);
}
