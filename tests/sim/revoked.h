/* A stolen key, in networks that a seed makes up. A thief writes with a country's node for a while,
 * and partners found their own operations on that; the root key ends the origin below it, and the
 * country goes on in its next incarnation, on its disk or without it; then all of it once more.
 * Nodes fall, lines break, and one partner hears nothing of the thief but the position.
 *
 *     [ the country's own ... position | the thief's ]   repudiated at all who hold it; P-16, S9 */
#ifndef CAIRN_TESTS_SIM_REVOKED_H
#define CAIRN_TESTS_SIM_REVOKED_H

#include "tests/sim/storm.h"

/* Play one seed; every violation fails the test that runs.
 *
 * tell    somebody is told of it before the world ends; NULL: nobody
 * gives   how many operations do not count any more, at all nodes together */
uint32_t revoked_play(uint64_t seed, storm_teller *tell);

#endif
