/* Keeping what a training has learned: where its checkpoints are, and how to go on from one. */
#ifndef SGNS_CLI_KEEP_H
#define SGNS_CLI_KEEP_H

#include <stdio.h>

#include "cli/interrupt.h"
#include "train/checkpoint.h"

/* What the name of a checkpoint has behind that of its model. */
#define KEEP_SUFFIX ".checkpoint"

/* Nothing is owned but the strings that say so. */
struct keep {
    const char *output;        /* the model to be written */
    const char *const *corpus; /* (corpus_count) paths, for the command that goes on */
    size_t corpus_count;
    const char *resumed; /* the checkpoint that this training came from, or NULL */
    struct interrupt *interrupt;
    char *path; /* OUTPUT.checkpoint; owned */
    char *kept; /* where this training has written a checkpoint last; owned; NULL: nowhere yet */
};

/* Names the checkpoint, before anything is trained: OUTPUT.checkpoint. Fails (ERROR_INPUT) if there is a file
 * of that name that is no checkpoint. *earlier: it is one, and not the one that is resumed. Free with
 * keep_free, also after a failure. */
bool keep_create(struct keep *keep, bool *earlier, struct error *error) MUST_USE;
void keep_free(struct keep *keep);

/* Writes a checkpoint in place of the last one. */
bool keep_write(struct keep *keep, const struct checkpoint_content *content, struct error *error) MUST_USE;

/* The same, and if that fails, in another folder: $TMPDIR, the current one, or /tmp. */
bool keep_write_somewhere(struct keep *keep, const struct checkpoint_content *content,
                          struct error *error) MUST_USE;

/* The command that goes on from the last checkpoint, quoted for a shell. Many paths are left out. Returns
 * `text`. */
char *keep_command(const struct keep *keep, char *text, size_t size);

/* After success: removes the checkpoints of this training and the one that it came from. */
void keep_remove(struct keep *keep);

#endif
