#include "node/config.h"

#include "node/file.h"
#include "schema/base/check.h"
#include "schema/code.h"
#include "schema/yaml.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONFIG_NAME           "cairn.yaml"
#define CONFIG_ARENA_BYTES    ((size_t)8 << 20) /* a node for every other byte of the longest */
#define CONFIG_SAVED_BYTES    8192u
#define CONFIG_SUBJECT_MAX    80u
#define CONFIG_PORT_MAX       65535u
#define CONFIG_SCRUB_KIB_MIN  16u
#define CONFIG_SCRUB_KIB_MAX  (1u << 20)
#define CONFIG_SCRUB_DAYS_MAX 365u
#define CONFIG_MIB            ((uint64_t)1 << 20)
#define CONFIG_FLOOR_MIB      ((uint64_t)1 << 30) /* a PiB: above it is a slip of the pen */

/* What a section reads from and writes to. */
struct config_reader {
    const struct cairn_yaml_node *root;
    struct cairn_config *config;
    struct cairn_yaml_fault *fault;
};

void cairn_config_init(struct cairn_config *config)
{
    memset(config, 0, sizeof *config);
    config->floor = cairn_diskspace_default_floor();
    config->scrub_kib_per_s = 1024;
    config->scrub_days = 7;
    config->log_level = CAIRN_LOGGER_INFO;
}

cairn_err cairn_config_guard(const struct cairn_config *config, const char *dir,
                             char out[static CAIRN_FILE_PATH_MAX])
{
    if (config->guard[0] == '/') {
        memcpy(out, config->guard, strlen(config->guard) + 1);
        return CAIRN_OK;
    }
    return cairn_file_path(dir, config->guard[0] == '\0' ? "guard" : config->guard, out);
}

bool cairn_config_is_test(const struct cairn_config *config)
{
    return strncmp(config->network, "test-", 5) == 0;
}

static void config_copy(struct cairn_bytes text, char *out)
{
    memcpy(out, text.data, text.size);
    out[text.size] = '\0';
}

static bool config_is_lower_name(struct cairn_bytes text)
{
    for (size_t at = 0; at < text.size; at++) {
        uint8_t byte = text.data[at];
        bool is_letter = byte >= 'a' && byte <= 'z';
        bool is_digit = byte >= '0' && byte <= '9';
        if (!is_letter && !is_digit && byte != '-') {
            return false;
        }
    }
    return text.size > 0;
}

/* Letters, digits, dot and hyphen; in brackets: an IPv6 address. */
static bool config_is_host(struct cairn_bytes host, bool is_bracketed)
{
    if (host.size == 0 || host.size > CAIRN_CONFIG_HOST_MAX) {
        return false;
    }
    for (size_t at = 0; at < host.size; at++) {
        uint8_t byte = host.data[at];
        bool is_digit = byte >= '0' && byte <= '9';
        bool is_hex = is_digit || (byte >= 'a' && byte <= 'f') || (byte >= 'A' && byte <= 'F');
        bool is_letter = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
        bool is_name = is_letter || is_digit || byte == '-';
        if (byte != '.' && !(is_bracketed ? is_hex || byte == ':' : is_name)) {
            return false;
        }
    }
    return true;
}

static cairn_err config_parse_port(struct cairn_bytes text, bool is_any_port, uint16_t *out)
{
    uint32_t port = 0;
    if (text.size == 0 || text.size > 5 || (text.size > 1 && text.data[0] == '0')) {
        return CAIRN_NUMBER;
    }
    for (size_t at = 0; at < text.size; at++) {
        if (text.data[at] < '0' || text.data[at] > '9') {
            return CAIRN_NUMBER;
        }
        port = port * 10u + (text.data[at] - (uint32_t)'0');
    }
    if (port > CONFIG_PORT_MAX || (port == 0 && !is_any_port)) {
        return CAIRN_NUMBER;
    }
    *out = (uint16_t)port;
    return CAIRN_OK;
}

cairn_err cairn_config_parse_endpoint(struct cairn_bytes text, bool is_any_port,
                                      struct cairn_config_endpoint *out)
{
    size_t colon = text.size;
    while (colon > 0 && text.data[colon - 1] != ':') {
        colon--;
    }
    if (colon == 0) {
        return CAIRN_YAML_VALUE;
    }
    struct cairn_bytes host = {.data = text.data, .size = colon - 1};
    struct cairn_bytes port = {.data = text.data + colon, .size = text.size - colon};
    bool is_bracketed = host.size >= 2 && host.data[0] == '[' && host.data[host.size - 1] == ']';
    if (is_bracketed) {
        host.data++;
        host.size -= 2;
    }
    if (!config_is_host(host, is_bracketed)) {
        return CAIRN_YAML_VALUE;
    }
    struct cairn_config_endpoint endpoint;
    CAIRN_TRY(config_parse_port(port, is_any_port, &endpoint.port));
    config_copy(host, endpoint.host);
    *out = endpoint;
    return CAIRN_OK;
}

static cairn_err config_need_name(const struct config_reader *reader, const char *key,
                                  size_t size_max, char *out)
{
    const struct cairn_yaml_node *node = NULL;
    struct cairn_bytes text;
    CAIRN_TRY(cairn_yaml_need(reader->root, key, &node, reader->fault));
    CAIRN_TRY(cairn_yaml_text(node, size_max, &text, reader->fault));
    if (!config_is_lower_name(text)) {
        return cairn_yaml_refuse(node, CAIRN_YAML_VALUE,
                                 "only small letters, digits and hyphens stand here",
                                 reader->fault);
    }
    config_copy(text, out);
    return CAIRN_OK;
}

static cairn_err config_read_identity(const struct config_reader *reader)
{
    struct cairn_config *config = reader->config;
    const struct cairn_yaml_node *node = NULL;
    struct cairn_bytes country;
    CAIRN_TRY(config_need_name(reader, "network", CAIRN_LIMIT_NETWORK_BYTES, config->network));
    CAIRN_TRY(config_need_name(reader, "node", CAIRN_LIMIT_NODE_NAME_BYTES, config->node));

    CAIRN_TRY(cairn_yaml_need(reader->root, "country", &node, reader->fault));
    CAIRN_TRY(cairn_yaml_text(node, 3, &country, reader->fault));
    if (!cairn_code_is_country(country, cairn_config_is_test(config))) {
        return cairn_yaml_refuse(node, CAIRN_CODE_UNKNOWN, cairn_err_text(CAIRN_CODE_UNKNOWN),
                                 reader->fault);
    }
    config_copy(country, config->country);

    return CAIRN_OK;
}

static cairn_err config_read_endpoint(const struct config_reader *reader, const char *key,
                                      struct cairn_config_endpoint *out)
{
    const struct cairn_yaml_node *node = cairn_yaml_find(reader->root, key);
    if (node == NULL) {
        return CAIRN_OK;
    }
    struct cairn_bytes text;
    CAIRN_TRY(cairn_yaml_text(node, CAIRN_CONFIG_HOST_MAX + 8u, &text, reader->fault));
    cairn_err err = cairn_config_parse_endpoint(text, true, out);
    if (err != CAIRN_OK) {
        return cairn_yaml_refuse(node, err, "expected HOST:PORT, or [IPv6]:PORT", reader->fault);
    }
    return CAIRN_OK;
}

/* A name or address as browsers send it, with or without a port. */
static bool config_is_host_header(struct cairn_bytes text)
{
    struct cairn_config_endpoint endpoint;
    if (cairn_config_parse_endpoint(text, false, &endpoint) == CAIRN_OK) {
        return true;
    }
    bool is_bracketed = text.size > 2 && text.data[0] == '[' && text.data[text.size - 1] == ']';
    if (is_bracketed) {
        text.data++;
        text.size -= 2;
    }
    return config_is_host(text, is_bracketed);
}

static cairn_err config_read_hosts(const struct config_reader *reader)
{
    struct cairn_config *config = reader->config;
    const struct cairn_yaml_node *list = cairn_yaml_find(reader->root, "hosts");
    if (list == NULL) {
        return CAIRN_OK;
    }
    CAIRN_TRY(cairn_yaml_expect(list, CAIRN_YAML_LIST, reader->fault));
    for (const struct cairn_yaml_node *node = list->first; node != NULL; node = node->next) {
        struct cairn_bytes text;
        if (config->host_count == CAIRN_CONFIG_HOSTS_MAX) {
            return cairn_yaml_refuse(node, CAIRN_YAML_LIMIT, "more than 16 hosts", reader->fault);
        }
        CAIRN_TRY(cairn_yaml_text(node, sizeof config->hosts[0] - 1, &text, reader->fault));
        if (!config_is_host_header(text)) {
            return cairn_yaml_refuse(node, CAIRN_YAML_VALUE, "expected HOST or HOST:PORT",
                                     reader->fault);
        }
        config_copy(text, config->hosts[config->host_count]);
        config->host_count++;
    }
    return CAIRN_OK;
}

static cairn_err config_read_word(const struct config_reader *reader,
                                  const struct cairn_yaml_node *map, const char *key,
                                  size_t size_max, char *out)
{
    const struct cairn_yaml_node *node = cairn_yaml_find(map, key);
    if (node == NULL) {
        return CAIRN_OK;
    }
    struct cairn_bytes text;
    CAIRN_TRY(cairn_yaml_text(node, size_max, &text, reader->fault));
    config_copy(text, out);
    return CAIRN_OK;
}

static cairn_err config_read_defaults(const struct config_reader *reader)
{
    static const char *const keys[] = {"purpose", "role", "actor", NULL};
    struct cairn_config *config = reader->config;
    const struct cairn_yaml_node *map = cairn_yaml_find(reader->root, "defaults");
    if (map == NULL) {
        return CAIRN_OK;
    }
    CAIRN_TRY(cairn_yaml_allow(map, keys, reader->fault));
    CAIRN_TRY(config_read_word(reader, map, "purpose", CAIRN_CONFIG_PURPOSE_MAX, config->purpose));
    CAIRN_TRY(config_read_word(reader, map, "role", CAIRN_CONFIG_ROLE_MAX, config->role));
    return config_read_word(reader, map, "actor", CAIRN_CONFIG_ACTOR_MAX, config->actor);
}

static cairn_err config_read_floor(const struct config_reader *reader)
{
    static const char *const keys[] = {"mib", "percent", NULL};
    const struct cairn_yaml_node *map = cairn_yaml_find(reader->root, "floor");
    if (map == NULL) {
        return CAIRN_OK;
    }
    CAIRN_TRY(cairn_yaml_allow(map, keys, reader->fault));
    const struct cairn_yaml_node *mib = cairn_yaml_find(map, "mib");
    const struct cairn_yaml_node *percent = cairn_yaml_find(map, "percent");
    uint64_t value = 0;
    if (mib != NULL) {
        CAIRN_TRY(cairn_yaml_uint(mib, CONFIG_FLOOR_MIB, &value, reader->fault));
        reader->config->floor.bytes = value * CONFIG_MIB;
    }
    if (percent != NULL) {
        CAIRN_TRY(cairn_yaml_uint(percent, CAIRN_DISKSPACE_PERCENT_MAX, &value, reader->fault));
        reader->config->floor.percent = (uint32_t)value;
    }
    return CAIRN_OK;
}

static cairn_err config_read_scrub(const struct config_reader *reader)
{
    static const char *const keys[] = {"kib_per_s", "days", NULL};
    const struct cairn_yaml_node *map = cairn_yaml_find(reader->root, "scrub");
    if (map == NULL) {
        return CAIRN_OK;
    }
    CAIRN_TRY(cairn_yaml_allow(map, keys, reader->fault));
    const struct cairn_yaml_node *rate = cairn_yaml_find(map, "kib_per_s");
    const struct cairn_yaml_node *days = cairn_yaml_find(map, "days");
    uint64_t value = 0;
    if (rate != NULL) {
        CAIRN_TRY(cairn_yaml_uint(rate, CONFIG_SCRUB_KIB_MAX, &value, reader->fault));
        if (value < CONFIG_SCRUB_KIB_MIN) {
            return cairn_yaml_refuse(rate, CAIRN_YAML_VALUE, "expected 16 or more", reader->fault);
        }
        reader->config->scrub_kib_per_s = (uint32_t)value;
    }
    if (days != NULL) {
        CAIRN_TRY(cairn_yaml_uint(days, CONFIG_SCRUB_DAYS_MAX, &value, reader->fault));
        reader->config->scrub_days = (uint32_t)value;
    }
    return CAIRN_OK;
}

static cairn_err config_read_log(const struct config_reader *reader)
{
    const struct cairn_yaml_node *node = cairn_yaml_find(reader->root, "log");
    if (node == NULL) {
        return CAIRN_OK;
    }
    struct cairn_bytes text;
    CAIRN_TRY(cairn_yaml_text(node, 8, &text, reader->fault));
    if (cairn_logger_parse_level(text, &reader->config->log_level) != CAIRN_OK) {
        return cairn_yaml_refuse(node, CAIRN_YAML_VALUE, "expected error, warn, info or debug",
                                 reader->fault);
    }
    return CAIRN_OK;
}

static cairn_err config_read_all(const struct config_reader *reader)
{
    static const char *const keys[] = {"network",  "country", "node",  "listen", "http", "hosts",
                                       "defaults", "guard",   "floor", "scrub",  "log",  NULL};
    CAIRN_TRY(cairn_yaml_allow(reader->root, keys, reader->fault));
    CAIRN_TRY(config_read_identity(reader));
    CAIRN_TRY(config_read_endpoint(reader, "listen", &reader->config->listen));
    CAIRN_TRY(config_read_endpoint(reader, "http", &reader->config->http));
    CAIRN_TRY(config_read_hosts(reader));
    CAIRN_TRY(config_read_defaults(reader));
    CAIRN_TRY(config_read_word(reader, reader->root, "guard", CAIRN_CONFIG_GUARD_MAX,
                               reader->config->guard));
    CAIRN_TRY(config_read_floor(reader));
    CAIRN_TRY(config_read_scrub(reader));
    return config_read_log(reader);
}

/* The subject is text from the file: only plain ASCII may reach a terminal. */
static void config_tell(const char *file, const struct cairn_yaml_fault *fault,
                        struct cairn_config_fault *out)
{
    char subject[CONFIG_SUBJECT_MAX + 1] = "";
    for (size_t at = 0; at < fault->subject.size && at < CONFIG_SUBJECT_MAX; at++) {
        uint8_t byte = fault->subject.data[at];
        bool is_plain = byte >= ' ' && byte <= '~';
        subject[at] = (char)(is_plain ? byte : (uint8_t)'?');
    }
    (void)snprintf(out->text, sizeof out->text, "%s:%" PRIu32 ":%" PRIu32 ": error %d %s%s%s%s",
                   file, fault->line, fault->column, (int)fault->err, fault->what,
                   subject[0] != '\0' ? " (" : "", subject, subject[0] != '\0' ? ")" : "");
}

static void config_tell_file(const char *file, cairn_err err, struct cairn_config_fault *out)
{
    (void)snprintf(out->text, sizeof out->text, "%s: error %d %s", file, (int)err,
                   cairn_err_text(err));
}

cairn_err cairn_config_parse(const char *file, struct cairn_bytes text, struct cairn_config *out,
                             struct cairn_config_fault *out_fault)
{
    void *memory = malloc(CONFIG_ARENA_BYTES);
    if (memory == NULL) {
        config_tell_file(file, CAIRN_MEMORY, out_fault);
        return CAIRN_MEMORY;
    }
    struct cairn_arena arena;
    struct cairn_config config;
    struct cairn_yaml_fault fault = {.err = CAIRN_OK, .what = ""};
    struct config_reader reader = {.config = &config, .fault = &fault};
    cairn_arena_init(&arena, memory, CONFIG_ARENA_BYTES);
    cairn_config_init(&config);
    cairn_err err = cairn_yaml_parse(text, &arena, &reader.root, &fault);
    if (err == CAIRN_OK) {
        err = config_read_all(&reader);
    }
    if (err == CAIRN_OK) {
        *out = config;
    } else if (fault.err == CAIRN_OK) {
        config_tell_file(file, err, out_fault); /* the file did not fit the arena */
    } else {
        config_tell(file, &fault, out_fault);
    }
    free(memory);
    return err;
}

cairn_err cairn_config_load(const char *dir, struct cairn_config *out,
                            struct cairn_config_fault *out_fault)
{
    char path[CAIRN_FILE_PATH_MAX];
    size_t size = 0;
    uint8_t *text = malloc(CAIRN_CONFIG_BYTES_MAX);
    cairn_err err = text == NULL ? CAIRN_MEMORY : cairn_file_path(dir, CONFIG_NAME, path);
    if (err == CAIRN_OK) {
        err = cairn_file_read(path, text, CAIRN_CONFIG_BYTES_MAX, &size);
    }
    if (err != CAIRN_OK) {
        config_tell_file(CONFIG_NAME, err, out_fault);
    } else {
        struct cairn_bytes whole = {.data = text, .size = size};
        err = cairn_config_parse(path, whole, out, out_fault);
    }
    free(text);
    return err;
}

/* Grows from front to back until the first error. */
struct config_text {
    size_t size;
    cairn_err err;
    char data[CONFIG_SAVED_BYTES];
};

static void config_put(struct config_text *text, const char *part)
{
    size_t size = strlen(part);
    if (size > sizeof text->data - text->size) {
        text->err = CAIRN_TOO_LONG;
        return;
    }
    memcpy(text->data + text->size, part, size);
    text->size += size;
}

static void config_put_quoted(struct config_text *text, const char *value)
{
    config_put(text, "\"");
    for (; *value != '\0'; value++) {
        if ((uint8_t)*value < ' ') {
            text->err = CAIRN_TEXT_FORBIDDEN; /* YAML would fold a newline into a blank */
        }
        const char escaped[] = {'\\', *value, '\0'};
        bool is_special = *value == '"' || *value == '\\';
        config_put(text, is_special ? escaped : escaped + 1);
    }
    config_put(text, "\"");
}

static void config_put_line(struct config_text *text, const char *key, const char *value)
{
    if (value[0] != '\0') {
        config_put(text, key);
        config_put(text, ": ");
        config_put_quoted(text, value);
        config_put(text, "\n");
    }
}

static void config_put_number(struct config_text *text, const char *key, uint64_t value)
{
    char digits[24];
    (void)snprintf(digits, sizeof digits, "%" PRIu64, value);
    config_put(text, key);
    config_put(text, ": ");
    config_put(text, digits);
    config_put(text, "\n");
}

static void config_put_endpoint(struct config_text *text, const char *key,
                                const struct cairn_config_endpoint *endpoint)
{
    char value[CAIRN_CONFIG_HOST_MAX + 9] = "";
    bool is_ipv6 = strchr(endpoint->host, ':') != NULL;
    if (endpoint->host[0] != '\0') {
        (void)snprintf(value, sizeof value, is_ipv6 ? "[%s]:%" PRIu16 : "%s:%" PRIu16,
                       endpoint->host, endpoint->port);
    }
    config_put_line(text, key, value);
}

static void config_put_all(struct config_text *text, const struct cairn_config *config)
{
    config_put(text, "# cairn.yaml: docs/operate.md explains every key.\n");
    config_put_line(text, "network", config->network);
    config_put_line(text, "country", config->country);
    config_put_line(text, "node", config->node);
    config_put_endpoint(text, "listen", &config->listen);
    config_put_endpoint(text, "http", &config->http);
    for (uint32_t at = 0; at < config->host_count; at++) {
        config_put(text, at == 0 ? "hosts:\n  - " : "  - ");
        config_put_quoted(text, config->hosts[at]);
        config_put(text, "\n");
    }
    if (config->purpose[0] != '\0' || config->role[0] != '\0' || config->actor[0] != '\0') {
        config_put(text, "defaults:\n");
        config_put_line(text, "  purpose", config->purpose);
        config_put_line(text, "  role", config->role);
        config_put_line(text, "  actor", config->actor);
    }
    config_put_line(text, "guard", config->guard);
    config_put(text, "floor:\n");
    config_put_number(text, "  mib", config->floor.bytes / CONFIG_MIB);
    config_put_number(text, "  percent", config->floor.percent);
    config_put(text, "scrub:\n");
    config_put_number(text, "  kib_per_s", config->scrub_kib_per_s);
    config_put_number(text, "  days", config->scrub_days);
    config_put_line(text, "log", cairn_logger_level_name(config->log_level));
}

cairn_err cairn_config_save(const char *dir, const struct cairn_config *config, bool is_replace)
{
    char path[CAIRN_FILE_PATH_MAX];
    struct config_text text = {.err = CAIRN_OK};
    struct cairn_config again;
    struct cairn_config_fault fault;
    CAIRN_TRY(cairn_file_path(dir, CONFIG_NAME, path));
    config_put_all(&text, config);
    CAIRN_TRY(text.err);
    struct cairn_bytes whole = {.data = (const uint8_t *)text.data, .size = text.size};
    CAIRN_TRY(cairn_config_parse(path, whole, &again, &fault)); /* what is saved can be loaded */
    struct cairn_file_how how = {.mode = 0644, .is_replace = is_replace};
    return cairn_file_write(path, whole, &how);
}
