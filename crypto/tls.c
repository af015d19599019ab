#include "crypto/tls.h"

#include <string.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "schema/base/check.h"

#define TLS_RECORD_BYTES       16384u
#define TLS_CERTIFICATES_BYTES (32 << 10)   /* what a peer may send as its chain */
#define TLS_ANSWERS_BYTES      (128u << 10) /* what OpenSSL may queue by itself beyond writes */

struct cairn_tls_context {
    SSL_CTX *ssl;
    enum cairn_tls_mode mode;
    bool (*is_known)(void *host, const uint8_t spki_hash[static 32]);
    void *host;
};

struct cairn_tls {
    const struct cairn_tls_context *context;
    SSL *ssl;
    BIO *in;  /* ciphertext from the socket; owned by ssl */
    BIO *out; /* ciphertext for the socket; owned by ssl */
    enum cairn_tls_state state;
    cairn_err fault; /* why the state is FAILED, else CAIRN_OK */
    bool is_finished;
    bool has_peer;
    uint8_t peer[32];
};

/* --- settings --- */

/* Stands in for the whole chain check: only the pin counts. */
static int tls_judge(X509_STORE_CTX *store, void *data)
{
    const struct cairn_tls_context *context = data;
    SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
    struct cairn_tls *tls = SSL_get_app_data(ssl);
    const X509 *certificate = X509_STORE_CTX_get0_cert(store);
    uint8_t hash[32];
    if (certificate != NULL && cairn_tls_identity_hash(certificate, hash) &&
        context->is_known(context->host, hash)) {
        X509_STORE_CTX_set_error(store, X509_V_OK);
        return 1;
    }
    X509_STORE_CTX_set_error(store, X509_V_ERR_APPLICATION_VERIFICATION);
    tls->fault = CAIRN_PEER_UNKNOWN;
    return 0;
}

static bool tls_set_peer_mode(SSL_CTX *ssl)
{
    return SSL_CTX_set_min_proto_version(ssl, TLS1_3_VERSION) == 1 &&
           SSL_CTX_set_max_proto_version(ssl, TLS1_3_VERSION) == 1 &&
           SSL_CTX_set_ciphersuites(ssl, "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256") ==
               1 &&
           SSL_CTX_set1_groups_list(ssl, "X25519") == 1 &&
           SSL_CTX_set1_sigalgs_list(ssl, "ed25519") == 1;
}

static bool tls_set_web_mode(SSL_CTX *ssl)
{
    return SSL_CTX_set_min_proto_version(ssl, TLS1_2_VERSION) == 1 &&
           SSL_CTX_set_max_proto_version(ssl, TLS1_3_VERSION) == 1 &&
           SSL_CTX_set_cipher_list(ssl, "ECDHE+AESGCM:ECDHE+CHACHA20") == 1;
}

static bool tls_set_up(struct cairn_tls_context *context, const struct cairn_tls_identity *identity)
{
    SSL_CTX *ssl = context->ssl;
    SSL_CTX_set_options(ssl, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                 SSL_OP_CIPHER_SERVER_PREFERENCE);
    SSL_CTX_set_mode(ssl, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                              SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_session_cache_mode(ssl, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_max_cert_list(ssl, TLS_CERTIFICATES_BYTES);
    if (context->is_known != NULL) {
        int must = context->mode == CAIRN_TLS_PEER ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0;
        SSL_CTX_set_verify(ssl, SSL_VERIFY_PEER | must, NULL);
        SSL_CTX_set_cert_verify_callback(ssl, tls_judge, context);
    }
    bool is_set =
        SSL_CTX_set_num_tickets(ssl, 0) == 1 &&
        (context->mode == CAIRN_TLS_PEER ? tls_set_peer_mode(ssl) : tls_set_web_mode(ssl));
    return is_set && (identity == NULL || cairn_tls_identity_use(identity, ssl));
}

cairn_err cairn_tls_context_open(const struct cairn_tls_config *config,
                                 struct cairn_tls_context **out)
{
    bool is_peer = config->mode == CAIRN_TLS_PEER;
    CAIRN_REQUIRE(!is_peer || config->is_known != NULL);
    CAIRN_REQUIRE(!is_peer || config->identity != NULL);
    struct cairn_tls_context *context = OPENSSL_zalloc(sizeof *context);
    if (context == NULL) {
        return CAIRN_TLS;
    }
    context->mode = config->mode;
    context->is_known = config->is_known;
    context->host = config->host;
    context->ssl = SSL_CTX_new(TLS_method());
    if (context->ssl == NULL || !tls_set_up(context, config->identity)) {
        ERR_clear_error();
        cairn_tls_context_close(context);
        return CAIRN_TLS;
    }
    *out = context;
    return CAIRN_OK;
}

void cairn_tls_context_close(struct cairn_tls_context *context)
{
    if (context != NULL) {
        SSL_CTX_free(context->ssl);
        OPENSSL_free(context);
    }
}

/* --- one connection --- */

static void tls_check(const struct cairn_tls *tls)
{
    CAIRN_REQUIRE((tls->state == CAIRN_TLS_FAILED) == (tls->fault != CAIRN_OK));
    CAIRN_REQUIRE(!tls->has_peer || tls->state != CAIRN_TLS_HANDSHAKE);
}

static cairn_err tls_fail(struct cairn_tls *tls, cairn_err fault)
{
    ERR_clear_error();
    tls->state = CAIRN_TLS_FAILED;
    tls->fault = tls->fault != CAIRN_OK ? tls->fault : fault;
    return tls->fault;
}

/* Read what an SSL call that did not succeed meant. */
static cairn_err tls_settle(struct cairn_tls *tls, int result)
{
    int reason = SSL_get_error(tls->ssl, result);
    if (reason == SSL_ERROR_ZERO_RETURN) {
        tls->state = CAIRN_TLS_CLOSED;
        return CAIRN_OK;
    }
    bool is_waiting = reason == SSL_ERROR_WANT_READ && tls->fault == CAIRN_OK;
    bool is_flooded = BIO_ctrl_pending(tls->out) > CAIRN_TLS_OUT_MAX + TLS_ANSWERS_BYTES;
    return is_waiting && !is_flooded ? CAIRN_OK : tls_fail(tls, CAIRN_TLS);
}

/* Judge the pin again: a callback that OpenSSL skipped must not let anybody in. */
static cairn_err tls_admit(struct cairn_tls *tls)
{
    if (SSL_session_reused(tls->ssl) != 0) {
        return tls_fail(tls, CAIRN_TLS);
    }
    X509 *certificate = SSL_get0_peer_certificate(tls->ssl);
    bool is_hashed = certificate != NULL && cairn_tls_identity_hash(certificate, tls->peer);
    bool may_be_nobody = tls->context->mode == CAIRN_TLS_WEB && SSL_is_server(tls->ssl) != 0;
    if (!is_hashed && (certificate != NULL || !may_be_nobody)) {
        return tls_fail(tls, CAIRN_TLS);
    }
    if (is_hashed && !tls->context->is_known(tls->context->host, tls->peer)) {
        return tls_fail(tls, CAIRN_PEER_UNKNOWN);
    }
    tls->has_peer = is_hashed;
    tls->state = CAIRN_TLS_UP;
    return CAIRN_OK;
}

static cairn_err tls_shake(struct cairn_tls *tls)
{
    ERR_clear_error();
    int result = SSL_do_handshake(tls->ssl);
    return result == 1 ? tls_admit(tls) : tls_settle(tls, result);
}

cairn_err cairn_tls_open(struct cairn_tls_context *context, enum cairn_tls_role role,
                         struct cairn_tls **out)
{
    CAIRN_REQUIRE(role == CAIRN_TLS_SERVER || context->is_known != NULL);
    struct cairn_tls *tls = OPENSSL_zalloc(sizeof *tls);
    if (tls == NULL) {
        return CAIRN_TLS;
    }
    tls->context = context;
    tls->ssl = SSL_new(context->ssl);
    tls->in = BIO_new(BIO_s_mem());
    tls->out = BIO_new(BIO_s_mem());
    bool is_ready = tls->ssl != NULL && tls->in != NULL && tls->out != NULL &&
                    SSL_set_app_data(tls->ssl, tls) == 1;
    if (!is_ready) {
        BIO_free(tls->in);
        BIO_free(tls->out);
        cairn_tls_close(tls);
        return CAIRN_TLS;
    }
    SSL_set_bio(tls->ssl, tls->in, tls->out);
    if (role == CAIRN_TLS_SERVER) {
        SSL_set_accept_state(tls->ssl);
        *out = tls;
        return CAIRN_OK;
    }
    SSL_set_connect_state(tls->ssl);
    cairn_err err = tls_shake(tls);
    if (err != CAIRN_OK) {
        cairn_tls_close(tls);
        return err;
    }
    *out = tls;
    return CAIRN_OK;
}

void cairn_tls_close(struct cairn_tls *tls)
{
    if (tls != NULL) {
        SSL_free(tls->ssl);
        OPENSSL_clear_free(tls, sizeof *tls);
    }
}

enum cairn_tls_state cairn_tls_state(const struct cairn_tls *tls)
{
    return tls->state;
}

cairn_err cairn_tls_feed(struct cairn_tls *tls, struct cairn_bytes ciphertext, size_t *out_taken)
{
    tls_check(tls);
    *out_taken = 0;
    if (tls->state == CAIRN_TLS_FAILED) {
        return tls->fault;
    }
    if (tls->state == CAIRN_TLS_CLOSED) {
        *out_taken = ciphertext.size;
        return CAIRN_OK;
    }
    size_t waiting = BIO_ctrl_pending(tls->in);
    size_t room = waiting < CAIRN_TLS_IN_MAX ? CAIRN_TLS_IN_MAX - waiting : 0;
    size_t size = ciphertext.size < room ? ciphertext.size : room;
    if (size > 0 && BIO_write(tls->in, ciphertext.data, (int)size) != (int)size) {
        return tls_fail(tls, CAIRN_TLS);
    }
    *out_taken = size;
    cairn_err err = tls->state == CAIRN_TLS_HANDSHAKE ? tls_shake(tls) : CAIRN_OK;
    tls_check(tls);
    return err;
}

size_t cairn_tls_take(struct cairn_tls *tls, uint8_t *out, size_t capacity)
{
    size_t waiting = BIO_ctrl_pending(tls->out);
    size_t size = waiting < capacity ? waiting : capacity;
    size_t taken = 0;
    if (size == 0 || BIO_read_ex(tls->out, out, size, &taken) != 1) {
        return 0;
    }
    return taken;
}

size_t cairn_tls_waiting_bytes(const struct cairn_tls *tls)
{
    return BIO_ctrl_pending(tls->out);
}

cairn_err cairn_tls_write(struct cairn_tls *tls, struct cairn_bytes plaintext, size_t *out_written)
{
    tls_check(tls);
    *out_written = 0;
    if (tls->state == CAIRN_TLS_FAILED) {
        return tls->fault;
    }
    if (tls->state != CAIRN_TLS_UP || tls->is_finished) {
        return CAIRN_OK;
    }
    size_t done = 0;
    while (done < plaintext.size && BIO_ctrl_pending(tls->out) < CAIRN_TLS_OUT_MAX) {
        size_t left = plaintext.size - done, written = 0;
        size_t piece = left < TLS_RECORD_BYTES ? left : TLS_RECORD_BYTES;
        ERR_clear_error();
        if (SSL_write_ex(tls->ssl, plaintext.data + done, piece, &written) != 1) {
            *out_written = done;
            return tls_settle(tls, 0);
        }
        done += written;
    }
    *out_written = done;
    return CAIRN_OK;
}

cairn_err cairn_tls_read(struct cairn_tls *tls, uint8_t *out, size_t capacity, size_t *out_size)
{
    tls_check(tls);
    *out_size = 0;
    if (tls->state == CAIRN_TLS_FAILED) {
        return tls->fault;
    }
    if (tls->state != CAIRN_TLS_UP || capacity == 0) {
        return CAIRN_OK;
    }
    ERR_clear_error();
    cairn_err err = CAIRN_OK;
    if (SSL_read_ex(tls->ssl, out, capacity, out_size) != 1) {
        *out_size = 0;
        err = tls_settle(tls, 0);
    }
    tls_check(tls);
    return err;
}

void cairn_tls_finish(struct cairn_tls *tls)
{
    tls_check(tls);
    if (tls->state != CAIRN_TLS_UP || tls->is_finished) {
        return;
    }
    ERR_clear_error();
    (void)SSL_shutdown(tls->ssl);
    ERR_clear_error();
    tls->is_finished = true;
}

bool cairn_tls_peer(const struct cairn_tls *tls, uint8_t out_spki_hash[static 32])
{
    if (!tls->has_peer) {
        return false;
    }
    memcpy(out_spki_hash, tls->peer, sizeof tls->peer);
    return true;
}
