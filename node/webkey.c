#include "node/webkey.h"

#include <stdlib.h>
#include <string.h>

#include "crypto/secret.h"
#include "node/file.h"

/* "node.example:7480" without its port, "[::1]:7480" without brackets too. */
static void webkey_name(const char *host, char *out, size_t capacity)
{
    bool is_six = host[0] == '[';
    const char *begin = is_six ? host + 1 : host;
    size_t size = strcspn(begin, is_six ? "]" : ":");
    size = size < capacity - 1 ? size : capacity - 1;
    memcpy(out, begin, size);
    out[size] = '\0';
}

static cairn_err webkey_make(const struct cairn_config *config, struct cairn_tls_identity **out)
{
    char storage[CAIRN_CONFIG_HOSTS_MAX][CAIRN_CONFIG_HOST_MAX + 7];
    const char *list[CAIRN_CONFIG_HOSTS_MAX + 3];
    char common[65];
    struct cairn_tls_names names = {.names = list};
    for (uint32_t at = 0; at < config->host_count; at++) {
        webkey_name(config->hosts[at], storage[at], sizeof storage[at]);
        list[names.count++] = storage[at];
    }
    list[names.count++] = config->http.host;
    list[names.count++] = "localhost";
    size_t size = strlen(config->node) < 64 ? strlen(config->node) : 64;
    memcpy(common, config->node, size);
    common[size] = '\0';
    names.common = common;
    return cairn_tls_identity_make_web(&names, out);
}

static cairn_err webkey_save(const char *path, const struct cairn_tls_identity *identity)
{
    const struct cairn_file_how how = {.mode = 0600, .is_replace = false};
    size_t certificate_size = 0;
    size_t key_size = 0;
    uint8_t *text = malloc(CAIRN_WEBKEY_BYTES_MAX);
    if (text == NULL) {
        return CAIRN_MEMORY;
    }
    cairn_err err = cairn_tls_identity_write_certificate(identity, text, CAIRN_WEBKEY_BYTES_MAX,
                                                         &certificate_size);
    if (err == CAIRN_OK) {
        err = cairn_tls_identity_write_key(identity, text + certificate_size,
                                           CAIRN_WEBKEY_BYTES_MAX - certificate_size, &key_size);
    }
    if (err == CAIRN_OK) {
        err = cairn_file_write(path, (struct cairn_bytes){text, certificate_size + key_size}, &how);
    }
    cairn_secret_wipe(text, CAIRN_WEBKEY_BYTES_MAX);
    free(text);
    return err;
}

static cairn_err webkey_load(const char *path, struct cairn_tls_identity **out)
{
    size_t size = 0;
    uint8_t *text = malloc(CAIRN_WEBKEY_BYTES_MAX);
    if (text == NULL) {
        return CAIRN_MEMORY;
    }
    cairn_err err = cairn_file_read_secret(path, text, CAIRN_WEBKEY_BYTES_MAX, &size);
    if (err == CAIRN_OK) {
        const struct cairn_bytes pem = {text, size};
        err = cairn_tls_identity_read(pem, pem, out);
    }
    cairn_secret_wipe(text, CAIRN_WEBKEY_BYTES_MAX);
    free(text);
    return err;
}

cairn_err cairn_webkey_open(const char *dir, const struct cairn_config *config,
                            struct cairn_tls_identity **out)
{
    char path[CAIRN_FILE_PATH_MAX];
    CAIRN_TRY(cairn_file_path(dir, "keys/web.pem", path));
    if (cairn_file_is_there(path)) {
        return webkey_load(path, out);
    }
    CAIRN_TRY(webkey_make(config, out));
    cairn_err err = webkey_save(path, *out);
    if (err != CAIRN_OK) {
        cairn_tls_identity_close(*out);
        *out = NULL;
    }
    return err;
}
