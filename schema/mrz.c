#include "schema/mrz.h"

#include "schema/base/check.h"
#include "schema/base/text.h"

#include <string.h>

#define MRZ_CHARS_MAX 90u  /* TD1: 3 x 30 */
#define MRZ_BYTES_MAX 720u /* enough to see that there are too many */
#define MRZ_LINES_MAX 3u
#define MRZ_NUMBER    9u
#define MRZ_NO_FIELD  UINT8_MAX

/* Where things stand, as offsets into all lines put together. Every format has document code and
 * issuing state at 0 and 2, dates with their digits behind them, and sex between the dates. */
struct mrz_layout {
    enum cairn_mrz_format format;
    uint8_t line_count;
    uint8_t line_size;
    uint8_t name;
    uint8_t name_size;
    uint8_t number; /* nine characters, then its digit */
    uint8_t nationality;
    uint8_t birth; /* six characters, digit, sex, six of expiry, digit */
    uint8_t optional1;
    uint8_t optional1_size;
    uint8_t composite; /* its digit; MRZ_NO_FIELD in visas */
};

static const struct mrz_layout mrz_layouts[] = {
    {CAIRN_MRZ_TD1, 3, 30, 60, 30, 5, 45, 30, 15, 15, 59},
    {CAIRN_MRZ_TD2, 2, 36, 5, 31, 36, 46, 49, 64, 7, 71},
    {CAIRN_MRZ_TD3, 2, 44, 5, 39, 44, 54, 57, 72, 14, 87},
    {CAIRN_MRZ_MRVA, 2, 44, 5, 39, 44, 54, 57, 72, 16, MRZ_NO_FIELD},
    {CAIRN_MRZ_MRVB, 2, 36, 5, 31, 36, 46, 49, 64, 8, MRZ_NO_FIELD},
};

#define MRZ_TD1_OPTIONAL2      48u
#define MRZ_TD1_OPTIONAL2_SIZE 11u
#define MRZ_TD3_PERSONAL_DIGIT 86u

/* The lines, taken apart. */
struct mrz_zone {
    uint8_t chars[MRZ_CHARS_MAX]; /* an illegal character stands as a filler */
    uint32_t char_count;          /* may go on counting beyond MRZ_CHARS_MAX */
    uint32_t line_sizes[MRZ_LINES_MAX];
    uint32_t line_count; /* may go on counting beyond MRZ_LINES_MAX */
    bool has_illegal;
};

static bool mrz_is_digit(uint8_t character)
{
    return character >= '0' && character <= '9';
}

static bool mrz_is_letter(uint8_t character)
{
    return character >= 'A' && character <= 'Z';
}

static bool mrz_is_legal(uint8_t character)
{
    return mrz_is_digit(character) || mrz_is_letter(character) || character == '<';
}

static struct cairn_bytes mrz_field(const struct mrz_zone *zone, size_t at, size_t size)
{
    CAIRN_REQUIRE(at + size <= MRZ_CHARS_MAX);
    return (struct cairn_bytes){.data = zone->chars + at, .size = size};
}

static bool mrz_has_filler(struct cairn_bytes field)
{
    for (size_t i = 0; i < field.size; i++) {
        if (field.data[i] == '<') {
            return true;
        }
    }
    return false;
}

static bool mrz_is_blank(struct cairn_bytes field)
{
    for (size_t i = 0; i < field.size; i++) {
        if (field.data[i] != '<') {
            return false;
        }
    }
    return true;
}

static bool mrz_has_digit(struct cairn_bytes field)
{
    for (size_t i = 0; i < field.size; i++) {
        if (mrz_is_digit(field.data[i])) {
            return true;
        }
    }
    return false;
}

char cairn_mrz_check_digit(struct cairn_bytes field)
{
    static const uint32_t weights[3] = {7, 3, 1};
    uint32_t sum = 0;
    for (size_t i = 0; i < field.size; i++) {
        uint8_t character = field.data[i];
        uint32_t value = 0;
        if (!mrz_is_legal(character)) {
            return '\0';
        }
        if (mrz_is_digit(character)) {
            value = character - (uint32_t)'0';
        } else if (mrz_is_letter(character)) {
            value = character - (uint32_t)'A' + 10;
        }
        sum = (sum + value * weights[i % 3]) % 10;
    }
    return (char)('0' + sum);
}

/* ---- lines and format */

static void mrz_split_line(struct mrz_zone *zone, struct cairn_bytes line)
{
    uint32_t count = 0;
    for (size_t at = 0; at < line.size; count++) {
        uint8_t character = line.data[at];
        uint32_t code_point;
        if (cairn_text_next(line, &at, &code_point) != CAIRN_OK) {
            at++; /* a stray byte is one illegal character */
            code_point = 0;
        }
        bool is_legal = code_point < 0x80 && mrz_is_legal(character) && code_point != 0;
        zone->has_illegal |= !is_legal;
        if (zone->char_count < MRZ_CHARS_MAX) {
            zone->chars[zone->char_count] = is_legal ? character : '<';
        }
        zone->char_count++;
    }
    if (zone->line_count < MRZ_LINES_MAX) {
        zone->line_sizes[zone->line_count] = count;
    }
    zone->line_count++;
}

static void mrz_split(struct mrz_zone *zone, struct cairn_bytes source)
{
    /* Nothing well formed is longer, not with four bytes a character and two a line end. */
    source.size = source.size > MRZ_BYTES_MAX ? MRZ_BYTES_MAX : source.size;
    for (size_t start = 0; start < source.size;) {
        size_t end = start;
        while (end < source.size && source.data[end] != '\n') {
            end++;
        }
        bool has_return = end < source.size && end > start && source.data[end - 1] == '\r';
        mrz_split_line(zone, (struct cairn_bytes){.data = source.data + start,
                                                  .size = end - start - has_return});
        start = end + 1;
    }
}

static bool mrz_has_lines(const struct mrz_zone *zone, const struct mrz_layout *layout)
{
    uint32_t run_size = (uint32_t)layout->line_count * layout->line_size;
    if (zone->line_count == 1) {
        return zone->char_count == run_size;
    }
    if (zone->line_count != layout->line_count) {
        return false;
    }
    for (uint32_t line = 0; line < zone->line_count; line++) {
        if (zone->line_sizes[line] != layout->line_size) {
            return false;
        }
    }
    return true;
}

static const struct mrz_layout *mrz_find_layout(const struct mrz_zone *zone)
{
    for (size_t i = 0; i < sizeof mrz_layouts / sizeof mrz_layouts[0]; i++) {
        const struct mrz_layout *layout = &mrz_layouts[i];
        bool is_visa = layout->composite == MRZ_NO_FIELD;
        bool starts_as_visa = zone->chars[0] == 'V' && layout->line_count == 2;
        if (mrz_has_lines(zone, layout) && is_visa == starts_as_visa) {
            return layout;
        }
    }
    return NULL;
}

/* ---- fields */

/* Two digits; -1: two fillers; -2: neither. */
static int mrz_two(const uint8_t *characters)
{
    if (characters[0] == '<' && characters[1] == '<') {
        return -1;
    }
    if (!mrz_is_digit(characters[0]) || !mrz_is_digit(characters[1])) {
        return -2;
    }
    return 10 * (characters[0] - '0') + characters[1] - '0';
}

/* Could the date exist in some century? Parts of a birth date may be unknown, each as a whole. */
static bool mrz_is_date(struct cairn_bytes date, bool may_be_unknown)
{
    static const int month_days[12] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int year = mrz_two(date.data);
    int month = mrz_two(date.data + 2);
    int day = mrz_two(date.data + 4);
    int least = may_be_unknown ? -1 : 0;
    if (year < least || month < least || day < least || month == 0 || month > 12 || day == 0) {
        return false;
    }
    int day_max = month > 0 ? month_days[month - 1] : 31;
    if (month == 2 && year >= 0 && year % 4 != 0) {
        day_max = 28; /* 00 passes: 2000 had a 29 February */
    }
    return day <= day_max;
}

/* Where the document number and its digit stand: a number over nine characters goes on in the
 * optional data of TD1 and TD2, up to a filler, its digit last. Doc 9303-5, 4.2.2.2, note j */
struct mrz_number {
    struct cairn_bytes main;
    struct cairn_bytes rest; /* the part in the optional data, without the digit */
    uint8_t digit;
    struct cairn_bytes optional1; /* what is left of it */
};

static struct mrz_number mrz_find_number(const struct mrz_zone *zone,
                                         const struct mrz_layout *layout)
{
    struct mrz_number number = {
        .main = mrz_field(zone, layout->number, MRZ_NUMBER),
        .digit = zone->chars[layout->number + MRZ_NUMBER],
        .optional1 = mrz_field(zone, layout->optional1, layout->optional1_size),
    };
    bool can_be_long = layout->format == CAIRN_MRZ_TD1 || layout->format == CAIRN_MRZ_TD2;
    if (!can_be_long || number.digit != '<' || number.optional1.data[0] == '<') {
        return number;
    }
    struct cairn_bytes optional = number.optional1;
    size_t size = 1;
    while (size < optional.size && optional.data[size] != '<') {
        size++;
    }
    size_t taken = size < optional.size ? size + 1 : size; /* with the filler that ends it */
    number.rest = (struct cairn_bytes){.data = optional.data, .size = size - 1};
    number.digit = optional.data[size - 1];
    number.optional1 =
        (struct cairn_bytes){.data = optional.data + taken, .size = optional.size - taken};
    return number;
}

static size_t mrz_trimmed_size(struct cairn_bytes field)
{
    while (field.size > 0 && field.data[field.size - 1] == '<') {
        field.size--;
    }
    return field.size;
}

/* Copy without the fillers at the end; those inside become `filler`. */
static void mrz_copy(struct cairn_bytes field, char filler, char *out)
{
    size_t size = mrz_trimmed_size(field);
    for (size_t i = 0; i < size; i++) {
        out[i] = (char)field.data[i];
        if (out[i] == '<') {
            out[i] = filler;
        }
    }
    out[size] = '\0';
}

/* The whole number with its fillers, as its check digit sees it. out: 9 + 14 characters */
static struct cairn_bytes mrz_join_number(const struct mrz_number *number, uint8_t *out)
{
    memcpy(out, number->main.data, number->main.size);
    if (number->rest.size > 0) {
        memcpy(out + number->main.size, number->rest.data, number->rest.size);
    }
    return (struct cairn_bytes){.data = out, .size = number->main.size + number->rest.size};
}

/* ---- problems and checks */

static uint32_t mrz_find_field_problems(const struct mrz_zone *zone,
                                        const struct mrz_layout *layout)
{
    static const char *const first_letters[] = {
        [CAIRN_MRZ_NO_FORMAT] = "", [CAIRN_MRZ_TD1] = "ACI", [CAIRN_MRZ_TD2] = "ACI",
        [CAIRN_MRZ_TD3] = "P",      [CAIRN_MRZ_MRVA] = "V",  [CAIRN_MRZ_MRVB] = "V",
    };
    uint32_t problems = CAIRN_MRZ_PROBLEM_DOCUMENT_CODE;
    for (const char *letter = first_letters[layout->format]; *letter != '\0'; letter++) {
        if (zone->chars[0] == (uint8_t)*letter) {
            problems = 0;
        }
    }
    uint8_t sex = zone->chars[layout->birth + 7];
    if (mrz_has_digit(mrz_field(zone, layout->name, layout->name_size))) {
        problems |= CAIRN_MRZ_PROBLEM_NAME;
    }
    if (mrz_has_digit(mrz_field(zone, 2, 3)) ||
        mrz_has_digit(mrz_field(zone, layout->nationality, 3))) {
        problems |= CAIRN_MRZ_PROBLEM_STATE;
    }
    if (sex != 'M' && sex != 'F' && sex != '<') {
        problems |= CAIRN_MRZ_PROBLEM_SEX;
    }
    if (!mrz_is_date(mrz_field(zone, layout->birth, 6), true)) {
        problems |= CAIRN_MRZ_PROBLEM_BIRTH;
    }
    if (!mrz_is_date(mrz_field(zone, layout->birth + 8u, 6), false)) {
        problems |= CAIRN_MRZ_PROBLEM_EXPIRY;
    }
    return problems;
}

/* Judge one check digit: its problem, or whether it is right. */
static void mrz_judge(struct cairn_mrz *mrz, enum cairn_mrz_check check, uint8_t digit,
                      struct cairn_bytes field)
{
    static const uint32_t problems[][2] = {
        {CAIRN_MRZ_CHECK_DOCUMENT, CAIRN_MRZ_PROBLEM_DOCUMENT_DIGIT},
        {CAIRN_MRZ_CHECK_BIRTH, CAIRN_MRZ_PROBLEM_BIRTH_DIGIT},
        {CAIRN_MRZ_CHECK_EXPIRY, CAIRN_MRZ_PROBLEM_EXPIRY_DIGIT},
        {CAIRN_MRZ_CHECK_PERSONAL, CAIRN_MRZ_PROBLEM_PERSONAL_DIGIT},
        {CAIRN_MRZ_CHECK_COMPOSITE, CAIRN_MRZ_PROBLEM_COMPOSITE_DIGIT},
    };
    mrz->checks_made |= check;
    if (mrz_is_digit(digit)) {
        mrz->checks_right |= (char)digit == cairn_mrz_check_digit(field) ? (uint32_t)check : 0;
        return;
    }
    /* Doc 9303-4, 4.2.2.2: the digit of an empty personal number may be a filler. */
    if (check == CAIRN_MRZ_CHECK_PERSONAL && digit == '<' && mrz_is_blank(field)) {
        mrz->checks_right |= check;
        return;
    }
    for (size_t i = 0; i < sizeof problems / sizeof problems[0]; i++) {
        mrz->problems |= problems[i][0] == (uint32_t)check ? problems[i][1] : 0;
    }
}

/* The characters that the composite digit covers. out: MRZ_CHARS_MAX */
static struct cairn_bytes mrz_join_composite(const struct mrz_zone *zone,
                                             const struct mrz_layout *layout, uint8_t *out)
{
    struct cairn_bytes parts[4] = {
        mrz_field(zone, layout->number, 10),
        mrz_field(zone, layout->birth, 7),
        mrz_field(zone, layout->birth + 8u, (size_t)layout->composite - layout->birth - 8),
        {.size = 0},
    };
    if (layout->format == CAIRN_MRZ_TD1) { /* nationality stands between expiry and optional data */
        parts[0] = mrz_field(zone, layout->number, 25);
        parts[2].size = 7;
        parts[3] = mrz_field(zone, MRZ_TD1_OPTIONAL2, MRZ_TD1_OPTIONAL2_SIZE);
    }
    size_t size = 0;
    for (size_t i = 0; i < 4; i++) {
        if (parts[i].size > 0) {
            memcpy(out + size, parts[i].data, parts[i].size);
            size += parts[i].size;
        }
    }
    return (struct cairn_bytes){.data = out, .size = size};
}

static void mrz_judge_all(struct cairn_mrz *mrz, const struct mrz_zone *zone,
                          const struct mrz_layout *layout, const struct mrz_number *number)
{
    uint8_t joined[MRZ_CHARS_MAX];
    mrz_judge(mrz, CAIRN_MRZ_CHECK_DOCUMENT, number->digit, mrz_join_number(number, joined));
    mrz_judge(mrz, CAIRN_MRZ_CHECK_BIRTH, zone->chars[layout->birth + 6],
              mrz_field(zone, layout->birth, 6));
    mrz_judge(mrz, CAIRN_MRZ_CHECK_EXPIRY, zone->chars[layout->birth + 14],
              mrz_field(zone, layout->birth + 8u, 6));
    if (layout->format == CAIRN_MRZ_TD3) {
        mrz_judge(mrz, CAIRN_MRZ_CHECK_PERSONAL, zone->chars[MRZ_TD3_PERSONAL_DIGIT],
                  number->optional1);
    }
    if (layout->composite != MRZ_NO_FIELD) {
        mrz_judge(mrz, CAIRN_MRZ_CHECK_COMPOSITE, zone->chars[layout->composite],
                  mrz_join_composite(zone, layout, joined));
    }
}

/* Only of a zone without problems. */
static void mrz_fill(struct cairn_mrz *mrz, const struct mrz_zone *zone,
                     const struct mrz_layout *layout, const struct mrz_number *number)
{
    uint8_t joined[MRZ_CHARS_MAX];
    struct cairn_bytes birth = mrz_field(zone, layout->birth, 6);
    struct cairn_mrz_name name;
    cairn_err err = cairn_mrz_read_name(mrz_field(zone, layout->name, layout->name_size), &name);
    CAIRN_REQUIRE(err == CAIRN_OK);

    mrz_copy(mrz_field(zone, 0, 2), '<', mrz->document_code);
    mrz_copy(mrz_field(zone, 2, 3), '<', mrz->issuing_state);
    mrz_copy(mrz_field(zone, layout->nationality, 3), '<', mrz->nationality);
    mrz_copy(mrz_join_number(number, joined), '<', mrz->document_number);
    memcpy(mrz->birth_date, birth.data, birth.size);
    memcpy(mrz->expiry_date, zone->chars + layout->birth + 8, 6);
    mrz->sex = (char)zone->chars[layout->birth + 7];
    if (mrz->sex == '<') {
        mrz->sex = 'X';
    }
    mrz->birth_date_known = CAIRN_MRZ_KNOWN_PARTIAL;
    if (mrz_is_blank(birth)) {
        mrz->birth_date_known = CAIRN_MRZ_KNOWN_NONE;
    } else if (!mrz_has_filler(birth)) {
        mrz->birth_date_known = CAIRN_MRZ_KNOWN_FULL;
    }
    memcpy(mrz->primary, name.primary, sizeof mrz->primary);
    memcpy(mrz->secondary, name.secondary, sizeof mrz->secondary);
    mrz->name_may_be_truncated = name.may_be_truncated;
    if (layout->format == CAIRN_MRZ_TD3) {
        mrz_copy(number->optional1, ' ', mrz->personal_number);
    } else {
        mrz_copy(number->optional1, ' ', mrz->optional1);
    }
    if (layout->format == CAIRN_MRZ_TD1) {
        mrz_copy(mrz_field(zone, MRZ_TD1_OPTIONAL2, MRZ_TD1_OPTIONAL2_SIZE), ' ', mrz->optional2);
    }
}

enum cairn_mrz_verdict cairn_mrz_verdict(struct cairn_bytes source, struct cairn_mrz *out)
{
    struct mrz_zone zone = {.char_count = 0};
    struct cairn_mrz mrz = {.verdict = CAIRN_MRZ_VERDICT_STRUCTURE};
    mrz_split(&zone, source);
    const struct mrz_layout *layout = mrz_find_layout(&zone);
    if (layout == NULL) {
        mrz.problems = CAIRN_MRZ_PROBLEM_LINES;
    } else if (zone.has_illegal) {
        mrz.format = layout->format;
        mrz.problems = CAIRN_MRZ_PROBLEM_ILLEGAL;
    } else {
        struct mrz_number number = mrz_find_number(&zone, layout);
        mrz.format = layout->format;
        mrz.problems = mrz_find_field_problems(&zone, layout);
        mrz_judge_all(&mrz, &zone, layout, &number);
        if (mrz.problems == 0) {
            mrz_fill(&mrz, &zone, layout, &number);
            bool is_right = mrz.checks_right == mrz.checks_made;
            mrz.verdict = is_right ? CAIRN_MRZ_VERDICT_VALID : CAIRN_MRZ_VERDICT_CHECK_DIGIT;
        } else {
            mrz.checks_made = 0;
            mrz.checks_right = 0;
        }
    }
    *out = mrz;
    return mrz.verdict;
}

cairn_err cairn_mrz_err(const struct cairn_mrz *mrz)
{
    switch (mrz->verdict) {
    case CAIRN_MRZ_VERDICT_VALID:
        return CAIRN_OK;
    case CAIRN_MRZ_VERDICT_CHECK_DIGIT:
        return CAIRN_MRZ_CHECK_DIGIT;
    case CAIRN_MRZ_VERDICT_STRUCTURE:
        break;
    }
    if (mrz->problems & CAIRN_MRZ_PROBLEM_LINES) {
        return CAIRN_MRZ_LINES;
    }
    return mrz->problems & CAIRN_MRZ_PROBLEM_ILLEGAL ? CAIRN_MRZ_CHARACTER : CAIRN_MRZ_FIELD;
}

const char *cairn_mrz_format_text(enum cairn_mrz_format format)
{
    static const char *const texts[] = {
        [CAIRN_MRZ_NO_FORMAT] = NULL, [CAIRN_MRZ_TD1] = "TD1",   [CAIRN_MRZ_TD2] = "TD2",
        [CAIRN_MRZ_TD3] = "TD3",      [CAIRN_MRZ_MRVA] = "MRVA", [CAIRN_MRZ_MRVB] = "MRVB",
    };
    return texts[format];
}

const char *cairn_mrz_verdict_text(enum cairn_mrz_verdict verdict)
{
    static const char *const texts[] = {
        [CAIRN_MRZ_VERDICT_VALID] = "valid",
        [CAIRN_MRZ_VERDICT_CHECK_DIGIT] = "check_digit",
        [CAIRN_MRZ_VERDICT_STRUCTURE] = "structure",
    };
    return texts[verdict];
}

const char *cairn_mrz_known_text(enum cairn_mrz_known known)
{
    static const char *const texts[] = {
        [CAIRN_MRZ_KNOWN_FULL] = "full",
        [CAIRN_MRZ_KNOWN_PARTIAL] = "partial",
        [CAIRN_MRZ_KNOWN_NONE] = "none",
    };
    return texts[known];
}

const char *cairn_mrz_check_text(enum cairn_mrz_check check)
{
#define MRZ_CHECK_TEXT(name, bit, text)                                                            \
    case CAIRN_MRZ_CHECK_##name:                                                                   \
        return text;
    switch (check) {
        CAIRN_MRZ_CHECK_LIST(MRZ_CHECK_TEXT)
    }
#undef MRZ_CHECK_TEXT
    return NULL;
}

const char *cairn_mrz_problem_text(enum cairn_mrz_problem problem)
{
#define MRZ_PROBLEM_TEXT(name, bit, text)                                                          \
    case CAIRN_MRZ_PROBLEM_##name:                                                                 \
        return text;
    switch (problem) {
        CAIRN_MRZ_PROBLEM_LIST(MRZ_PROBLEM_TEXT)
    }
#undef MRZ_PROBLEM_TEXT
    return NULL;
}
