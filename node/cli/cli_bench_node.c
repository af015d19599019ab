#define _XOPEN_SOURCE 700 /* nftw */
#include "node/cli/cli_bench_node.h"

#include <fcntl.h>
#include <ftw.h>
#include <netinet/in.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "node/cli/cli_client.h"
#include "node/file.h"
#include "node/notecard.h"
#include "schema/base/limits.h"

#define BENCH_NODE_TRIES   600u
#define BENCH_NODE_WAIT_NS 50000000L

extern char **environ;

static const char bench_node_policy[] =
    "policy: 1\n"
    "audiences: {all: partners}\n"
    "release: [{kinds: [alert.*], to: all}, {kinds: [case.*], to: parties}]\n"
    "accept: {default: {kinds: [alert.*, case.*]}}\n"
    "roles: {booth: [screen], bureau: [screen, alert.*, case.*]}\n";

cairn_err cairn_cli_bench_node_place(char out[static 200])
{
    const char *parent = getenv("TMPDIR");
    int size = snprintf(out, 200, "%s/cairn-bench-XXXXXX",
                        parent == NULL || parent[0] == '\0' ? "/var/tmp" : parent);
    return size > 0 && size < 200 && mkdtemp(out) != NULL ? CAIRN_OK : CAIRN_FILE;
}

static int bench_node_remove(const char *path, const struct stat *status, int type,
                             struct FTW *where)
{
    (void)status;
    (void)type;
    (void)where;
    return remove(path);
}

void cairn_cli_bench_node_clear(const char *place)
{
    (void)nftw(place, bench_node_remove, 16, FTW_DEPTH | FTW_PHYS);
}

/* A port that is free now. */
static uint16_t bench_node_port(void)
{
    struct sockaddr_in name = {.sin_family = AF_INET};
    socklen_t size = sizeof name;
    name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    bool is_bound = fd >= 0 && bind(fd, (struct sockaddr *)&name, sizeof name) == 0 &&
                    getsockname(fd, (struct sockaddr *)&name, &size) == 0;
    if (fd >= 0) {
        (void)close(fd);
    }
    return is_bound ? ntohs(name.sin_port) : 0;
}

/* Run our own program; its output goes to DIR.log. gives: 0 when it cannot be started */
static pid_t bench_node_spawn(const struct cairn_cli_bench_node *node, char *const *argv)
{
    posix_spawn_file_actions_t actions;
    char log[300];
    pid_t pid = 0;
    snprintf(log, sizeof log, "%s.log", node->dir);
    if (posix_spawn_file_actions_init(&actions) != 0) {
        return 0;
    }
    bool is_set = posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_APPEND,
                                                   0600) == 0 &&
                  posix_spawn_file_actions_adddup2(&actions, 1, 2) == 0;
    if (!is_set || posix_spawn(&pid, "/proc/self/exe", &actions, NULL, argv, environ) != 0) {
        pid = 0;
    }
    posix_spawn_file_actions_destroy(&actions);
    return pid;
}

static cairn_err bench_node_init(const struct cairn_cli_bench_node *node)
{
    char dir[256];
    char country[4];
    char listen[32];
    int status = 0;
    snprintf(dir, sizeof dir, "%s", node->dir);
    snprintf(country, sizeof country, "%s", node->country);
    snprintf(listen, sizeof listen, "127.0.0.1:%u", bench_node_port());
    char words[9][16] = {"cairn",   "init",      "--dir",      "--country", "--node",
                         "bench-1", "--network", "test-bench", "--listen"};
    char *argv[] = {words[0], words[1], words[2], dir,      words[3], country, words[4],
                    words[5], words[6], words[7], words[8], listen,   NULL};
    pid_t pid = bench_node_spawn(node, argv);
    if (pid == 0 || waitpid(pid, &status, 0) != pid) {
        return CAIRN_FILE;
    }
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? CAIRN_OK : CAIRN_FILE;
}

static void bench_node_wait(void)
{
    const struct timespec pause = {.tv_nsec = BENCH_NODE_WAIT_NS};
    (void)nanosleep(&pause, NULL);
}

static cairn_err bench_node_run(struct cairn_cli_bench_node *node)
{
    char dir[256];
    cairn_err err = CAIRN_NO_DAEMON;
    snprintf(dir, sizeof dir, "%s", node->dir);
    char words[3][8] = {"cairn", "run", "--dir"};
    char *argv[] = {words[0], words[1], words[2], dir, NULL};
    node->pid = bench_node_spawn(node, argv);
    for (uint32_t tries = 0; node->pid != 0 && tries < BENCH_NODE_TRIES && err != CAIRN_OK;
         tries++) {
        bench_node_wait();
        err = cairn_cli_bench_node_ask(node, "GET", "/healthz", NULL, NULL);
    }
    return err;
}

cairn_err cairn_cli_bench_node_start(struct cairn_cli_bench_node *node, const char *place,
                                     const char *country, bool is_running)
{
    memset(node, 0, sizeof *node);
    snprintf(node->country, sizeof node->country, "%s", country);
    snprintf(node->dir, sizeof node->dir, "%.190s/%s", place, country);
    snprintf(node->note, sizeof node->note, "%s/documents/own.note", node->dir);
    CAIRN_TRY(bench_node_init(node));
    return is_running ? bench_node_run(node) : CAIRN_OK;
}

void cairn_cli_bench_node_stop(struct cairn_cli_bench_node *node)
{
    if (node->pid > 0) {
        int status = 0;
        (void)kill(node->pid, SIGTERM);
        (void)waitpid(node->pid, &status, 0);
        node->pid = 0;
    }
}

static cairn_err bench_node_judge(const struct cairn_cli_response *response, json_t **out)
{
    json_t *body = NULL;
    cairn_err err = CAIRN_OK;
    if (response->body_size > 0) {
        CAIRN_TRY(cairn_cli_client_json(response, &body));
    }
    if (response->status >= 300) {
        int code = (int)json_integer_value(json_object_get(body, "code"));
        err = code == 0 ? CAIRN_HTTP : (cairn_err)code;
    }
    if (err == CAIRN_OK && out != NULL) {
        *out = body;
    } else {
        json_decref(body);
    }
    return err;
}

cairn_err cairn_cli_bench_node_ask(const struct cairn_cli_bench_node *node, const char *method,
                                   const char *target, json_t *body, json_t **out)
{
    struct cairn_cli_response response;
    char *text = body == NULL ? NULL : json_dumps(body, JSON_COMPACT);
    json_decref(body);
    struct cairn_cli_request request = {
        .method = method, .target = target, .body = cairn_bytes_of(text == NULL ? "" : text)};
    cairn_err err = cairn_cli_client_call(node->dir, &request, &response);
    if (err == CAIRN_OK) {
        err = bench_node_judge(&response, out);
    }
    cairn_cli_client_clear(&response);
    free(text);
    return err;
}

cairn_err cairn_cli_bench_node_screen(const struct cairn_cli_bench_node *node, const char *issuer,
                                      const char *number, bool *out_is_found)
{
    struct cairn_cli_response response;
    json_t *answer = NULL;
    json_t *body = json_pack("{s:s, s:{s:s, s:s}}", "purpose", "bench", "document", "issuer",
                             issuer, "number", number);
    char *text = json_dumps(body, JSON_COMPACT);
    json_decref(body);
    struct cairn_cli_request request = {.method = "POST",
                                        .target = "/v1/screen",
                                        .role = "booth",
                                        .actor = "bench",
                                        .body = cairn_bytes_of(text == NULL ? "" : text)};
    cairn_err err = cairn_cli_client_call(node->dir, &request, &response);
    if (err == CAIRN_OK) {
        err = bench_node_judge(&response, &answer);
    }
    *out_is_found = json_integer_value(json_object_get(answer, "found")) > 0;
    json_decref(answer);
    cairn_cli_client_clear(&response);
    free(text);
    return err;
}

cairn_err cairn_cli_bench_node_introduce(const struct cairn_cli_bench_node *node,
                                         const struct cairn_cli_bench_node *other)
{
    struct cairn_notecard card;
    uint8_t note[4096];
    size_t size = 0;
    CAIRN_TRY(cairn_file_read(other->note, note, sizeof note - 1, &size));
    note[size] = '\0';
    CAIRN_TRY(cairn_notecard_read((struct cairn_bytes){note, size}, &card));
    json_t *body =
        json_pack("{s:s, s:s}", "note", (const char *)note, "fingerprint", card.fingerprint);
    return cairn_cli_bench_node_ask(node, "POST", "/v1/partners", body, NULL);
}

cairn_err cairn_cli_bench_node_open_policy(const struct cairn_cli_bench_node *node)
{
    struct cairn_cli_response response;
    struct cairn_cli_request request = {.method = "POST",
                                        .target = "/v1/policy",
                                        .content_type = "application/yaml",
                                        .body = cairn_bytes_of(bench_node_policy)};
    cairn_err err = cairn_cli_client_call(node->dir, &request, &response);
    if (err == CAIRN_OK) {
        err = bench_node_judge(&response, NULL);
    }
    cairn_cli_client_clear(&response);
    return err;
}
