/* One look-up as it is asked and written down. */
#ifndef CAIRN_NODE_SCREENING_QUESTION_H
#define CAIRN_NODE_SCREENING_QUESTION_H

#include "schema/base/civil.h"
#include "schema/lookupop.h"
#include "schema/operation.h"

#define CAIRN_SCREENING_ZONE_BYTES  256u
#define CAIRN_SCREENING_NAME_BYTES  200u
#define CAIRN_SCREENING_ENTRY_BYTES (60u << 10) /* rows of one access.lookup, at most */

struct cairn_screening_question {
    enum cairn_lookup_type type;
    char purpose[CAIRN_PURPOSE_BYTES + 1];
    char role[CAIRN_ROLE_BYTES + 1];
    char actor[CAIRN_ACTOR_BYTES + 1];
    char issuer[8]; /* DOCUMENT */
    char number[64];
    uint16_t kind;                                /* of document; 0: any */
    char surname[CAIRN_SCREENING_NAME_BYTES + 1]; /* NAME */
    char given[CAIRN_SCREENING_NAME_BYTES + 1];
    char born[16];
    struct cairn_civil_birth birth;
    size_t zone_size; /* MRZ */
    uint8_t zone[CAIRN_SCREENING_ZONE_BYTES];
};

#endif
