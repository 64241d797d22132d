/* The file of a picture or a page: created before the work begins, written whole or not at all, and never in
 * the place of a file of another kind. */
#ifndef SGNS_CLI_PICTURE_FILE_H
#define SGNS_CLI_PICTURE_FILE_H

#include "base/file.h"
#include "cli/interrupt.h"
#include "formats/export_known.h"
#include "model/model.h"
#include "report/markup.h"

struct picture_file_settings {
    const char *command;           /* its name, for messages */
    const char *path, *model_path; /* of the file; of the model, which it must not replace */
    const char *kind;              /* what the file is, in words: "a map by sgns" */
    export_known *known;           /* whether an older file is that, too */
    bool force;                    /* replace any file */
};

/* From picture_file_begin to picture_file_end it must stay where it is. */
struct picture_file {
    struct file_out file;
    struct interrupt interrupt;
};

/* Creates the file and watches for signals until picture_file_end, which must follow, unless this fails. */
bool picture_file_begin(struct picture_file *picture, const struct picture_file_settings *settings,
                        struct error *error) MUST_USE;

/* Writes and commits `markup` if the work was `done`, and the model is still what it was; else drops the
 * file. Returns whether the file is there. */
bool picture_file_end(struct picture_file *picture, const struct markup *markup, const struct model *model,
                      bool done, struct error *error) MUST_USE;

#endif
