#define _POSIX_C_SOURCE 200809L

#include "tests/lib/node_scene.h"

#include "node/clock.h"
#include "node/entropy.h"
#include "node/file.h"
#include "node/init.h"
#include "schema/operation.h"
#include "tests/lib/test.h"

#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SCENE_WAIT_MS 20000u

static const char *const scene_countries[NODE_SCENE_MAX] = {"AUT", "GEO", "MDA"};

/* A port that was free a moment ago; below those that the kernel gives to outgoing connections, so
 * that a node that is down does not lose it to somebody's dialling. */
static uint16_t scene_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    uint8_t port[2];
    int taken = -1;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    while (taken != 0) {
        int fd = socket(AF_INET, SOCK_STREAM, 0);
        assert_true(fd >= 0);
        cairn_entropy_fill(port, sizeof port);
        cairn_bytes_put_u16(port, (uint16_t)(15000 + cairn_bytes_get_u16(port) % 17000));
        memcpy(&address.sin_port, port, 2);
        taken = bind(fd, (struct sockaddr *)&address, sizeof address);
        close(fd);
    }
    return cairn_bytes_get_u16(port);
}

static void scene_init_node(struct node_scene *scene, uint32_t number)
{
    struct node_scene_node *node = &scene->nodes[number];
    char endpoint[64];
    char path[CAIRN_FILE_PATH_MAX];
    test_tempdir_path(scene->root, scene_countries[number], node->dir);
    cairn_config_init(&node->config);
    memcpy(node->config.network, "test-node", 10);
    memcpy(node->config.country, scene_countries[number], 4);
    memcpy(node->config.node, "one", 4);
    memcpy(node->config.listen.host, "127.0.0.1", 10);
    node->config.listen.port = scene_port();
    node->config.floor = (struct cairn_diskspace_floor){.bytes = 0};
    node->config.log_level = CAIRN_LOGGER_ERROR;
    (void)snprintf(endpoint, sizeof endpoint, "127.0.0.1:%u", node->config.listen.port);
    struct cairn_init_options options = {.dir = node->dir,
                                         .config = &node->config,
                                         .endpoint = endpoint,
                                         .now_ms = cairn_clock_wall_ms()};
    assert_err(cairn_init(&options), CAIRN_OK);
    assert_err(cairn_file_path(node->dir, "documents/own.note", path), CAIRN_OK);
    assert_err(cairn_file_read(path, node->note, sizeof node->note, &node->note_size), CAIRN_OK);
}

static void scene_on_folded(void *host, const uint8_t feed[static 16], uint64_t commit_number)
{
    struct node_scene_node *node = host;
    (void)feed;
    (void)commit_number;
    node->folded_count++;
}

static void scene_on_lost(void *host, cairn_err err)
{
    struct node_scene_node *node = host;
    node->lost = err;
}

cairn_err node_scene_start(struct node_scene *scene, uint32_t number)
{
    struct node_scene_node *node = &scene->nodes[number];
    struct cairn_driver_watch watch = {
        .on_folded = scene_on_folded, .on_lost = scene_on_lost, .host = node};
    struct cairn_driver_options options = {
        .loop = &scene->loop, .dir = node->dir, .config = &node->config};
    cairn_err err = cairn_driver_open(&options, &node->driver);
    if (err == CAIRN_OK) {
        cairn_driver_watch(node->driver, &watch);
    }
    return err;
}

void node_scene_open(struct node_scene *scene, uint32_t count)
{
    memset(scene, 0, sizeof *scene);
    test_tempdir_open(scene->root);
    scene->count = count;
    cairn_logger_set_level(CAIRN_LOGGER_ERROR);
    assert_int_equal(uv_loop_init(&scene->loop), 0);
    for (uint32_t i = 0; i < count; i++) {
        scene_init_node(scene, i);
        assert_err(node_scene_start(scene, i), CAIRN_OK);
    }
}

static void scene_on_closed(void *host)
{
    struct node_scene_node *node = host;
    node->driver = NULL;
}

void node_scene_stop(struct node_scene *scene, uint32_t number)
{
    struct node_scene_node *node = &scene->nodes[number];
    cairn_driver_close(node->driver, scene_on_closed, node);
    while (node->driver != NULL) {
        (void)uv_run(&scene->loop, UV_RUN_ONCE);
    }
}

void node_scene_close(struct node_scene *scene)
{
    for (uint32_t i = 0; i < scene->count; i++) {
        if (scene->nodes[i].driver != NULL) {
            node_scene_stop(scene, i);
        }
    }
    assert_int_equal(uv_run(&scene->loop, UV_RUN_DEFAULT), 0);
    assert_int_equal(uv_loop_close(&scene->loop), 0);
    test_tempdir_close(scene->root);
}

void node_scene_run_ms(struct node_scene *scene, uint64_t ms)
{
    uint64_t end_ms = cairn_clock_mono_ms() + ms;
    while (cairn_clock_mono_ms() < end_ms) {
        (void)uv_run(&scene->loop, UV_RUN_ONCE);
    }
}

void node_scene_until(struct node_scene *scene, bool (*is_true)(struct node_scene *scene))
{
    uint64_t end_ms = cairn_clock_mono_ms() + SCENE_WAIT_MS;
    while (!is_true(scene)) {
        if (cairn_clock_mono_ms() > end_ms) {
            fail_msg("%s", "waited too long");
        }
        (void)uv_run(&scene->loop, UV_RUN_ONCE);
    }
}

void node_scene_done(void *host, const struct cairn_driver_answer *answer)
{
    struct node_scene_answer *out = host;
    assert_false(out->is_done);
    out->is_done = true;
    out->answer = *answer;
}

static struct cairn_driver_answer scene_wait(struct node_scene *scene, uint32_t node,
                                             const struct cairn_driver_command *command,
                                             struct node_scene_answer *out)
{
    uint64_t end_ms = cairn_clock_mono_ms() + SCENE_WAIT_MS;
    cairn_err err = cairn_driver_command(scene->nodes[node].driver, command, node_scene_done, out);
    if (err != CAIRN_OK) {
        return (struct cairn_driver_answer){.err = err};
    }
    assert_false(out->is_done);
    while (!out->is_done) {
        if (cairn_clock_mono_ms() > end_ms) {
            fail_msg("%s", "no answer");
        }
        (void)uv_run(&scene->loop, UV_RUN_ONCE);
    }
    return out->answer;
}

struct cairn_driver_answer node_scene_ask(struct node_scene *scene, uint32_t node,
                                          const struct cairn_driver_command *command)
{
    struct node_scene_answer out = {.is_done = false};
    return scene_wait(scene, node, command, &out);
}

void node_scene_meet_all(struct node_scene *scene)
{
    for (uint32_t a = 0; a < scene->count; a++) {
        for (uint32_t b = 0; b < scene->count; b++) {
            struct cairn_driver_command command = {.type = CAIRN_DRIVER_DOCUMENT};
            command.as.note = (struct cairn_bytes){.data = scene->nodes[b].note,
                                                   .size = scene->nodes[b].note_size};
            if (a != b) {
                assert_err(node_scene_ask(scene, a, &command).err, CAIRN_OK);
            }
        }
    }
}

cairn_err node_scene_encode(void *host, uint64_t hlc, uint8_t *buffer, size_t *out_size)
{
    const struct node_scene_answer *said = host;
    struct cairn_operation operation = {
        .kind = CAIRN_KIND_ALERT_WITHDRAW,
        .has_object = true,
        .hlc = hlc,
        .purpose = cairn_bytes_of(said->word),
        .actor_count = 1,
        .actors = {cairn_bytes_of("test")},
        .role = cairn_bytes_of("bureau"),
        .body = {.data = (const uint8_t *)"\x80", .size = 1},
    };
    struct cairn_bytes encoded;
    uint8_t random[CAIRN_ID_RANDOM_BYTES];
    cairn_entropy_fill(random, sizeof random);
    cairn_id_make(cairn_bytes_of("AUT"), random, &operation.object);
    CAIRN_TRY(cairn_operation_encode(&operation, buffer, 1024, &encoded));
    *out_size = encoded.size;
    return CAIRN_OK;
}

struct cairn_driver_command node_scene_append(const uint8_t feed[static 16])
{
    struct cairn_driver_command command = {.type = CAIRN_DRIVER_APPEND};
    memcpy(command.as.append.feed, feed, 16);
    command.as.append.operation_max_bytes = 1024;
    command.as.append.encode = node_scene_encode;
    return command;
}

struct cairn_driver_answer node_scene_say(struct node_scene *scene, uint32_t node,
                                          const uint8_t feed[static 16], const char *word)
{
    struct node_scene_answer out = {.word = word};
    struct cairn_driver_command command = node_scene_append(feed);
    return scene_wait(scene, node, &command, &out);
}

uint64_t node_scene_commits(const struct node_scene *scene, uint32_t node,
                            const uint8_t feed[static 16])
{
    const struct cairn_core *core = cairn_driver_core(scene->nodes[node].driver);
    struct cairn_core_feed found;
    uint32_t number;
    if (!cairn_core_feed_find(core, feed, &number)) {
        return 0;
    }
    cairn_core_feed(core, number, &found);
    return found.commits;
}

bool node_scene_is_linked(const struct node_scene *scene, uint32_t node, uint32_t other)
{
    const struct cairn_core *core = cairn_driver_core(scene->nodes[node].driver);
    for (uint32_t i = 1; i < cairn_core_peer_count(core); i++) {
        struct cairn_core_peer peer;
        cairn_core_peer(core, i, &peer);
        if (peer.is_linked && strcmp(peer.country, scene_countries[other]) == 0) {
            return true;
        }
    }
    return false;
}
