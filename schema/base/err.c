#include "schema/base/err.h"

const char *cairn_err_text(cairn_err err)
{
#define CAIRN_ERR_CASE(name, number, text)                                                         \
    case CAIRN_##name:                                                                             \
        return text;
    switch (err) {
        CAIRN_ERR_LIST(CAIRN_ERR_CASE)
    }
#undef CAIRN_ERR_CASE
    return "unknown error";
}

const char *cairn_err_name(cairn_err err)
{
#define CAIRN_ERR_NAME(name, number, text)                                                         \
    case CAIRN_##name:                                                                             \
        return #name;
    switch (err) {
        CAIRN_ERR_LIST(CAIRN_ERR_NAME)
    }
#undef CAIRN_ERR_NAME
    return "UNKNOWN";
}
