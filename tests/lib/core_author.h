/* A country that writes its journal by hand: every leaf, commit and frame can be right or wrong.
 * The peer of the one core that test_core and fuzz_core drive. Keys are those of the fake suite.
 *
 *     feed --author_add--> entries --author_commit--> leaf in the journal, commit as bytes
 *     author_note, author_hello, author_offer, author_range, ... --> messages to frame */
#ifndef CAIRN_TESTS_LIB_CORE_AUTHOR_H
#define CAIRN_TESTS_LIB_CORE_AUTHOR_H

#include "crypto/merkle.h"
#include "crypto/note.h"
#include "crypto/suite.h"
#include "replication/log/feed.h"
#include "schema/country.h"
#include "schema/feedop.h"
#include "schema/wire.h"

#define AUTHOR_LEAVES  12288u
#define AUTHOR_COMMITS 96u
#define AUTHOR_BYTES   (1u << 20)

/* One feed that the author writes. */
struct author_feed {
    struct cairn_feed feed; /* keys, range, numbers: as the author's own core would hold it */
    uint8_t *bytes;         /* commits, one behind the other */
    size_t size;
    size_t commit_at[AUTHOR_COMMITS + 1];
    uint32_t commit_count;
    struct cairn_commit_writer writer; /* of the commit that is being made */
    bool is_writing;
    struct cairn_bytes record; /* feed.open, of an audience feed */
    uint8_t record_bytes[4096];
};

struct author {
    const struct cairn_suite *suite;
    char country[4];
    char origin[CAIRN_LIMIT_ORIGIN_BYTES + 1];
    uint8_t root_seed[32], next_root_seed[32], log_seed[32], witness_seed[32], spki_hash[32];
    uint8_t sealing_secret[32];     /* the one to seal to */
    uint8_t sealing_retired[7][32]; /* those before it */
    uint32_t sealing_retired_count;
    uint32_t lost_count; /* of these, from the first on: its documents call them lost */
    uint64_t serial;
    uint64_t incarnation; /* of the node in its documents, 1 at first; all else is of the first */
    char endpoint[CAIRN_COUNTRY_ENDPOINT_BYTES + 1]; /* in its documents; "" for none */
    bool is_ended; /* its documents end this origin, and list the next incarnation instead */
    uint64_t ended_size;
    uint8_t ended_root[32];
    uint8_t note[4096];
    size_t note_size;
    uint8_t leaves[AUTHOR_LEAVES][CAIRN_LEAF_BYTES];
    struct cairn_merkle_range journal;
    uint8_t checkpoint[1024]; /* of the journal as it stands */
    size_t checkpoint_size;
    struct author_feed control;
    struct author_feed pairwise; /* to the country of the core */
    uint64_t fresh;              /* counts what should be random */
    uint64_t now_ms;
};

void author_open(struct author *author, const struct cairn_suite *suite, const char *country);
void author_close(struct author *author);

/* The next serial of its country document, in author->note. */
void author_document(struct author *author);

/* ... signed by the root key that the one before it announced; another one is announced. */
void author_rotate_root(struct author *author);

/* ... which ends the origin: the first `size` leaves count. */
void author_end(struct author *author, uint64_t size);

/* Another sealing key; its next document names it. */
void author_rotate_sealing(struct author *author);

/* All its sealing keys, ascending. gives how many */
uint32_t author_sealing(const struct author *author, uint8_t (*out)[32]);

/* Its pairwise feed to a country with this sealing key. */
void author_pair(struct author *author, const char *partner, const uint8_t sealing[static 32]);

/* An audience feed for these members, ascending; entry 0 is written, not yet committed. */
struct author_member {
    const char *country;
    uint8_t sealing[32];
};
void author_feed_open(struct author *author, struct author_feed *feed,
                      const struct author_member *members, uint32_t count);
void author_feed_close(struct author_feed *feed);

/* Write an entry into the next commit. */
void author_add(struct author *author, struct author_feed *feed, struct cairn_bytes operation,
                bool is_clear);
/* ... or any body, as it is. */
void author_add_body(struct author_feed *feed, struct cairn_bytes body, bool is_clear);
void author_add_op(struct author *author, struct author_feed *feed, const struct cairn_feedop *op,
                   bool is_clear);
void author_add_mark(struct author *author, uint64_t time_ms);
void author_add_word(struct author *author, struct author_feed *feed, const char *word);

/* Commit what was written: one more leaf. out_opening may be NULL. */
void author_commit(struct author *author, struct author_feed *feed,
                   struct cairn_opening *out_opening);
/* The leaf of an opening, as the keys of the feed give it. */
void author_leaf(const struct author *author, const struct author_feed *feed,
                 const struct cairn_opening *opening, uint8_t out[static CAIRN_LEAF_BYTES]);
/* Any 48 bytes. */
void author_put_leaf(struct author *author, const uint8_t leaf[static CAIRN_LEAF_BYTES]);
struct cairn_bytes author_commit_bytes(const struct author_feed *feed, uint32_t number);

/* Sign the journal as it stands, or any size and root. */
void author_sign(struct author *author);
void author_sign_as(struct author *author, uint64_t size, const uint8_t root[static 32]);

/* Messages. They borrow from the author. */
struct cairn_message author_hello(const struct author *author);
struct cairn_bytes author_checkpoint(const struct author *author); /* as it was signed last */
struct cairn_message author_range(const struct author *author, uint64_t from, uint64_t to,
                                  bool has_checkpoint);
struct cairn_message author_entries(const struct author_feed *feed, uint32_t number);
struct cairn_message author_record(const struct author *author, const struct author_feed *feed);
/* A line of its witness key under a checkpoint of somebody else's. */
size_t author_cosign(const struct author *author, struct cairn_bytes note, uint8_t *out,
                     size_t capacity);

#endif
