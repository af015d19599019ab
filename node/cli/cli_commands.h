/* The commands of `cairn`, as node/command.c lists them. Each gets what follows its own words and
 * gives the exit code of the process (cli_client.h). One file for each group: cli_<group>.c.
 *
 * All but document, document renew, recover, scrub --repair, policy check, agreement check and
 * bench catchup and live ask the daemon. */
#ifndef CAIRN_NODE_CLI_CLI_COMMANDS_H
#define CAIRN_NODE_CLI_CLI_COMMANDS_H

int cairn_cli_document_print(int argc, char **argv);     /* document */
int cairn_cli_document_renew(int argc, char **argv);     /* document renew */
int cairn_cli_recover_run(int argc, char **argv);        /* recover */
int cairn_cli_scrub_run(int argc, char **argv);          /* scrub [--repair] */
int cairn_cli_partner_add(int argc, char **argv);        /* partner add FILE */
int cairn_cli_partner_list(int argc, char **argv);       /* partner list */
int cairn_cli_partner_checkpoint(int argc, char **argv); /* partner checkpoint ORIGIN */
int cairn_cli_partner_document(int argc, char **argv);   /* partner document CCC */
int cairn_cli_partner_remove(int argc, char **argv);     /* partner remove CCC */
int cairn_cli_policy_check(int argc, char **argv);       /* policy check FILE */
int cairn_cli_policy_apply(int argc, char **argv);       /* policy apply FILE */
int cairn_cli_policy_explain(int argc, char **argv);     /* policy explain ID */
int cairn_cli_agreement_check(int argc, char **argv);    /* agreement check FILE */
int cairn_cli_token_create(int argc, char **argv);       /* token create --role R --actor A */
int cairn_cli_token_list(int argc, char **argv);         /* token list */
int cairn_cli_token_revoke(int argc, char **argv);       /* token revoke ID */
int cairn_cli_import_file(int argc, char **argv);        /* import FILE --as FORMAT */
int cairn_cli_alert_issue(int argc, char **argv);        /* alert issue FILE.json */
int cairn_cli_alert_amend(int argc, char **argv);        /* alert amend ID FILE.json */
int cairn_cli_alert_show(int argc, char **argv);         /* alert show ID */
int cairn_cli_alert_list(int argc, char **argv);         /* alert list [--from CCC] */
int cairn_cli_alert_withdraw(int argc, char **argv);     /* alert withdraw ID --reason CODE */
int cairn_cli_screen_ask(int argc, char **argv);         /* screen --mrz ... */
int cairn_cli_case_request(int argc, char **argv);  /* case request FILE.json --agreement FILE */
int cairn_cli_case_list(int argc, char **argv);     /* case list */
int cairn_cli_case_show(int argc, char **argv);     /* case show ID */
int cairn_cli_case_ack(int argc, char **argv);      /* case ack ID */
int cairn_cli_case_accept(int argc, char **argv);   /* case accept ID */
int cairn_cli_case_refuse(int argc, char **argv);   /* case refuse ID --reason CODE */
int cairn_cli_case_withdraw(int argc, char **argv); /* case withdraw ID --reason CODE */
int cairn_cli_pending_run(int argc, char **argv);   /* pending [--dismiss N] */
int cairn_cli_status_show(int argc, char **argv);   /* status */
int cairn_cli_audit_export(int argc, char **argv);  /* audit export ... --out FILE */
int cairn_cli_audit_alerts(int argc, char **argv);  /* audit alerts [ID] */
int cairn_cli_audit_cases(int argc, char **argv);   /* audit cases [ID] */
int cairn_cli_bench_run(int argc, char **argv);     /* bench [append|catchup|live|lookup] */

#endif
