/* What must hold of every table of fields, whoever's it is. */
#ifndef CAIRN_TESTS_LIB_SHAPES_H
#define CAIRN_TESTS_LIB_SHAPES_H

#include "schema/shape.h"

/* Keys ascend from 1, names are there and different, limits fit the type, maps end. */
void test_shape_is_sound(const struct cairn_shape *shape);

/* Numbers ascend from 1, texts are there and different. */
void test_codelist_is_sound(const struct cairn_codelist *list);

#endif
