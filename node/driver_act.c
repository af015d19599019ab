#include "node/driver_state.h"

#include <stdlib.h>
#include <string.h>

#include "node/logger.h"
#include "node/memory.h"
#include "schema/base/check.h"

static void act_sign(struct cairn_driver *driver, const struct cairn_action *action)
{
    CAIRN_REQUIRE(driver->sign_count < DRIVER_SIGNS);
    struct driver_signed *out = &driver->signs[driver->sign_count++];
    const uint8_t *seed =
        action->as.sign.key == CAIRN_SIGN_LOG ? driver->start.keys.log : driver->start.keys.witness;
    out->token = action->as.sign.token;
    cairn_suite_sign(&driver->suite, seed, action->as.sign.message, out->signature);
}

static enum cairn_logger_level act_level(enum cairn_notice_level level)
{
    switch (level) {
    case CAIRN_NOTICE_ERROR:
        return CAIRN_LOGGER_ERROR;
    case CAIRN_NOTICE_WARN:
        return CAIRN_LOGGER_WARN;
    case CAIRN_NOTICE_INFO:
        return CAIRN_LOGGER_INFO;
    case CAIRN_NOTICE_DEBUG:
        return CAIRN_LOGGER_DEBUG;
    }
    return CAIRN_LOGGER_ERROR;
}

static void act_notice(struct cairn_driver *driver, const struct cairn_notice *notice)
{
    enum cairn_logger_level level = act_level(cairn_notice_level(notice->code));
    struct cairn_bytes country = {.data = notice->country, .size = notice->country[0] != 0 ? 3 : 0};
    if (cairn_logger_is_on(level)) {
        CAIRN_LOG(level, cairn_notice_text(notice->code), CAIRN_LOG_ID("country", country),
                  CAIRN_LOG_U64("a", notice->a), CAIRN_LOG_U64("b", notice->b),
                  CAIRN_LOG_ERR(notice->err));
    }
    if ((size_t)notice->code < sizeof driver->stats.notice_counts / sizeof(uint64_t)) {
        driver->stats.notice_counts[notice->code]++;
    }
    for (uint32_t i = 0; i < driver->watch_count; i++) {
        if (driver->watches[i].on_notice != NULL) {
            driver->watches[i].on_notice(driver->watches[i].host, notice);
        }
    }
}

/* The node with the smaller origin calls; the other one only when it cannot be called itself. */
static bool act_is_ours_to_dial(const struct cairn_core_peer *own,
                                const struct cairn_core_peer *peer)
{
    bool is_callable = own->endpoint[0] != '\0' && own->endpoint[0] != '-';
    return strcmp(own->origin, peer->origin) < 0 || !is_callable;
}

void cairn_driver_read_roster(struct cairn_driver *driver)
{
    struct cairn_core_peer own;
    struct cairn_link_peer *peers = cairn_memory_need(calloc(CAIRN_LINK_PEERS_MAX, sizeof *peers));
    size_t count = 0;
    cairn_core_peer(driver->core, 0, &own);
    for (uint32_t i = 1; i < cairn_core_peer_count(driver->core); i++) {
        struct cairn_core_peer peer;
        cairn_core_peer(driver->core, i, &peer);
        if (!peer.is_recognised || count == CAIRN_LINK_PEERS_MAX) {
            continue;
        }
        struct cairn_link_peer *out = &peers[count++];
        _Static_assert(sizeof out->endpoint >= sizeof peer.endpoint, "an endpoint fits");
        memcpy(out->spki_hash, peer.spki_hash, 32);
        memcpy(out->endpoint, peer.endpoint, sizeof peer.endpoint - 1);
        out->is_ours_to_dial = act_is_ours_to_dial(&own, &peer);
    }
    if (driver->links != NULL) {
        cairn_link_set_roster(driver->links, peers, count);
    }
    free(peers);
}

static void act_again(struct cairn_driver *driver)
{
    for (uint32_t i = 0; i < driver->watch_count; i++) {
        if (driver->watches[i].on_again != NULL) {
            driver->watches[i].on_again(driver->watches[i].host);
        }
    }
}

void cairn_driver_act(struct cairn_driver *driver, const struct cairn_action *action)
{
    switch (action->type) {
    case CAIRN_ACTION_SEND:
        if (driver->links != NULL) {
            cairn_link_send(driver->links, action->as.send.link, action->as.send.head,
                            action->as.send.body);
        }
        break;
    case CAIRN_ACTION_DROP:
        if (driver->links != NULL) {
            cairn_link_drop(driver->links, action->as.drop.link);
        }
        break;
    case CAIRN_ACTION_STORE:
        cairn_driver_store(driver, action);
        break;
    case CAIRN_ACTION_LOAD:
        cairn_driver_load(driver, action);
        break;
    case CAIRN_ACTION_SIGN:
        act_sign(driver, action);
        break;
    case CAIRN_ACTION_RIPE:
        cairn_driver_ripe(driver, &action->as.ripe);
        break;
    case CAIRN_ACTION_WAKE_AT:
        cairn_driver_wake(driver, action->as.wake_at_ms);
        break;
    case CAIRN_ACTION_ANSWER:
        cairn_driver_command_answer(driver, action);
        break;
    case CAIRN_ACTION_ROSTER:
        cairn_driver_read_roster(driver);
        break;
    case CAIRN_ACTION_RESTART:
        act_again(driver);
        break;
    case CAIRN_ACTION_NOTICE:
        act_notice(driver, &action->as.notice);
        break;
    }
}
