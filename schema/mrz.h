/* Machine-readable zones of travel documents: bytes in, values out. Pure.
 *
 *     TD1   3 x 30  identity cards          MRV-A  2 x 44  visas, starts with V
 *     TD2   2 x 36  larger cards            MRV-B  2 x 36  visas, starts with V
 *     TD3   2 x 44  passports
 *
 * The verdict says what a reader can know: damage in a field that no digit protects stays valid.
 * A zone with a structure problem gives no fields: it must never be used for a look-up unseen.
 * State codes are not judged here (schema/code.h). source: ICAO Doc 9303 parts 3 to 7 */
#ifndef CAIRN_SCHEMA_MRZ_H
#define CAIRN_SCHEMA_MRZ_H

#include "schema/base/bytes.h"
#include "schema/base/err.h"

#define CAIRN_MRZ_NAME_BYTES 39u /* widest name field */

enum cairn_mrz_format {
    CAIRN_MRZ_NO_FORMAT,
    CAIRN_MRZ_TD1,
    CAIRN_MRZ_TD2,
    CAIRN_MRZ_TD3,
    CAIRN_MRZ_MRVA,
    CAIRN_MRZ_MRVB,
};

enum cairn_mrz_verdict {
    CAIRN_MRZ_VERDICT_VALID,       /* well formed, every check digit right */
    CAIRN_MRZ_VERDICT_CHECK_DIGIT, /* well formed, at least one wrong: see checks */
    CAIRN_MRZ_VERDICT_STRUCTURE,   /* see problems */
};

/* Bits of checks_made and checks_right. */
#define CAIRN_MRZ_CHECK_LIST(X)                                                                    \
    X(DOCUMENT, 0, "document_number")                                                              \
    X(BIRTH, 1, "birth_date")                                                                      \
    X(EXPIRY, 2, "expiry_date")                                                                    \
    X(PERSONAL, 3, "personal_number") /* TD3 only */                                               \
    X(COMPOSITE, 4, "composite")      /* not in visas */

/* Bits of problems. */
#define CAIRN_MRZ_PROBLEM_LIST(X)                                                                  \
    X(LINES, 0, "line_count_or_length")                                                            \
    X(ILLEGAL, 1, "illegal_character")                                                             \
    X(DOCUMENT_CODE, 2, "document_code")                                                           \
    X(NAME, 3, "digit_in_name")                                                                    \
    X(STATE, 4, "digit_in_state_code")                                                             \
    X(SEX, 5, "sex")                                                                               \
    X(BIRTH, 6, "birth_date")                                                                      \
    X(EXPIRY, 7, "expiry_date")                                                                    \
    X(DOCUMENT_DIGIT, 8, "document_check_not_a_digit")                                             \
    X(BIRTH_DIGIT, 9, "birth_check_not_a_digit")                                                   \
    X(EXPIRY_DIGIT, 10, "expiry_check_not_a_digit")                                                \
    X(PERSONAL_DIGIT, 11, "personal_check_not_a_digit")                                            \
    X(COMPOSITE_DIGIT, 12, "composite_not_a_digit")

#define CAIRN_MRZ_CHECK_BIT(name, bit, text)   CAIRN_MRZ_CHECK_##name = 1u << (bit),
#define CAIRN_MRZ_PROBLEM_BIT(name, bit, text) CAIRN_MRZ_PROBLEM_##name = 1u << (bit),
enum cairn_mrz_check { CAIRN_MRZ_CHECK_LIST(CAIRN_MRZ_CHECK_BIT) };
enum cairn_mrz_problem { CAIRN_MRZ_PROBLEM_LIST(CAIRN_MRZ_PROBLEM_BIT) };

enum cairn_mrz_known {
    CAIRN_MRZ_KNOWN_FULL,
    CAIRN_MRZ_KNOWN_PARTIAL,
    CAIRN_MRZ_KNOWN_NONE,
};

/* All text ends in NUL; fillers at the end are cut. With a structure problem all of it is empty. */
struct cairn_mrz {
    enum cairn_mrz_format format;
    enum cairn_mrz_verdict verdict;
    uint32_t checks_made;  /* CAIRN_MRZ_CHECK_...; 0 with a structure problem */
    uint32_t checks_right; /* a subset of checks_made */
    uint32_t problems;     /* CAIRN_MRZ_PROBLEM_... */
    char document_code[3];
    char issuing_state[4];
    char nationality[4];
    char document_number[24]; /* whole; in TD1 and TD2 joined when longer than nine */
    char birth_date[7];       /* YYMMDD, `<` for what is unknown */
    enum cairn_mrz_known birth_date_known;
    char sex;            /* F, M or X (unspecified); NUL with a structure problem */
    char expiry_date[7]; /* YYMMDD */
    char primary[40];    /* one blank between components */
    char secondary[40];
    bool name_may_be_truncated; /* the last character of the name field is no filler */
    char personal_number[15];   /* TD3 */
    char optional1[17];         /* all but TD3; a filler inside is a blank */
    char optional2[12];         /* TD1 */
};

/* Check digit: weights 7 3 1, A = 10 .. Z = 35, filler 0.
 *
 * gives   '0'..'9'; NUL when there is a character other than A-Z 0-9 and filler
 * source  Doc 9303-3, section 4.9 */
char cairn_mrz_check_digit(struct cairn_bytes field);

/* Read a zone and judge it.
 *
 * shape   source: lines that end in \n or \r\n (the last may lack it), or all lines in one run.
 *         Nothing is repaired: blanks and small letters are illegal characters
 * gives   the same verdict as in *out; *out is always written whole */
enum cairn_mrz_verdict cairn_mrz_verdict(struct cairn_bytes source, struct cairn_mrz *out);

/* The verdict as an error: CAIRN_OK, CAIRN_MRZ_LINES, _CHARACTER, _FIELD or _CHECK_DIGIT. B19 */
CAIRN_MUST cairn_err cairn_mrz_err(const struct cairn_mrz *mrz);

/* Static names: "TD1", NULL without a format; "valid"; the texts of the lists above, NULL for what
 * is not exactly one bit of them. */
const char *cairn_mrz_format_text(enum cairn_mrz_format format);
const char *cairn_mrz_verdict_text(enum cairn_mrz_verdict verdict);
const char *cairn_mrz_check_text(enum cairn_mrz_check check);
const char *cairn_mrz_problem_text(enum cairn_mrz_problem problem);
const char *cairn_mrz_known_text(enum cairn_mrz_known known);

struct cairn_mrz_name {
    char primary[40];
    char secondary[40];
    bool may_be_truncated;
};

/* Read a name field. It begins with << when there is no primary identifier; every later << is a
 * plain separator.
 *
 * shape   field: 1..39 characters A-Z and filler
 * errors  CAIRN_MRZ_FIELD; *out unchanged
 * source  Doc 9303-3, section 4.6 */
CAIRN_MUST cairn_err cairn_mrz_read_name(struct cairn_bytes field, struct cairn_mrz_name *out);

/* Write a name field of `width` characters and a NUL, from UTF-8, folded as in schema/namekey.h.
 * A name that fits is never cut; a cut field ends in a letter and, where there is room, keeps a
 * letter of every identifier.
 *
 * shape   a name without surname or without given name is the primary identifier as a whole;
 *         width: 5..39, else a panic; out: width + 1 characters
 * errors  CAIRN_TEXT_UTF8, CAIRN_TOO_LONG (over what namekey folds), CAIRN_MRZ_FIELD (nothing in
 *         the surname and given name can be spelt); out unchanged
 * source  Doc 9303-3, section 4.6; Doc 9303-4, section 4.2.3 */
CAIRN_MUST cairn_err cairn_mrz_write_name(struct cairn_bytes surname, struct cairn_bytes given,
                                          size_t width, char *out);

#endif
