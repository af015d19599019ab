/* The country's sealing keys: DIR/keys/sealing-1.key, sealing-2.key, ... Which of them is sealed to
 * now, the country document says: the one with the highest number. The older ones stay: they open
 * what was sealed to them. docs/operate.md, section 2 */
#ifndef CAIRN_NODE_SEALINGKEYS_H
#define CAIRN_NODE_SEALINGKEYS_H

#include "crypto/suite.h"
#include "schema/country.h"

/* In the order of the document's lines; the caller wipes them. */
struct cairn_sealingkeys {
    uint32_t missing_count; /* older ones whose file is not there, and that are not called lost */
    uint32_t count;
    uint8_t secrets[CAIRN_COUNTRY_SEALING_MAX][32];
};

/* Read all that a document names; the newest one must be there. dir: DIR/keys.
 *
 * errors  those of cairn_keyfile_load_seed; CAIRN_DOCUMENT  a file holds another key than its line
 *         says. out is undefined then, and wiped */
CAIRN_MUST cairn_err cairn_sealingkeys_load(const char *dir, const struct cairn_country_doc *doc,
                                            const struct cairn_suite *suite,
                                            struct cairn_sealingkeys *out);

/* Draw the next key, and add its line to the document. A file that is there already, from a command
 * that was cut off, is taken.
 *
 * errors  CAIRN_FULL  the document has no room for another line; those of
 *         cairn_keyfile_draw_seed. doc is unchanged then */
CAIRN_MUST cairn_err cairn_sealingkeys_draw(const char *dir, const struct cairn_suite *suite,
                                            struct cairn_country_doc *doc);

/* Call lost, in the document, each key whose file is not there; one that a document called so stays
 * so. Where the newest one is lost, another one is drawn as above.
 *
 * errors  those of cairn_sealingkeys_draw; doc is undefined then */
CAIRN_MUST cairn_err cairn_sealingkeys_lose(const char *dir, const struct cairn_suite *suite,
                                            struct cairn_country_doc *doc);

#endif
