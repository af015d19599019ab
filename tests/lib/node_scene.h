/* Whole nodes in one process, on one loop, with real disks and sockets on loopback. */
#ifndef CAIRN_TESTS_LIB_NODE_SCENE_H
#define CAIRN_TESTS_LIB_NODE_SCENE_H

#include "node/driver.h"
#include "tests/lib/tempdir.h"

#define NODE_SCENE_MAX 3u

struct node_scene_node {
    char dir[TEST_PATH_MAX];
    struct cairn_config config;
    struct cairn_driver *driver; /* NULL while it is down */
    uint64_t folded_count;       /* commits, told by the watch */
    cairn_err lost;              /* told by the watch */
    uint8_t note[8192];
    size_t note_size;
};

struct node_scene {
    uv_loop_t loop;
    uint32_t count;
    struct node_scene_node nodes[NODE_SCENE_MAX]; /* AUT, GEO, MDA */
    char root[TEST_PATH_MAX];
};

/* What one command came to. */
struct node_scene_answer {
    bool is_done;
    struct cairn_driver_answer answer;
    const char *word; /* of an APPEND */
};

/* Make and open `count` nodes that do not know each other. */
void node_scene_open(struct node_scene *scene, uint32_t count);
void node_scene_close(struct node_scene *scene);

void node_scene_stop(struct node_scene *scene, uint32_t node);
cairn_err node_scene_start(struct node_scene *scene, uint32_t node);

/* Every node recognises every other one. */
void node_scene_meet_all(struct node_scene *scene);

/* Run the loop until the condition holds; fails the test after 20 s. */
void node_scene_until(struct node_scene *scene, bool (*is_true)(struct node_scene *scene));
/* Run it for so long. */
void node_scene_run_ms(struct node_scene *scene, uint64_t ms);

/* Post a command and run the loop until its answer has come. */
struct cairn_driver_answer node_scene_ask(struct node_scene *scene, uint32_t node,
                                          const struct cairn_driver_command *command);

/* An alert.withdraw with this word as its purpose, into a feed. */
struct cairn_driver_command node_scene_append(const uint8_t feed[static 16]);
struct cairn_driver_answer node_scene_say(struct node_scene *scene, uint32_t node,
                                          const uint8_t feed[static 16], const char *word);
/* The encode of such a command; host is a struct node_scene_answer. */
cairn_err node_scene_encode(void *host, uint64_t hlc, uint8_t *buffer, size_t *out_size);
void node_scene_done(void *host, const struct cairn_driver_answer *answer);

/* Number of commits that a node has of a feed; 0 when it does not know it. */
uint64_t node_scene_commits(const struct node_scene *scene, uint32_t node,
                            const uint8_t feed[static 16]);
bool node_scene_is_linked(const struct node_scene *scene, uint32_t node, uint32_t other);

#endif
