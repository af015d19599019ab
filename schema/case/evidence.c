#include "schema/case/evidence.h"

#include <string.h>

#define EVIDENCE_MAGIC_BYTES 12u

static const struct evidence_magic {
    enum cairn_case_media media;
    uint8_t size;
    uint8_t bytes[EVIDENCE_MAGIC_BYTES];
} evidence_magics[] = {
    {CAIRN_CASE_MEDIA_PDF, 5, {'%', 'P', 'D', 'F', '-'}},
    {CAIRN_CASE_MEDIA_JPEG, 3, {0xff, 0xd8, 0xff}},
    {CAIRN_CASE_MEDIA_PNG, 8, {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'}},
    {CAIRN_CASE_MEDIA_TIFF, 4, {'I', 'I', 0x2a, 0x00}},
    {CAIRN_CASE_MEDIA_TIFF, 4, {'M', 'M', 0x00, 0x2a}},
    {CAIRN_CASE_MEDIA_WSQ, 3, {0xff, 0xa0, 0xff}},
    {CAIRN_CASE_MEDIA_JP2,
     12,
     {0x00, 0x00, 0x00, 0x0c, 'j', 'P', ' ', ' ', '\r', '\n', 0x87, '\n'}},
};

static bool evidence_has(struct cairn_bytes payload, const char *word)
{
    struct cairn_bytes wanted = cairn_bytes_of(word);
    for (size_t at = 0; at + wanted.size <= payload.size; at++) {
        if (payload.data[at] == wanted.data[0] &&
            memcmp(payload.data + at, wanted.data, wanted.size) == 0) {
            return true;
        }
    }
    return false;
}

/* Scripts of a PDF stand in dictionaries under these names. */
static bool evidence_is_active(struct cairn_bytes payload)
{
    return evidence_has(payload, "/JavaScript") || evidence_has(payload, "/JS") ||
           evidence_has(payload, "/Launch") || evidence_has(payload, "/OpenAction");
}

cairn_err cairn_evidence_check(uint64_t media, struct cairn_bytes payload)
{
    if (payload.size == 0 || payload.size > CAIRN_EVIDENCE_BYTES_MAX) {
        return CAIRN_RULE_EVIDENCE;
    }
    if (media == CAIRN_CASE_MEDIA_PDF && evidence_is_active(payload)) {
        return CAIRN_RULE_EVIDENCE;
    }
    for (size_t i = 0; i < sizeof evidence_magics / sizeof evidence_magics[0]; i++) {
        const struct evidence_magic *magic = &evidence_magics[i];
        if (magic->media == media && payload.size >= magic->size &&
            memcmp(payload.data, magic->bytes, magic->size) == 0) {
            return CAIRN_OK;
        }
    }
    return CAIRN_RULE_EVIDENCE;
}
