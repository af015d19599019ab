#include "node/init_document.h"

#include "node/renew.h"
#include "node/rootkeys.h"

cairn_err cairn_init_document_make(const struct cairn_init_options *options,
                                   const struct init_keys *keys, const struct cairn_suite *suite,
                                   struct cairn_ownnote *out)
{
    struct cairn_country_doc doc = {
        .network = cairn_bytes_of(options->config->network),
        .country = cairn_bytes_of(options->config->country),
        .serial = 1,
        .sealing_count = 1,
        .node_count = 1,
        .kinds = 1,
    };
    struct cairn_country_node *node = &doc.nodes[0];
    cairn_renew_set_validity(&doc, options->now_ms, CAIRN_RENEW_DAYS);
    cairn_rootkeys_hash(suite, keys->next_root, doc.next_root);
    doc.sealing[0].number = 1;
    cairn_suite_dh_public(suite, keys->sealing, doc.sealing[0].key);
    node->name = cairn_bytes_of(options->config->node);
    node->incarnation = 1;
    node->endpoint = cairn_bytes_of(options->endpoint == NULL ? "" : options->endpoint);
    CAIRN_TRY(cairn_nodekeys_publish(&keys->node, suite, node));
    return cairn_ownnote_sign(&doc, keys->root, suite, out);
}
