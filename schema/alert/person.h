/* Rules about the persons of a body that alerts and cases share: births, ages, nationalities. Pure.
 * docs/format.md, section 2. */
#ifndef CAIRN_SCHEMA_ALERT_PERSON_H
#define CAIRN_SCHEMA_ALERT_PERSON_H

#include "schema/base/civil.h"
#include "schema/shape.h"

#define CAIRN_PERSON_ADULT_YEARS 18u

/* Is the year of birth known, so that it says something about a person? */
bool cairn_person_has_birth(struct cairn_civil_birth birth);

/* Is the person below CAIRN_PERSON_ADULT_YEARS on that day? What is unknown of the date counts for
 * the child; an unknown year says nothing, so false.
 *
 * units   day: days since 1970-01-01 */
bool cairn_person_is_minor(struct cairn_civil_birth birth, int32_t day);

/* Was the first certainly not born after the second? */
bool cairn_person_is_older(struct cairn_civil_birth left, struct cairn_civil_birth right);

/* Does one of the codes of an array stand for nationals of the country (D: DEU, GBN: GBR)?
 *
 * shape   countries: array that has passed its shape; may be the empty view */
bool cairn_person_has_nationality(struct cairn_bytes countries, struct cairn_bytes country);

/* Days since 1970-01-01 of a date that has passed its shape, else a panic. */
int32_t cairn_person_days(struct cairn_bytes date);

#endif
