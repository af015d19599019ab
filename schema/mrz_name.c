#include "schema/mrz.h"

#include "schema/base/check.h"
#include "schema/namekey.h"

#include <string.h>

#define MRZ_NAME_COMPONENTS (CAIRN_NAMEKEY_BYTES + 1u) /* of two keys, of one letter each */

/* Copy components with one blank between them. */
static void mrz_name_copy(struct cairn_bytes field, char *out)
{
    size_t size = 0;
    for (size_t i = 0; i < field.size; i++) {
        bool is_filler = field.data[i] == '<';
        if (!is_filler) {
            out[size++] = (char)field.data[i];
        } else if (size > 0 && out[size - 1] != ' ') {
            out[size++] = ' ';
        }
    }
    out[size > 0 && out[size - 1] == ' ' ? size - 1 : size] = '\0';
}

cairn_err cairn_mrz_read_name(struct cairn_bytes field, struct cairn_mrz_name *out)
{
    if (field.size == 0 || field.size > CAIRN_MRZ_NAME_BYTES) {
        return CAIRN_MRZ_FIELD;
    }
    for (size_t i = 0; i < field.size; i++) {
        if ((field.data[i] < 'A' || field.data[i] > 'Z') && field.data[i] != '<') {
            return CAIRN_MRZ_FIELD;
        }
    }
    size_t cut = 0;
    while (cut + 1 < field.size && (field.data[cut] != '<' || field.data[cut + 1] != '<')) {
        cut++;
    }
    cut = cut + 1 < field.size ? cut : field.size;
    *out = (struct cairn_mrz_name){.may_be_truncated = field.data[field.size - 1] != '<'};
    mrz_name_copy((struct cairn_bytes){.data = field.data, .size = cut}, out->primary);
    mrz_name_copy((struct cairn_bytes){.data = field.data + cut, .size = field.size - cut},
                  out->secondary);
    return CAIRN_OK;
}

/* A name as it is being fitted: components of letters, those of the primary identifier first. */
struct mrz_name_fit {
    struct cairn_bytes components[MRZ_NAME_COMPONENTS]; /* cut by making them shorter */
    size_t count;
    size_t primary_count;
    char tail; /* one letter more at the very end; NUL: none */
};

static void mrz_name_split(struct mrz_name_fit *fit, struct cairn_bytes folded)
{
    for (size_t start = 0; start < folded.size;) {
        size_t end = start;
        while (end < folded.size && folded.data[end] != ' ') {
            end++;
        }
        fit->components[fit->count] =
            (struct cairn_bytes){.data = folded.data + start, .size = end - start};
        fit->count++;
        start = end + 1;
    }
}

/* Fillers before component `index`. */
static size_t mrz_name_gap(const struct mrz_name_fit *fit, size_t index)
{
    if (index == 0) {
        return 0;
    }
    return index == fit->primary_count ? 2 : 1;
}

static size_t mrz_name_width(const struct mrz_name_fit *fit)
{
    size_t width = 0;
    for (size_t i = 0; i < fit->count; i++) {
        width += mrz_name_gap(fit, i) + fit->components[i].size;
    }
    return width;
}

/* Take up to `excess` letters from the components first..end - 1, the last one first, and leave
 * each its first letter. gives what could not be taken */
static size_t mrz_name_shorten(struct mrz_name_fit *fit, size_t first, size_t end, size_t excess)
{
    for (size_t i = end; i > first && excess > 0; i--) {
        size_t spare = fit->components[i - 1].size - 1;
        size_t taken = spare < excess ? spare : excess;
        fit->components[i - 1].size -= taken;
        excess -= taken;
    }
    return excess;
}

/* Leave out the last given name, or the last part of the primary identifier when there is only one
 * given name. gives its first letter */
static char mrz_name_drop(struct mrz_name_fit *fit)
{
    CAIRN_REQUIRE(fit->count > 0);
    size_t dropped = fit->count - 1;
    if (fit->count - fit->primary_count <= 1) {
        CAIRN_REQUIRE(fit->primary_count > 1);
        fit->primary_count--;
        dropped = fit->primary_count;
    }
    char letter = (char)fit->components[dropped].data[0];
    fit->count--;
    if (dropped < fit->count) {
        fit->components[dropped] = fit->components[fit->count];
    }
    return letter;
}

/* Make a name that does not fit exactly as wide as the field: its last character is a letter then,
 * which tells the reader that something may be missing. Given names are shortened first, then the
 * primary identifier; components are left out only when one letter of each is still too much. */
static void mrz_name_cut(struct mrz_name_fit *fit, size_t width)
{
    for (;;) {
        struct mrz_name_fit cut = *fit;
        size_t full_width = mrz_name_width(fit);
        if (full_width < width) { /* initials only, one letter short of the end: lend it one */
            CAIRN_REQUIRE(full_width + 1 == width);
            return;
        }
        size_t excess = full_width - width;
        excess = mrz_name_shorten(&cut, cut.primary_count, cut.count, excess);
        excess = mrz_name_shorten(&cut, 0, cut.primary_count, excess);
        if (excess == 0) {
            *fit = cut;
            fit->tail = '\0';
            return;
        }
        fit->tail = mrz_name_drop(fit);
    }
}

static void mrz_name_put(const struct mrz_name_fit *fit, size_t width, char *out)
{
    size_t size = 0;
    memset(out, '<', width);
    for (size_t i = 0; i < fit->count; i++) {
        size += mrz_name_gap(fit, i);
        CAIRN_REQUIRE(size + fit->components[i].size <= width);
        memcpy(out + size, fit->components[i].data, fit->components[i].size);
        size += fit->components[i].size;
    }
    if (fit->tail != '\0') {
        CAIRN_REQUIRE(size < width);
        out[size] = fit->tail;
    }
    out[width] = '\0';
}

cairn_err cairn_mrz_write_name(struct cairn_bytes surname, struct cairn_bytes given, size_t width,
                               char *out)
{
    CAIRN_REQUIRE(width >= 5);
    CAIRN_REQUIRE(width <= CAIRN_MRZ_NAME_BYTES);
    struct cairn_namekey primary;
    struct cairn_namekey secondary;
    CAIRN_TRY(cairn_namekey_fold(surname, CAIRN_NAMEKEY_ANY, &primary));
    CAIRN_TRY(cairn_namekey_fold(given, CAIRN_NAMEKEY_ANY, &secondary));
    if (primary.size == 0 && secondary.size == 0) {
        return CAIRN_MRZ_FIELD;
    }
    struct mrz_name_fit fit = {.count = 0};
    mrz_name_split(&fit, cairn_namekey_view(&primary));
    fit.primary_count = fit.count;
    mrz_name_split(&fit, cairn_namekey_view(&secondary));
    if (fit.primary_count == 0) {
        fit.primary_count = fit.count; /* one name only: it is the primary identifier */
    }
    if (mrz_name_width(&fit) > width) {
        mrz_name_cut(&fit, width);
    }
    mrz_name_put(&fit, width, out);
    return CAIRN_OK;
}
