/* Opening a model for a command. */
#ifndef SGNS_CLI_OPEN_H
#define SGNS_CLI_OPEN_H

#include "model/model.h"

/* model_open; what it warns of goes to standard error, a line each, behind "sgns COMMAND: ". */
bool open_model(struct model *model, const char *command, const char *path, struct error *error) MUST_USE;

#endif
