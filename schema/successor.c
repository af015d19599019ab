#include "schema/successor.h"

/* Withdrawn ISO 3166-1 codes that stand for a state or territory with people; successors with one
 * blank between them. */
static const struct successor {
    const char *code;
    const char *states;
} successor_rows[] = {
    {"AFI", "DJI"},
    {"ANT", "BES CUW NLD SXM"},
    {"BUR", "MMR"},
    {"BYS", "BLR"},
    {"CSK", "CZE SVK"},
    {"CTE", "KIR"},
    {"DDR", "DEU"},
    {"DHY", "BEN"},
    {"FXX", "FRA"},
    {"GEL", "KIR TUV"},
    {"HVO", "BFA"},
    {"NHB", "VUT"},
    {"NTZ", "IRQ SAU"},
    {"PCI", "FSM MHL MNP PLW USA"},
    {"PCZ", "PAN"},
    {"RHO", "ZWE"},
    {"SCG", "MNE RKS SRB"},
    {"SKM", "IND"},
    {"SUN", "ARM AZE BLR EST GEO KAZ KGZ LTU LVA MDA RUS TJK TKM UKR UZB"},
    {"TMP", "IDN TLS"},
    {"VDR", "VNM"},
    {"YMD", "YEM"},
    {"YUG", "BIH HRV MKD MNE RKS SRB SVN"},
    {"ZAR", "COD"},
};

bool cairn_successor_find(struct cairn_bytes code, uint32_t index, struct cairn_bytes *out)
{
    struct cairn_bytes row_code;
    for (uint32_t i = 0; cairn_successor_table(i, &row_code); i++) {
        if (!cairn_bytes_is_equal(row_code, code)) {
            continue;
        }
        struct cairn_bytes states = cairn_bytes_of(successor_rows[i].states);
        if (index >= (states.size + 1) / 4) {
            return false;
        }
        *out = (struct cairn_bytes){.data = states.data + (size_t)index * 4, .size = 3};
        return true;
    }
    return false;
}

bool cairn_successor_table(uint32_t index, struct cairn_bytes *out_code)
{
    if (index >= sizeof successor_rows / sizeof successor_rows[0]) {
        return false;
    }
    *out_code = cairn_bytes_of(successor_rows[index].code);
    return true;
}
