#include "node/command.h"

#include <string.h>

#include "node/cli/cli_commands.h"
#include "node/cli/cli_node.h"
#include "node/cli/cli_verify.h"

static const struct cairn_command command_table[] = {
    {"init", "make a node: keys, country document, empty stores", cairn_cli_node_init},
    {"run", "run the node (the same as cairnd)", cairn_cli_node_run},
    {"status", "what the running node knows of itself and its partners", cairn_cli_status_show},
    {"document", "print this country's document and its fingerprint", cairn_cli_document_print},
    {"document renew", "sign the next document: dates, endpoint, other keys",
     cairn_cli_document_renew},
    {"recover", "end this incarnation at its last known position, begin the next",
     cairn_cli_recover_run},
    {"scrub", "read the whole log again, and heal it from partners", cairn_cli_scrub_run},
    {"partner add", "recognise a country, after comparing its fingerprint", cairn_cli_partner_add},
    {"partner list", "countries, links and how fresh their data is", cairn_cli_partner_list},
    {"partner checkpoint", "what a partner signed last: it needs it when it has lost its disk",
     cairn_cli_partner_checkpoint},
    {"partner document", "a partner's document in force: it needs it when it has lost its disk",
     cairn_cli_partner_document},
    {"partner remove", "no longer recognise a country", cairn_cli_partner_remove},
    {"policy check", "is this policy well formed?", cairn_cli_policy_check},
    {"policy apply", "put a policy into force", cairn_cli_policy_apply},
    {"policy explain", "which rule sent an object where it is", cairn_cli_policy_explain},
    {"agreement check", "is this agreement well formed?", cairn_cli_agreement_check},
    {"token create", "a bearer token for a role and an actor", cairn_cli_token_create},
    {"token list", "tokens, without their secrets", cairn_cli_token_list},
    {"token revoke", "end a token", cairn_cli_token_revoke},
    {"import", "take in a file of alerts", cairn_cli_import_file},
    {"alert issue", "publish an alert", cairn_cli_alert_issue},
    {"alert amend", "change an alert", cairn_cli_alert_amend},
    {"alert show", "one alert and its history", cairn_cli_alert_show},
    {"alert list", "alerts in force", cairn_cli_alert_list},
    {"alert withdraw", "end an alert", cairn_cli_alert_withdraw},
    {"screen", "look a document or a person up", cairn_cli_screen_ask},
    {"case request", "send a readmission request", cairn_cli_case_request},
    {"case list", "cases, and the state of each", cairn_cli_case_list},
    {"case show", "one case and its history", cairn_cli_case_show},
    {"case ack", "acknowledge a request", cairn_cli_case_ack},
    {"case accept", "accept a request", cairn_cli_case_accept},
    {"case refuse", "refuse a request", cairn_cli_case_refuse},
    {"case withdraw", "withdraw a request", cairn_cli_case_withdraw},
    {"pending", "list what waits until the node has restored, dismiss what was refused",
     cairn_cli_pending_run},
    {"audit alerts", "list alerts that the policy does not accept, or show one",
     cairn_cli_audit_alerts},
    {"audit cases", "list cases that the policy does not accept, or show one",
     cairn_cli_audit_cases},
    {"audit export", "write a bundle that a third party can verify", cairn_cli_audit_export},
    {"verify", "check a bundle, offline (the same as cairn-verify)", cairn_cli_verify},
    {"bench", "measure throw-away nodes on this machine", cairn_cli_bench_run},
};

const struct cairn_command *cairn_command_table(size_t *out_count)
{
    *out_count = sizeof command_table / sizeof *command_table;
    return command_table;
}

/* How many arguments are this command's words; 0 when they are others. */
static int command_match(const char *words, int argc, char **argv)
{
    int count = 0;
    while (*words != '\0') {
        size_t size = strcspn(words, " ");
        if (count == argc || strlen(argv[count]) != size || memcmp(argv[count], words, size) != 0) {
            return 0;
        }
        count++;
        words += size;
        words += strspn(words, " ");
    }
    return count;
}

const struct cairn_command *cairn_command_find(int argc, char **argv, int *out_words)
{
    const struct cairn_command *found = NULL;
    *out_words = 0;
    for (size_t i = 0; i < sizeof command_table / sizeof *command_table; i++) {
        int words = command_match(command_table[i].words, argc, argv);
        if (words > *out_words) {
            *out_words = words;
            found = &command_table[i];
        }
    }
    return found;
}
