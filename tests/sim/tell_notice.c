#include "tests/sim/tell_state.h"

#include <stdio.h>
#include <string.h>

/* What nodes say unasked: warnings and errors. Of those in one second who say the same, one line;
 * what a node says again before something else is done is told once, and what it says of links once
 * in a story. */

/* In words, with the name that an operator finds in the log; those that are not here are told by
 * that name alone. %s: the country that it is about */
static const struct tell_words {
    enum cairn_notice_code code;
    const char *text;
} tell_words[] = {
    {CAIRN_NOTICE_LINK_REFUSED, "a link to %s is refused"},
    {CAIRN_NOTICE_LINK_BYE, "%s ends the link"},
    {CAIRN_NOTICE_FORK_PROVEN, "%s signed two histories: this is proved from here on"},
    {CAIRN_NOTICE_ROLLBACK, "%s shows more of our journal than we hold: we sign nothing"},
    {CAIRN_NOTICE_RESTORING, "our log is older than what we said: we sign nothing"},
    {CAIRN_NOTICE_RESTORED, "our log is whole again: we sign"},
    {CAIRN_NOTICE_ENDED, "%s ended one of its origins; what follows the position counts no more"},
    {CAIRN_NOTICE_REPUDIATED, "%s ended one of its origins, on another branch than ours"},
    {CAIRN_NOTICE_BRANCH_LEFT,
     "the branch that %s stands by is proven: we leave ours, and start anew"},
    {CAIRN_NOTICE_BRANCH_CUT, "our other branch of %s is taken out of the log"},
    {CAIRN_NOTICE_MISSING,
     "a leaf of %s is for us and its content did not come in a minute: written down"},
};

static const char *tell_words_of(enum cairn_notice_code code)
{
    for (size_t i = 0; i < sizeof tell_words / sizeof tell_words[0]; i++) {
        if (tell_words[i].code == code) {
            return tell_words[i].text;
        }
    }
    return "%s";
}

static void notice_put(struct tell *tell, uint32_t node, const char *text)
{
    uint64_t second = tell_now(tell) / 1000;
    struct tell_note *same = NULL;
    for (uint32_t i = 0; i < tell->heard_count; i++) {
        struct tell_note *heard = &tell->heard[i];
        bool is_it = strcmp(heard->text, text) == 0;
        if (is_it && (heard->nodes >> node & 1u) != 0) {
            return;
        }
        same = is_it && heard->second == second ? heard : same;
    }
    if (same == NULL) {
        assert_true(tell->heard_count < TELL_HEARD_MAX);
        same = &tell->heard[tell->heard_count++];
        *same = (struct tell_note){.second = second};
        (void)snprintf(same->text, sizeof same->text, "%s", text);
    }
    same->nodes |= 1u << node;
}

/* Who is refused calls again, for ever. */
static bool notice_is_of_link(enum cairn_notice_code code)
{
    return code == CAIRN_NOTICE_LINK_REFUSED || code == CAIRN_NOTICE_LINK_BYE;
}

static void notice_hear(void *host, uint32_t node, const struct cairn_notice *notice)
{
    struct tell *tell = host;
    char words[80], text[160], err[80] = "", country[12] = "somebody";
    bool is_again = (tell->said[notice->code] >> node & 1u) != 0;
    if (cairn_notice_level(notice->code) > CAIRN_NOTICE_WARN ||
        (is_again && notice_is_of_link(notice->code))) {
        return;
    }
    tell->said[notice->code] |= 1u << node;
    if (notice->err != CAIRN_OK) {
        (void)snprintf(err, sizeof err, ": %d %s", notice->err, cairn_err_text(notice->err));
    }
    if (notice->country[0] != 0) {
        (void)snprintf(country, sizeof country, "%.3s", (const char *)notice->country);
    }
    int size = snprintf(words, sizeof words, "%s", tell_words_of(notice->code));
    assert_in_range(size, 1, (int)sizeof words - 1);
    char *at = strstr(words, "%s");
    const char *behind = at == NULL ? "" : at + 2;
    if (at != NULL) {
        *at = 0;
    }
    (void)snprintf(text, sizeof text, "%s%s%s%s (%s)", words, at == NULL ? "" : country, behind,
                   err, cairn_notice_text(notice->code));
    notice_put(tell, node, text);
}

void tell_listen(struct tell *tell)
{
    tell->world->listener = notice_hear;
    tell->world->listener_host = tell;
}

/* Earlier first; within a second by text: the order of who is asked first tells nothing. */
static bool notice_is_before(const struct tell_note *left, const struct tell_note *right)
{
    return left->second != right->second ? left->second < right->second
                                         : strcmp(left->text, right->text) < 0;
}

void tell_flush(struct tell *tell)
{
    while (tell->heard_count > 0) {
        uint32_t first = 0;
        for (uint32_t i = 1; i < tell->heard_count; i++) {
            first = notice_is_before(&tell->heard[i], &tell->heard[first]) ? i : first;
        }
        struct tell_note heard = tell->heard[first];
        tell->heard[first] = tell->heard[--tell->heard_count];
        tell_line(tell, heard.second * 1000, heard.nodes, heard.text);
    }
}
