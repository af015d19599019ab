#include "crypto/note_text.h"

#include "schema/base/text.h"

static bool note_text_is_control(uint32_t point)
{
    return point < 0x20 || (point >= 0x7f && point <= 0x9f);
}

/* Unicode White_Space, beyond the control characters. */
static bool note_text_is_space(uint32_t point)
{
    return point == 0x20 || point == 0xa0 || point == 0x1680 ||
           (point >= 0x2000 && point <= 0x200a) || point == 0x2028 || point == 0x2029 ||
           point == 0x202f || point == 0x205f || point == 0x3000;
}

cairn_err cairn_note_text_check(struct cairn_bytes text)
{
    uint32_t point;
    for (size_t at = 0; at < text.size;) {
        CAIRN_TRY(cairn_text_next(text, &at, &point));
        if (note_text_is_control(point) && point != '\n') {
            return CAIRN_TEXT_FORBIDDEN;
        }
    }
    return CAIRN_OK;
}

bool cairn_note_text_is_name(struct cairn_bytes name)
{
    uint32_t point;
    for (size_t at = 0; at < name.size;) {
        if (cairn_text_next(name, &at, &point) != CAIRN_OK || note_text_is_control(point) ||
            note_text_is_space(point) || point == '+') {
            return false;
        }
    }
    return name.size > 0;
}
