#include "replication/notice.h"

const char *cairn_notice_text(enum cairn_notice_code code)
{
#define CAIRN_NOTICE_CASE(name, level, text)                                                       \
    case CAIRN_NOTICE_##name:                                                                      \
        return text;
    switch (code) {
        CAIRN_NOTICE_LIST(CAIRN_NOTICE_CASE)
    }
#undef CAIRN_NOTICE_CASE
    return "unknown";
}

enum cairn_notice_level cairn_notice_level(enum cairn_notice_code code)
{
#define CAIRN_NOTICE_LEVEL(name, level, text)                                                      \
    case CAIRN_NOTICE_##name:                                                                      \
        return CAIRN_NOTICE_##level;
    switch (code) {
        CAIRN_NOTICE_LIST(CAIRN_NOTICE_LEVEL)
    }
#undef CAIRN_NOTICE_LEVEL
    return CAIRN_NOTICE_ERROR;
}
