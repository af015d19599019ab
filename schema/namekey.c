#include "schema/namekey.h"

#include "schema/base/text.h"
#include "schema/namekey_table.h"

#include <string.h>

/* What becomes of a character that has no spelling. */
enum namekey_class {
    NAMEKEY_VANISHES,
    NAMEKEY_SEPARATES,
    NAMEKEY_UNKNOWN,
};

struct namekey_fold {
    enum cairn_namekey_language language;
    struct cairn_namekey key;
    char last[5];           /* spelling of the last letter, for doubling */
    const char *last_final; /* other spelling of it if its component ends there; else NULL */
    bool is_start;          /* nothing of this component is written yet */
};

static size_t namekey_size(const char *spelling)
{
    return cairn_bytes_of(spelling).size;
}

static const char *namekey_find_letter(uint32_t code_point)
{
    size_t first = 0;
    size_t end = cairn_namekey_table_letter_count;
    while (first < end) {
        size_t middle = first + (end - first) / 2;
        const struct cairn_namekey_letter *letter = &cairn_namekey_table_letters[middle];
        if (letter->code_point == code_point) {
            return letter->spelling;
        }
        if (letter->code_point > code_point) {
            end = middle;
        } else {
            first = middle + 1;
        }
    }
    return NULL;
}

static const char *namekey_find_exception(uint32_t code_point, enum cairn_namekey_place place,
                                          enum cairn_namekey_language language)
{
    for (size_t i = 0; i < cairn_namekey_table_exception_count; i++) {
        const struct cairn_namekey_exception *row = &cairn_namekey_table_exceptions[i];
        bool is_spoken = row->language == CAIRN_NAMEKEY_ANY || row->language == language;
        if (row->code_point == code_point && row->place == place && is_spoken) {
            return row->spelling;
        }
    }
    return NULL;
}

/* The letter that base and mark make together; 0: none in the table. */
static uint32_t namekey_compose(uint32_t base, uint32_t mark)
{
    size_t first = 0;
    size_t end = cairn_namekey_table_pair_count;
    while (first < end) {
        size_t middle = first + (end - first) / 2;
        const struct cairn_namekey_pair *pair = &cairn_namekey_table_pairs[middle];
        if (pair->base == base && pair->mark == mark) {
            return pair->code_point;
        }
        if (pair->base > base || (pair->base == base && pair->mark > mark)) {
            end = middle;
        } else {
            first = middle + 1;
        }
    }
    return 0;
}

static bool namekey_is_in(uint32_t code_point, const uint32_t (*ranges)[2], size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (code_point >= ranges[i][0] && code_point <= ranges[i][1]) {
            return true;
        }
    }
    return false;
}

/* Doc 9303-3, 4.6: hyphens, commas and blanks separate; apostrophes and all other punctuation are
 * left out without a gap. */
static enum namekey_class namekey_class_of(uint32_t code_point)
{
    static const uint32_t separators[][2] = {
        {0x09, 0x0d},     {' ', ' '},       {',', '-'},       {'<', '<'},       {0xa0, 0xa0},
        {0x058a, 0x058a}, {0x05be, 0x05be}, {0x060c, 0x060c}, {0x1680, 0x1680}, {0x2000, 0x200b},
        {0x2010, 0x2015}, {0x2028, 0x2029}, {0x202f, 0x202f}, {0x205f, 0x205f}, {0x2212, 0x2212},
        {0x3000, 0x3001}, {0xfe63, 0xfe63}, {0xff0c, 0xff0d},
    };
    static const uint32_t vanishing[][2] = {
        {'!', '+'},       {'.', '/'},       {':', ';'},       {'=', '@'},       {'[', '`'},
        {'{', '~'},       {0xa1, 0xa9},     {0xab, 0xb1},     {0xb4, 0xb4},     {0xb6, 0xb8},
        {0xbb, 0xbb},     {0xbf, 0xbf},     {0x02b0, 0x036f}, {0x042c, 0x042c}, {0x044c, 0x044c},
        {0x0483, 0x0487}, {0x0591, 0x05bd}, {0x05f3, 0x05f4}, {0x0610, 0x061a}, {0x0653, 0x065f},
        {0x06d6, 0x06ed}, {0x200c, 0x200f}, {0x2016, 0x2027}, {0x202a, 0x202e}, {0x2030, 0x205e},
        {0x2060, 0x206f}, {0x30fb, 0x30fb}, {0xfeff, 0xfeff},
    };
    if (namekey_is_in(code_point, separators, sizeof separators / sizeof separators[0])) {
        return NAMEKEY_SEPARATES;
    }
    if (namekey_is_in(code_point, vanishing, sizeof vanishing / sizeof vanishing[0])) {
        return NAMEKEY_VANISHES;
    }
    return NAMEKEY_UNKNOWN;
}

static cairn_err namekey_append(struct cairn_namekey *key, const char *text, size_t size)
{
    if (size > CAIRN_NAMEKEY_BYTES - key->size) {
        return CAIRN_TOO_LONG;
    }
    memcpy(key->text + key->size, text, size);
    key->size += (uint32_t)size;
    key->text[key->size] = '\0';
    return CAIRN_OK;
}

/* Write one letter, with the blank before it if it begins a component. */
static cairn_err namekey_spell(struct namekey_fold *fold, const char *spelling)
{
    if (fold->is_start && fold->key.size > 0) {
        CAIRN_TRY(namekey_append(&fold->key, " ", 1));
    }
    fold->is_start = false;
    fold->last_final = NULL;
    size_t size = namekey_size(spelling);
    memcpy(fold->last, spelling, size + 1);
    return namekey_append(&fold->key, spelling, size);
}

static cairn_err namekey_end_component(struct namekey_fold *fold)
{
    if (fold->last_final != NULL) {
        fold->key.size -= (uint32_t)namekey_size(fold->last);
        CAIRN_TRY(namekey_append(&fold->key, fold->last_final, namekey_size(fold->last_final)));
    }
    fold->last_final = NULL;
    fold->last[0] = '\0';
    fold->is_start = true;
    return CAIRN_OK;
}

static cairn_err namekey_take_letter(struct namekey_fold *fold, uint32_t code_point,
                                     const char *spelling)
{
    if (spelling[0] == '\0') {
        return CAIRN_OK;
    }
    if (spelling[0] == '2') {
        return namekey_append(&fold->key, fold->last, namekey_size(fold->last));
    }
    const char *other = NULL;
    if (fold->is_start) {
        other = namekey_find_exception(code_point, CAIRN_NAMEKEY_START, fold->language);
    }
    if (other == NULL) {
        other = namekey_find_exception(code_point, CAIRN_NAMEKEY_ANYWHERE, fold->language);
    }
    CAIRN_TRY(namekey_spell(fold, other == NULL ? spelling : other));
    fold->last_final = namekey_find_exception(code_point, CAIRN_NAMEKEY_END, fold->language);
    return CAIRN_OK;
}

static cairn_err namekey_take(struct namekey_fold *fold, uint32_t code_point)
{
    bool is_small = code_point >= 'a' && code_point <= 'z';
    if (is_small || (code_point >= 'A' && code_point <= 'Z')) {
        char letter[2] = {(char)(is_small ? code_point - 'a' + 'A' : code_point), '\0'};
        return namekey_spell(fold, letter);
    }
    const char *spelling = namekey_find_letter(code_point);
    if (spelling != NULL) {
        return namekey_take_letter(fold, code_point, spelling);
    }
    switch (namekey_class_of(code_point)) {
    case NAMEKEY_SEPARATES:
        return namekey_end_component(fold);
    case NAMEKEY_UNKNOWN:
        fold->key.is_lossy = true;
        return CAIRN_OK;
    case NAMEKEY_VANISHES:
        break;
    }
    return CAIRN_OK;
}

enum cairn_namekey_language cairn_namekey_language_of(struct cairn_bytes code)
{
    static const struct {
        const char *code;
        enum cairn_namekey_language language;
    } languages[] = {
        {"be", CAIRN_NAMEKEY_BE}, {"bg", CAIRN_NAMEKEY_BG}, {"mk", CAIRN_NAMEKEY_MK},
        {"sr", CAIRN_NAMEKEY_SR}, {"uk", CAIRN_NAMEKEY_UK},
    };
    for (size_t i = 0; i < sizeof languages / sizeof languages[0]; i++) {
        if (cairn_bytes_is_equal(code, cairn_bytes_of(languages[i].code))) {
            return languages[i].language;
        }
    }
    return CAIRN_NAMEKEY_ANY;
}

cairn_err cairn_namekey_fold(struct cairn_bytes name, enum cairn_namekey_language language,
                             struct cairn_namekey *out)
{
    struct namekey_fold fold = {.language = language, .is_start = true};
    size_t at = 0;
    while (at < name.size) {
        uint32_t code_point;
        CAIRN_TRY(cairn_text_next(name, &at, &code_point));
        while (at < name.size) { /* take the marks that belong to the letter */
            uint32_t mark;
            size_t behind = at;
            CAIRN_TRY(cairn_text_next(name, &behind, &mark));
            uint32_t composed = namekey_compose(code_point, mark);
            if (composed == 0) {
                break;
            }
            code_point = composed;
            at = behind;
        }
        CAIRN_TRY(namekey_take(&fold, code_point));
    }
    CAIRN_TRY(namekey_end_component(&fold));
    *out = fold.key;
    return CAIRN_OK;
}

/* Cut a folded key into its components. */
static cairn_err namekey_split(const struct cairn_namekey *key, struct cairn_bytes *components,
                               size_t *count)
{
    struct cairn_bytes text = cairn_namekey_view(key);
    for (size_t start = 0; start < text.size;) {
        size_t end = start;
        while (end < text.size && text.data[end] != ' ') {
            end++;
        }
        if (*count == CAIRN_NAMEKEY_COMPONENTS) {
            return CAIRN_TOO_LONG;
        }
        components[*count] = (struct cairn_bytes){.data = text.data + start, .size = end - start};
        *count += 1;
        start = end + 1;
    }
    return CAIRN_OK;
}

static void namekey_sort(struct cairn_bytes *components, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        struct cairn_bytes moved = components[i];
        size_t at = i;
        for (; at > 0 && cairn_bytes_order(components[at - 1], moved) > 0; at--) {
            components[at] = components[at - 1];
        }
        components[at] = moved;
    }
}

cairn_err cairn_namekey_make(struct cairn_bytes surname, struct cairn_bytes given,
                             struct cairn_namekey *out)
{
    struct cairn_namekey halves[2];
    CAIRN_TRY(cairn_namekey_fold(surname, CAIRN_NAMEKEY_ANY, &halves[0]));
    CAIRN_TRY(cairn_namekey_fold(given, CAIRN_NAMEKEY_ANY, &halves[1]));

    struct cairn_bytes components[CAIRN_NAMEKEY_COMPONENTS];
    size_t count = 0;
    CAIRN_TRY(namekey_split(&halves[0], components, &count));
    CAIRN_TRY(namekey_split(&halves[1], components, &count));
    namekey_sort(components, count);

    struct cairn_namekey key = {.is_lossy = halves[0].is_lossy || halves[1].is_lossy};
    for (size_t i = 0; i < count; i++) {
        if (i > 0) {
            CAIRN_TRY(namekey_append(&key, " ", 1));
        }
        CAIRN_TRY(namekey_append(&key, (const char *)components[i].data, components[i].size));
    }
    *out = key;
    return CAIRN_OK;
}

struct cairn_bytes cairn_namekey_view(const struct cairn_namekey *key)
{
    return (struct cairn_bytes){.data = (const uint8_t *)key->text, .size = key->size};
}
