/* Opening a model for a command. */
#ifndef SGNS_CLI_OPEN_MODEL_H
#define SGNS_CLI_OPEN_MODEL_H

#include "model/model.h"

/* As model_open (formats/open.h), and prints the warnings on standard error, a line each, after
 * "sgns COMMAND: ". */
bool open_model(struct model *model, const char *command, const char *path, struct error *error) MUST_USE;

/* The same for a command that takes words: with `known`, as if the model had no n-grams. */
bool open_model_known(struct model *model, const char *command, const char *path, bool known,
                      struct error *error) MUST_USE;

#endif
