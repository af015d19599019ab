/* What most tests of the core begin with: one core (AUT), partners SRB and GEO who write by hand, a
 * feed of SRB's. One scene at a time.
 *
 *     scene_write_first    SRB: document, feed, mark, all in one flush
 *     scene_join           ... offered and given over a link, all but the feed's commit
 *     scene_grow           SRB: one more commit of the feed; its leaf is given */
#ifndef CAIRN_TESTS_LIB_CORE_SCENE_H
#define CAIRN_TESTS_LIB_CORE_SCENE_H

#include "tests/lib/core_host.h"

#define SRB 1u /* links, too */
#define GEO 2u

struct core_scene {
    struct cairn_suite suite;
    struct host *host;
    struct author srb;
    struct author geo;
    struct author twin;      /* SRB again, under the same keys */
    struct author_feed feed; /* of SRB, for AUT and SRB; written by scene_write_first */
    uint8_t own_sealing[32]; /* public */
};

extern struct core_scene scene;
extern const struct cairn_core_limits scene_limits;

/* Set-up and tear-down: SRB and GEO are partners; with default limits; only SRB is one. */
int scene_begin(void **state);
int scene_begin_large(void **state);
int scene_begin_pair(void **state);
int scene_end(void **state);

/* What peers do. */
void scene_frame(uint32_t link, struct cairn_message message);
void scene_link_up(uint32_t link, const struct author *peer);
void scene_offer(uint32_t link);
void scene_offer_own(uint32_t link, struct author *peer);
void scene_write_noise(struct author *author, uint32_t count, uint8_t fill);
void scene_member(const char *country, struct author_member *out);
void scene_open_feed(struct author_feed *out);
void scene_write_first(void);
void scene_join(uint32_t link);
void scene_grow(struct cairn_opening *out_opening);

/* What the host does. */
void scene_open_own(const char *members, uint8_t out[static 16]);
void scene_tell(enum cairn_event_type type, const uint8_t feed[static 16], const char *country,
                uint64_t token);
void scene_invite(const struct author_feed *to);

/* Records of SRB's feeds: a feed.admit, valid until the next call; a feed.rekey, in a commit of its
 * own, that says it begins this epoch, with wraps for SRB alone or for these members. */
void scene_admit(struct author_feed *to, const char *country, const uint8_t sealing[static 32],
                 struct cairn_bytes *out_operation);
void scene_rekey(struct author_feed *of, uint32_t epoch);
void scene_rekey_for(struct author_feed *of, uint32_t epoch, const struct author_member *members,
                     uint32_t count);
void scene_forget(const char *country, uint64_t token);

/* What there is now. A token that was not answered yet has no answer: the test fails. */
cairn_err scene_answer_of(uint64_t token);
bool scene_is_answered(uint64_t token);
uint64_t scene_journal_size(void);
struct cairn_core_feed scene_feed_of(const uint8_t id[static 16]);
bool scene_leaf_is_of(uint64_t leaf_index, const uint8_t feed[static 16], uint64_t commit);
struct cairn_core_feed scene_held(const struct author_feed *wanted);
struct cairn_core_peer scene_srb_peer(void);
struct cairn_core_feed scene_own_pairwise(void);
struct cairn_core_peer scene_peer_of(const struct author *author);
uint32_t scene_rows_in(enum cairn_table table);

#endif
