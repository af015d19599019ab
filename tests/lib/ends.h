/* Three ends of links on one loop. Each end notes the news that it takes; taking can be switched
 * off. Ends 0 and 1 are those that most tests link. Trouble fails the test. */
#ifndef CAIRN_TESTS_LIB_ENDS_H
#define CAIRN_TESTS_LIB_ENDS_H

#include "node/link.h"

struct end {
    struct cairn_links *links;
    uint8_t seed[32];
    struct cairn_link_peer self; /* as others know it */
    bool is_taking;
    bool is_closed;
    uint32_t up_count, down_count, frame_count;
    uint32_t link; /* of the last UP */
    uint64_t frame_bytes, sent_bytes;
    uint8_t last[64]; /* the begin of the last frame */
    size_t last_size;
};

extern uv_loop_t ends_loop;
extern struct end ends[3];

void ends_open(void);
void ends_close(void);

/* One end alone, on a loop that is open; its key follows from the number. */
void ends_open_one(struct end *end, uint8_t number);

/* `caller` may call `called`, and is let in. */
void ends_introduce(struct end *caller, const struct end *called, bool is_ours_to_dial);

/* End 0 calls end 1; both are up, once. */
void ends_link_two(void);

/* A frame of so many equal bytes. */
void ends_send(struct end *from, size_t size, char fill);

void ends_take(struct end *end); /* all news, when it is taking */

/* Run the loop; by the clock of the machine. */
void ends_run_until(bool (*is_true)(void));
void ends_run_ms(uint64_t ms);

bool ends_is_up(const struct end *end);
bool ends_are_up(void);         /* 0 and 1 */
bool ends_have_been_down(void); /* 0 and 1 */

#endif
