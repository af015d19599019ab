/* What a look-up found, as officers and booths read it. Pure mapping.
 *
 *     verdict  hit         there are matches: do what they say
 *              no_hit      searched, nothing found
 *              unreadable  the zone was not searched: this is no no-hit
 *              uncertain   nothing found, but the zone had a wrong digit or a cut name: look again
 *     cautions sentences that go with it */
#ifndef CAIRN_NODE_HTTP_HTTP_MATCH_H
#define CAIRN_NODE_HTTP_HTTP_MATCH_H

#include <jansson.h>

#include "node/screening.h"

/* owns: the caller. NULL: out of memory. answer: without error */
json_t *cairn_http_match_json(const struct cairn_screening_answer *answer);

#endif
