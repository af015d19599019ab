/* The only clock of the node. Everything else gets the time as an argument. */
#ifndef CAIRN_NODE_CLOCK_H
#define CAIRN_NODE_CLOCK_H

#include <stdint.h>

/* Unix time in milliseconds: may jump when the machine's clock is set. 0 before 1970. */
uint64_t cairn_clock_wall_ms(void);

/* Time since some fixed moment: never goes back. For timeouts and durations only. */
uint64_t cairn_clock_mono_ms(void);
uint64_t cairn_clock_mono_us(void);

#endif
