/* The commands, one file each. main.c lists them. */
#ifndef SGNS_COMMANDS_COMMANDS_H
#define SGNS_COMMANDS_COMMANDS_H

#include "cli/command.h"

extern const struct command command_train;
extern const struct command command_vocab;
extern const struct command command_phrases;
extern const struct command command_near;
extern const struct command command_analogy;
extern const struct command command_similarity;
extern const struct command command_odd;
extern const struct command command_vector;
extern const struct command command_cluster;
extern const struct command command_embed;
extern const struct command command_search;
extern const struct command command_eval;
extern const struct command command_probe;
extern const struct command command_export;
extern const struct command command_subwords;
extern const struct command command_map;
extern const struct command command_report;
extern const struct command command_info;

#endif
