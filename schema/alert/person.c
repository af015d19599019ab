#include "schema/alert/person.h"

#include "schema/base/check.h"
#include "schema/code.h"

bool cairn_person_has_birth(struct cairn_civil_birth birth)
{
    return birth.year_min != 0;
}

bool cairn_person_is_minor(struct cairn_civil_birth birth, int32_t day)
{
    if (!cairn_person_has_birth(birth)) {
        return false;
    }
    int32_t first, last;
    cairn_civil_birth_days(birth, &first, &last);
    struct cairn_civil_date today = cairn_civil_date_of(day);
    struct cairn_civil_date born = cairn_civil_date_of(last);
    if (today.year < born.year) {
        return true; /* unborn: the date is refused elsewhere */
    }
    bool has_had_birthday =
        today.month > born.month || (today.month == born.month && today.day >= born.day);
    uint32_t years = (uint32_t)(today.year - born.year);
    return years < CAIRN_PERSON_ADULT_YEARS ||
           (years == CAIRN_PERSON_ADULT_YEARS && !has_had_birthday);
}

bool cairn_person_is_older(struct cairn_civil_birth left, struct cairn_civil_birth right)
{
    if (!cairn_person_has_birth(left) || !cairn_person_has_birth(right)) {
        return false;
    }
    int32_t first, last, other_first, other_last;
    cairn_civil_birth_days(left, &first, &last);
    cairn_civil_birth_days(right, &other_first, &other_last);
    return last <= other_first;
}

bool cairn_person_has_nationality(struct cairn_bytes countries, struct cairn_bytes country)
{
    struct cairn_shape_list list;
    struct cairn_bytes raw;
    cairn_shape_list_init(&list, countries);
    while (cairn_shape_list_next(&list, &raw)) {
        char mapped[4];
        if (cairn_code_map(cairn_shape_get_text(raw), mapped) == CAIRN_OK &&
            cairn_bytes_is_equal(cairn_bytes_of(mapped), country)) {
            return true;
        }
    }
    return false;
}

int32_t cairn_person_days(struct cairn_bytes date)
{
    struct cairn_civil_date value;
    CAIRN_REQUIRE(cairn_civil_parse_date(date, &value) == CAIRN_OK);
    return cairn_civil_days(value);
}
