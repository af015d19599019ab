#include "schema/case/lint.h"

#include "schema/base/text.h"

/* Beginnings of words, lower case. English, French, German, Spanish, Italian, Portuguese, Dutch,
 * Albanian, South Slavic, Russian and Ukrainian, Georgian, Armenian, Turkish, Arabic, Persian. */
static const char *const lint_words[] = {
    "asylum",
    "asylee",
    "asyl",
    "asile",
    "asilo",
    "asiel",
    "azil",
    "refugee",
    "réfugié",
    "refugié",
    "refugie",
    "refugiad",
    "rifugiat",
    "flüchtling",
    "fluechtling",
    "vluchteling",
    "refugjat",
    "izbeglic",
    "izbjeglic",
    "unhcr",
    "acnur",
    "refoulement",
    "persecut",
    "persécut",
    "verfolgt",
    "schutzstatus",
    "subsidiary protection",
    "protection subsidiaire",
    "international protection",
    "protection internationale",
    "temporary protection",
    "geneva convention",
    "1951 convention",
    "беженец",
    "беженц",
    "біжен",
    "притулок",
    "притулку",
    "убежищ",
    "азил",
    "избеглиц",
    "თავშესაფ",
    "ლტოლვილ",
    "ապաստան",
    "փախստական",
    "iltica",
    "mülteci",
    "sığınma",
    "لجوء",
    "اللجوء",
    "لاجئ",
    "پناهنده",
    "پناهندگی",
};

/* Small letters for Latin-1, Latin Extended-A and Cyrillic capitals; others stay. */
static uint32_t lint_lower(uint32_t letter)
{
    bool is_latin1 = letter >= 0xc0 && letter <= 0xde && letter != 0xd7;
    if ((letter >= 'A' && letter <= 'Z') || is_latin1 || (letter >= 0x410 && letter <= 0x42f)) {
        return letter + 0x20;
    }
    if (letter == 0x130 || letter == 0x131) {
        return 'i'; /* the Turkish dotted capital, and the small one without a dot */
    }
    if (letter >= 0x100 && letter <= 0x137) {
        return letter | 1;
    }
    if (letter >= 0x14a && letter <= 0x177) {
        return letter | 1;
    }
    if (letter >= 0x400 && letter <= 0x40f) {
        return letter + 0x50;
    }
    if (letter >= 0x531 && letter <= 0x556) {
        return letter + 0x30; /* Armenian */
    }
    return letter;
}

static bool lint_is_letter(uint32_t letter)
{
    return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') || letter >= 0xc0;
}

static uint32_t lint_next(struct cairn_bytes text, size_t *at)
{
    uint32_t letter = 0;
    if (cairn_text_next(text, at, &letter) != CAIRN_OK) {
        (*at)++;
    }
    return lint_lower(letter);
}

static bool lint_begins(struct cairn_bytes text, size_t at, struct cairn_bytes word)
{
    size_t word_at = 0;
    while (word_at < word.size) {
        if (at >= text.size || lint_next(text, &at) != lint_next(word, &word_at)) {
            return false;
        }
    }
    return true;
}

const char *cairn_lint_find(struct cairn_bytes text)
{
    bool is_inside = false;
    for (size_t at = 0; at < text.size;) {
        size_t here = at;
        bool is_letter = lint_is_letter(lint_next(text, &at));
        for (size_t i = 0; is_letter && !is_inside && i < sizeof lint_words / sizeof lint_words[0];
             i++) {
            if (lint_begins(text, here, cairn_bytes_of(lint_words[i]))) {
                return lint_words[i];
            }
        }
        is_inside = is_letter;
    }
    return NULL;
}
