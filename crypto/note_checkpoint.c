#include "crypto/note.h"

#include <string.h>

#include "crypto/note_text.h"
#include "schema/base/base64.h"
#include "schema/base/check.h"
#include "schema/base/decimal.h"

#define NOTE_ROOT_BYTES 44u /* base64 of 32 bytes */

_Static_assert(CAIRN_BASE64_SIZE(32u) == NOTE_ROOT_BYTES, "a root is one line of 44");

size_t cairn_note_encode_checkpoint(const struct cairn_checkpoint *checkpoint,
                                    uint8_t out[static CAIRN_CHECKPOINT_MAX])
{
    CAIRN_REQUIRE(checkpoint->origin.size <= CAIRN_LIMIT_ORIGIN_BYTES);
    CAIRN_REQUIRE(cairn_note_text_is_name(checkpoint->origin));
    size_t size = checkpoint->origin.size;
    memcpy(out, checkpoint->origin.data, size);
    out[size++] = '\n';
    size += cairn_decimal_write(checkpoint->size, (char *)out + size);
    out[size++] = '\n';
    size_t root_size = 0;
    cairn_err err = cairn_base64_encode((struct cairn_bytes){checkpoint->root, 32}, out + size,
                                        NOTE_ROOT_BYTES, &root_size);
    CAIRN_REQUIRE(err == CAIRN_OK);
    size += root_size;
    out[size++] = '\n';
    return size;
}

/* Take one line off the front. gives false when there is no newline */
static bool note_checkpoint_take_line(struct cairn_bytes *text, struct cairn_bytes *out)
{
    for (size_t i = 0; i < text->size; i++) {
        if (text->data[i] == '\n') {
            *out = (struct cairn_bytes){text->data, i};
            *text = (struct cairn_bytes){text->data + i + 1, text->size - i - 1};
            return true;
        }
    }
    return false;
}

cairn_err cairn_note_decode_checkpoint(struct cairn_bytes text, struct cairn_checkpoint *out)
{
    struct cairn_bytes origin, size, root;
    bool has_lines = note_checkpoint_take_line(&text, &origin) &&
                     note_checkpoint_take_line(&text, &size) &&
                     note_checkpoint_take_line(&text, &root);
    if (!has_lines || text.size > 0) {
        return CAIRN_CHECKPOINT;
    }
    if (origin.size > CAIRN_LIMIT_ORIGIN_BYTES || !cairn_note_text_is_name(origin)) {
        return CAIRN_CHECKPOINT;
    }
    struct cairn_checkpoint checkpoint = {.origin = origin};
    size_t root_size = 0;
    if (cairn_decimal_parse(size, 0, UINT64_MAX, &checkpoint.size) != CAIRN_OK ||
        cairn_base64_decode(root, checkpoint.root, sizeof checkpoint.root, &root_size) !=
            CAIRN_OK ||
        root_size != sizeof checkpoint.root) {
        return CAIRN_CHECKPOINT;
    }
    *out = checkpoint;
    return CAIRN_OK;
}
